import { median } from './median.js';

/** The median of all differences between a value of the second sample and one of the first (Hodges and Lehmann 1963). */
export function hodgesLehmannShift(first: readonly number[], second: readonly number[]): number {
  return median(second.flatMap((later) => first.map((earlier) => later - earlier)));
}

/** The median of the means of all pairs of differences, each with itself included: the centre of paired differences. */
export function hodgesLehmannCenter(differences: readonly number[]): number {
  return median(
    differences.flatMap((difference, index) =>
      differences.slice(index).map((other) => (difference + other) / 2),
    ),
  );
}

/**
 * How much more often a value of the second sample is above one of the first than below it, from -1 to 1 (Cliff 1993).
 */
export function cliffsDelta(first: readonly number[], second: readonly number[]): number {
  let balance = 0;
  for (const earlier of first) for (const later of second) balance += Math.sign(later - earlier);
  return balance / (first.length * second.length);
}
