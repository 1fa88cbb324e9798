/** Words that rule names and kinds of nodes are full of, so that sharing them says nothing. */
const emptyWords = new Set([
  'consistent',
  'declaration',
  'explicit',
  'expression',
  'keyword',
  'list',
  'no',
  'node',
  'non',
  'prefer',
  'require',
  'statement',
  'style',
  'token',
  'type',
  'unnecessary',
  'unsafe',
]);

/** How many words of a rule's name are in a pattern: `no-this-alias` speaks of ThisKeyword. */
export function countNamedWords(rule: string, text: string): number {
  const named = wordsOf(rule);
  let count = 0;
  for (const word of wordsOf(text)) if (named.has(word)) count += 1;
  return count;
}

function wordsOf(text: string): ReadonlySet<string> {
  const words = text
    .replace(/([a-z])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/u)
    .map((word) => word.replace(/s$/u, ''));
  return new Set(words.filter((word) => word.length > 1 && !emptyWords.has(word)));
}
