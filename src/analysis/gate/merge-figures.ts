import type { LatencyDistribution } from '../../latency-distribution.js';
import { LatencyHistogram } from '../../latency-histogram.js';
import type { MethodFigures } from '../../model.js';
import { total } from '../total.js';
import type { RunFigures } from './judge-limits.js';

/** The calls of several methods as one; null when there is none. */
export function mergeFigures(methods: readonly MethodFigures[], windowMs: number): RunFigures | null {
  const calls = total(methods, (figures) => figures.calls);
  if (calls === 0) return null;
  const indexes = methods.flatMap(({ windows }) => windows.map(({ index }) => index));
  return {
    calls,
    errors: total(methods, (figures) => figures.errors),
    errorsUnderFault: total(methods, (figures) => figures.errorsUnderFault),
    latency: mergeLatencies(methods.map(({ latency }) => latency)),
    meanMs: total(methods, ({ meanMs, calls: own }) => meanMs * own) / calls,
    maxMs: Math.max(...methods.map(({ maxMs }) => maxMs)),
    cpuTimeMs: total(methods, ({ cpuTimeMs }) => cpuTimeMs),
    spanMs: indexes.length === 0 ? null : (Math.max(...indexes) - Math.min(...indexes) + 1) * windowMs,
  };
}

/** Halvings after which two latencies that are still apart are the same to any reader. */
const halvings = 60;

/** Distributions as one: counts add up, and a rank is found between them by halving. */
export function mergeLatencies(parts: readonly LatencyDistribution[]): LatencyDistribution {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  if (parts.every((part) => part instanceof LatencyHistogram)) {
    const merged = new LatencyHistogram();
    for (const part of parts) merged.add(part);
    return merged;
  }
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const countUpTo = (durationMs: number): number =>
    parts.reduce((sum, part) => sum + part.countUpTo(durationMs), 0);
  return {
    count,
    countUpTo,
    atRank(rank) {
      if (count === 0) return 0;
      let low = 0;
      let high = Math.max(...parts.map((part) => part.atRank(part.count)));
      // The end of a bucket may lie a little above its middle.
      if (countUpTo(high) < rank) return high;
      if (countUpTo(low) >= rank) return low;
      for (let step = 0; step < halvings; step++) {
        const middle = (low + high) / 2;
        if (countUpTo(middle) >= rank) high = middle;
        else low = middle;
      }
      return high;
    },
  };
}
