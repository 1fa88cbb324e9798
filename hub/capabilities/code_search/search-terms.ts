import { stemmer } from 'stemmer';

const WORDS = /[\p{L}\p{N}_$]+/gu;
const WORD_PARTS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|[^\p{Lu}\p{Ll}\p{N}_$]+/gu;
/** Bounds the cache, which would otherwise keep the words of every repository a process has seen. */
const CACHE_LIMIT = 200_000;

const termsOfWord = new Map<string, readonly string[]>();

/**
 * The terms of identifiers and prose: words split at case changes, digits and underscores, in lower case, stemmed by the
 * rules of Porter (1980). `getElementsById` and "gets an element by its id" meet in `get`, `element`, `by` and `id`.
 */
export function termsOf(text: string): readonly string[] {
  const terms: string[] = [];
  forEachTerm(text, (term) => terms.push(term));
  return terms;
}

/** Each term of texts once, in the order in which they come first. */
export function distinctTermsOf(texts: readonly string[]): ReadonlySet<string> {
  const terms = new Set<string>();
  const add = (term: string): void => void terms.add(term);
  for (const text of texts) forEachTerm(text, add);
  return terms;
}

function forEachTerm(text: string, take: (term: string) => void): void {
  // Most texts are one identifier seen before.
  const known = termsOfWord.get(text);
  if (known !== undefined) {
    for (const term of known) take(term);
    return;
  }
  for (const word of text.match(WORDS) ?? []) for (const term of splitWord(word)) take(term);
}

function splitWord(word: string): readonly string[] {
  const known = termsOfWord.get(word);
  if (known !== undefined) return known;
  const terms = (word.match(WORD_PARTS) ?? []).map((part) => stemmer(part.toLowerCase()));
  if (termsOfWord.size >= CACHE_LIMIT) termsOfWord.clear();
  termsOfWord.set(word, terms);
  return terms;
}
