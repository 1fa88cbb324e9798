import type { Interval } from './bootstrap-interval.js';
import { normalQuantile } from './normal-distribution.js';

/**
 * The interval of a share of successes (Wilson 1927), which keeps within 0 and 1 and is right for small numbers too.
 *
 * @returns null when there was no trial
 */
export function proportionInterval(successes: number, trials: number, confidence = 0.95): Interval | null {
  if (trials === 0) return null;
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / trials;
  const spread = 1 + z ** 2 / trials;
  const middle = (share + z ** 2 / (2 * trials)) / spread;
  const half = (z / spread) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
