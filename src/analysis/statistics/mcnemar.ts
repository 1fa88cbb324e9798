import { binomialCdf } from './binomial-distribution.js';

/**
 * Whether two versions that were judged on the same cases differ (McNemar 1947), by the exact binomial test on the cases on which
 * only one of them was right.
 *
 * @returns the two-sided chance value, and that with half of the observed count's own chance taken off (Lancaster 1961)
 */
export function mcNemar(
  onlyFirstRight: number,
  onlySecondRight: number,
): { readonly p: number; readonly midP: number } {
  const cases = onlyFirstRight + onlySecondRight;
  if (cases === 0) return { p: 1, midP: 1 };
  const fewer = Math.min(onlyFirstRight, onlySecondRight);
  const upTo = binomialCdf(fewer, cases, 0.5);
  const exactly = upTo - binomialCdf(fewer - 1, cases, 0.5);
  const p = Math.min(1, 2 * upTo);
  return { p, midP: onlyFirstRight === onlySecondRight ? 1 - exactly / 2 : Math.min(1, 2 * upTo - exactly) };
}
