import { createRandom, type Random } from '../../src/seeded-random.js';

/** Levels of runs around 10 times a factor, with 8 % noise between runs. */
export function simulatedRuns(seed: number): {
  readonly random: Random;
  readonly runs: (count: number, factor: number) => number[];
} {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return {
    random,
    runs: (count, factor) => Array.from({ length: count }, () => 10 * factor * Math.exp(0.08 * normal())),
  };
}
