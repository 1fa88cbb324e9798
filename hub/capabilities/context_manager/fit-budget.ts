import { NearDuplicateIndex, type TextFingerprint } from './near-duplicates.js';
import type { TokenCounter } from './token-counter.js';

/** A chunk as it is held. */
export interface HeldChunk {
  readonly id: number;
  readonly text: string;
  /** 0 to 1. */
  readonly importance: number;
  readonly source?: string;
  /** Of the chunk alone. */
  readonly tokens: number;
  readonly fingerprint: TextFingerprint;
}

interface DroppedFacts {
  readonly id: number;
  readonly tokens: number;
  readonly importance: number;
  readonly source?: string;
}

/** A chunk that found no room; a duplicate says which chunk says nearly the same. */
export type DroppedChunk = DroppedFacts &
  ({ readonly reason: 'no-room' } | { readonly reason: 'near-duplicate'; readonly duplicateOf: number });

export interface FittedContext {
  /** The kept chunks in the order they were added, with an empty line between two. */
  readonly text: string;
  /** Exact number of tokens of `text`, never more than the budget. */
  readonly tokens: number;
  /** Ids of the kept chunks, in the order of the text. */
  readonly kept: readonly number[];
  /** In the order they were added. */
  readonly dropped: readonly DroppedChunk[];
}

const separator = '\n\n';
// One token in the vocabulary; neighbours may swallow it or, rarely, split it. The exact count below has the last word.
const separatorTokens = 1;
const refillsMax = 4;

/**
 * Takes chunks while they fit: by importance, of equal ones the later first, near-duplicates of others last of all.
 * The budget is held by the exact count of the joined text, not by the sum of its parts.
 */
export function fitBudget(
  chunks: readonly HeldChunk[],
  budget: number,
  counter: TokenCounter,
): FittedContext {
  const { ranked, duplicateOf } = rankChunks(chunks);
  const chosen: HeldChunk[] = [];
  let tokens = 0;
  for (let refill = 0; refill < refillsMax; refill += 1) {
    const before = chosen.length;
    addWhatFits(ranked, chosen, budget - tokens);
    if (chosen.length === before) break;
    tokens = counter.count(joinInOrder(chosen));
    while (tokens > budget) {
      chosen.pop();
      tokens = counter.count(joinInOrder(chosen));
    }
  }
  const kept = new Set(chosen.map(({ id }) => id));
  return {
    text: joinInOrder(chosen),
    tokens,
    kept: chunks.filter(({ id }) => kept.has(id)).map(({ id }) => id),
    dropped: chunks.filter(({ id }) => !kept.has(id)).map((chunk) => toDropped(chunk, duplicateOf)),
  };
}

function rankChunks(chunks: readonly HeldChunk[]) {
  const byImportance = [...chunks].sort((a, b) => b.importance - a.importance || b.id - a.id);
  const index = new NearDuplicateIndex<number>();
  const duplicateOf = new Map<number, number>();
  for (const { id, fingerprint } of byImportance) {
    const original = index.findOrKeep(id, fingerprint);
    if (original !== undefined) duplicateOf.set(id, original);
  }
  const ranked = [
    ...byImportance.filter(({ id }) => !duplicateOf.has(id)),
    ...byImportance.filter(({ id }) => duplicateOf.has(id)),
  ];
  return { ranked, duplicateOf };
}

function addWhatFits(ranked: readonly HeldChunk[], chosen: HeldChunk[], room: number): void {
  const taken = new Set(chosen);
  let left = room;
  for (const chunk of ranked) {
    if (taken.has(chunk)) continue;
    const cost = chunk.tokens + (chosen.length === 0 ? 0 : separatorTokens);
    if (cost > left) continue;
    chosen.push(chunk);
    left -= cost;
  }
}

function joinInOrder(chunks: readonly HeldChunk[]): string {
  return [...chunks]
    .sort((a, b) => a.id - b.id)
    .map(({ text }) => text)
    .join(separator);
}

function toDropped(chunk: HeldChunk, duplicateOf: ReadonlyMap<number, number>): DroppedChunk {
  const { id, tokens, importance, source } = chunk;
  const facts = { id, tokens, importance, ...(source === undefined ? {} : { source }) };
  const original = duplicateOf.get(id);
  return original === undefined
    ? { ...facts, reason: 'no-room' }
    : { ...facts, reason: 'near-duplicate', duplicateOf: original };
}
