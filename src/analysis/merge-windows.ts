import type { ActivityWindow } from '../model.js';

/** The windows of several methods as those of all their calls, in order. */
export function mergeWindows(
  windowsOfMethods: readonly (readonly ActivityWindow[])[],
): readonly ActivityWindow[] {
  const [only] = windowsOfMethods;
  if (windowsOfMethods.length === 1 && only !== undefined) return only;
  const merged = new Map<number, ActivityWindow>();
  for (const window of windowsOfMethods.flat()) {
    const known = merged.get(window.index);
    merged.set(window.index, known === undefined ? window : addWindows(known, window));
  }
  return [...merged.values()].sort((left, right) => left.index - right.index);
}

function addWindows(left: ActivityWindow, right: ActivityWindow): ActivityWindow {
  return {
    index: left.index,
    calls: left.calls + right.calls,
    errors: left.errors + right.errors,
    totalMs: left.totalMs + right.totalMs,
    cpuTimeMs: left.cpuTimeMs + right.cpuTimeMs,
    sampledCalls: left.sampledCalls + right.sampledCalls,
    heapTotalBytes: left.heapTotalBytes + right.heapTotalBytes,
    rssMaxBytes: Math.max(left.rssMaxBytes, right.rssMaxBytes),
  };
}
