/** Counts the tokens of a text. */
export interface TokenCounter {
  /** Exact number of tokens of `o200k_base`; markers such as `<|endoftext|>` count as the plain text they are. */
  count(text: string): number;
}

/** Name of the one vocabulary that is used: byte pairs of the current OpenAI models. */
export const encodingName = 'o200k_base';

let loading: Promise<TokenCounter> | undefined;

/** Loads the vocabulary, 2.4 MB of source, once per process and only when it is first asked for. */
export function loadTokenCounter(): Promise<TokenCounter> {
  loading ??= import('gpt-tokenizer/encoding/o200k_base').then(({ countTokens }) => {
    const asPlainText = { disallowedSpecial: new Set<string>() };
    return { count: (text) => countTokens(text, asPlainText) };
  });
  return loading;
}

const longestRun = 2_000;
const longRuns = [
  new RegExp(`[\\p{L}\\p{M}]{${longestRun + 1}}`, 'u'),
  new RegExp(`[^\\s\\p{L}\\p{N}]{${longestRun + 1}}`, 'u'),
  new RegExp(`\\s{${longestRun + 1}}`, 'u'),
];

/**
 * Where a text holds more than 2,000 letters, symbols or blanks in a row, undefined when it does not. The tokenizer takes
 * time in the square of such a run: 20,000 letters hold a machine for seconds.
 */
export function findUnbrokenRun(text: string): number | undefined {
  for (const pattern of longRuns) {
    const position = text.search(pattern);
    if (position >= 0) return position;
  }
  return undefined;
}
