const quotes = /^["'`“”‘’«»]+|["'`“”‘’«»]+$/gu;
const fence = /^```[^\n]*\n([\s\S]*?)\n?```$/u;
const plainNumber = /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$/u;

/**
 * The form in which answers are compared: without code fence, surrounding quotes and emphasis, closing punctuation,
 * letter case, runs of white space and ways to write a number. JSON objects and arrays are compared by value, whatever the
 * order of keys. Sentences are not understood: `Paris` and `It is Paris` differ.
 */
export function normaliseAnswer(text: string): string {
  let answer = text.normalize('NFKC').trim();
  answer = fence.exec(answer)?.[1]?.trim() ?? answer;
  if (/^[[{]/u.test(answer)) {
    const json = canonicalJson(answer);
    if (json !== undefined) return json;
  }
  for (let before = ''; before !== answer; ) {
    before = answer;
    answer = answer
      .replace(/^(\*\*?|__?)(.*)\1$/su, '$2')
      .replace(quotes, '')
      .replace(/[.!]+$/u, '')
      .trim();
  }
  if (plainNumber.test(answer)) return String(Number(answer.replaceAll(',', '')));
  return answer.toLowerCase().replace(/\s+/gu, ' ');
}

function canonicalJson(text: string): string | undefined {
  try {
    return JSON.stringify(sortKeys(JSON.parse(text)));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
