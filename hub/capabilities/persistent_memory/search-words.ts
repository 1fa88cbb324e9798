const words = /[\p{L}\p{N}\p{M}]+/gu;
// Scripts written without spaces: the index's tokenizer would take a whole sentence for one word.
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * The words of a text as they are indexed and asked for: letters and digits only, identifiers both whole and in parts
 * (`getUserName` is also `get`, `User`, `Name`), scripts without spaces character by character.
 */
export function searchWords(text: string): readonly string[] {
  return (text.normalize('NFKC').match(words) ?? []).flatMap((word) => {
    if (unspaced.test(word)) return [...word].filter((character) => !/^\p{M}$/u.test(character));
    const parts = word.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{Lo}+|\p{N}+/gu) ?? [];
    return parts.length > 1 ? [word, ...parts] : [word];
  });
}

/**
 * A full-text query that matches any of the words. Each stands in quotes, so that nothing a user writes is an operator;
 * undefined when there is no word to look for.
 */
export function matchAnyWord(text: string): string | undefined {
  const asked = [...new Set(searchWords(text).map((word) => word.toLowerCase()))];
  return asked.length === 0 ? undefined : asked.map((word) => `"${word}"`).join(' OR ');
}
