import { randomInt } from 'node:crypto';
import { createRandom, deriveSeed } from '../seeded-random.js';

export const sides = ['base', 'head'] as const;
export type Side = (typeof sides)[number];

/** One run of each version, made one after the other. */
export interface PlannedPair {
  /** Both runs of the pair have this seed, so that they do the same work. */
  readonly seed: number;
  readonly order: readonly [Side, Side];
}

/**
 * The pairs of an experiment: the order turns from one to the next, so that what the first run of a pair does to the second
 * hits both versions equally often; the seed decides who begins.
 */
export function schedulePairs(seed: number, count: number): readonly PlannedPair[] {
  const offset = createRandom(deriveSeed(seed, 'order'))() < 0.5 ? 0 : 1;
  return Array.from({ length: count }, (_, index) => ({
    seed: runSeed(seed, `pair ${index}`),
    order: (index + offset) % 2 === 0 ? ['base', 'head'] : ['head', 'base'],
  }));
}

/** The seed of one part of an experiment. */
export function runSeed(seed: number, part: string): number {
  return deriveSeed(seed, part);
}

/** A seed that is short enough to be typed. */
export function drawSeed(): number {
  return randomInt(1_000_000_000);
}
