import type { Interval } from '../analysis/statistics/bootstrap-interval.js';

/** Differences of which a 95 % interval can be given at all. */
export const walshCountMin = 6;

/**
 * The interval that belongs to Wilcoxon's signed rank test: between two of the means of all pairs of differences (Tukey 1949;
 * Hollander and Wolfe 1973). Holds its confidence whatever the distribution, as long as it is symmetric, and for few values.
 *
 * @returns null for fewer than six differences
 */
export function walshInterval(differences: readonly number[], confidence = 0.95): Interval | null {
  const count = differences.length;
  if (count < walshCountMin) return null;
  const means = differences
    .flatMap((difference, index) => differences.slice(index).map((other) => (difference + other) / 2))
    .sort((left, right) => left - right);
  const left = ranksLeftOut(count, (1 - confidence) / 2);
  return { low: means[left] as number, high: means[means.length - 1 - left] as number };
}

/** The largest number of means that may be left out at one end: the signed rank sum falls below it rarely enough. */
function ranksLeftOut(count: number, chance: number): number {
  const sumMax = (count * (count + 1)) / 2;
  let shares = new Float64Array(sumMax + 1);
  shares[0] = 1;
  for (let rank = 1; rank <= count; rank++) {
    const next = new Float64Array(sumMax + 1);
    for (let sum = 0; sum <= sumMax; sum++) {
      next[sum] = ((shares[sum] ?? 0) + (sum >= rank ? (shares[sum - rank] ?? 0) : 0)) / 2;
    }
    shares = next;
  }
  let below = 0;
  let sum = 0;
  while (below + (shares[sum] as number) <= chance) {
    below += shares[sum] as number;
    sum++;
  }
  return Math.max(0, sum - 1);
}
