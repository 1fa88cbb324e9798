import type { ActivityWindow } from '../model.js';

const parts = 8;

/**
 * How the mean time of a call went, in milliseconds, in equal parts from the first window with a call to the last; null in a
 * part in which none began. With fewer windows than parts there are as many parts as windows.
 */
export function meanTrend(windows: readonly ActivityWindow[]): readonly (number | null)[] {
  const first = windows[0]?.index;
  const last = windows.at(-1)?.index;
  if (first === undefined || last === undefined) return [];
  const span = last - first + 1;
  const count = Math.min(parts, span);
  const sums = Array.from({ length: count }, () => ({ calls: 0, totalMs: 0 }));
  for (const { index, calls, totalMs } of windows) {
    const sum = sums[Math.floor(((index - first) * count) / span)];
    if (sum === undefined) continue;
    sum.calls += calls;
    sum.totalMs += totalMs;
  }
  return sums.map(({ calls, totalMs }) => (calls === 0 ? null : totalMs / calls));
}
