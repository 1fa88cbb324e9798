import { median } from '../analysis/statistics/median.js';

/** Makes the median absolute deviation of normal values their standard deviation (Hampel 1974). */
const toDeviation = 1.4826;

/**
 * How much the values of runs differ, as a share of their level: the median absolute deviation of their logarithms, which a
 * single bad run does not move.
 *
 * @param values above 0
 * @returns null for fewer than three
 */
export function spreadOf(values: readonly number[]): number | null {
  if (values.length < 3) return null;
  const logs = values.map(Math.log);
  const middle = median(logs);
  return toDeviation * median(logs.map((value) => Math.abs(value - middle)));
}

/** Standard deviation against mean. @returns null for fewer than two values, or a mean of 0 */
export function coefficientOfVariation(values: readonly number[]): number | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2 || mean === 0) return null;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1)) / Math.abs(mean);
}
