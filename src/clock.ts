import { performance } from 'node:perf_hooks';

/** Time as the tool reads it; tests put their own in its place. */
export interface Clock {
  /** Milliseconds on a clock that never goes back, with fractions. */
  monotonicMs(): number;
  /** Milliseconds since 1970, with fractions. */
  epochMs(): number;
}

/**
 * The epoch is read once and carried on by the monotonic clock, so that the order of activities survives
 * a correction of the wall clock during a run.
 */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  epochMs: () => performance.timeOrigin + performance.now(),
};

let lastMs = Number.NaN;
let lastTimestamp = '';

/** ISO 8601 in UTC with milliseconds, the form of every `timestamp` column. Calls in a loop share their millisecond, and its text. */
export function toTimestamp(epochMs: number): string {
  const wholeMs = Math.trunc(epochMs);
  if (wholeMs !== lastMs) {
    lastTimestamp = new Date(wholeMs).toISOString();
    lastMs = wholeMs;
  }
  return lastTimestamp;
}
