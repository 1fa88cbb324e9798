import type { Interval } from '../../analysis/statistics/bootstrap-interval.js';
import { normalQuantile } from '../../analysis/statistics/normal-distribution.js';

/** A difference of two shares that were measured on the same cases, with its variance. */
export interface PairedDifference {
  readonly difference: number;
  readonly variance: number;
}

/**
 * The difference of two shares on the same cases, with half a case added to each of the four fields of the table (Agresti and
 * Min 2005), so that it is right for few cases too.
 *
 * @param onlyFirst cases in which only the first was right, of `cases` in all
 */
export function pairedDifference(onlyFirst: number, onlySecond: number, cases: number): PairedDifference {
  const total = cases + 2;
  const difference = (onlySecond - onlyFirst) / total;
  return { difference, variance: ((onlyFirst + onlySecond + 1) / total - difference ** 2) / total };
}

/** The 95 % interval of a sum of differences that were measured on different cases. */
export function differenceInterval(...parts: readonly PairedDifference[]): Interval {
  const middle = parts.reduce((sum, { difference }) => sum + difference, 0);
  const half = normalQuantile(0.975) * Math.sqrt(parts.reduce((sum, { variance }) => sum + variance, 0));
  return { low: middle - half, high: middle + half };
}
