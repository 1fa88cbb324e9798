/** Words that say nothing of what a text is about. */
const empty = new Set(
  'a an and are as at be by for from has have if in into is it its of on or that the then this to was when which with'.split(
    ' ',
  ),
);

/** The words of a text or of an identifier: `parseXmlFile` has three. Case does not count, nor do words without a meaning. */
export function wordsOf(text: string): readonly string[] {
  const parts = text
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return (parts ?? []).filter((word) => !empty.has(word));
}

export function sharesWord(left: string, right: string, words = wordsOf): boolean {
  const known = new Set(words(right));
  return words(left).some((word) => known.has(word));
}
