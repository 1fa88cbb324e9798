import { type LatencyDistribution, percentileMs } from '../latency-distribution.js';
import type { ActivityWindow, CallSummary, MethodFigures } from '../model.js';
import { msPerMinute } from '../units.js';
import { mergeLatencies } from './gate/merge-figures.js';
import { mergeWindows } from './merge-windows.js';
import { estimatePercentile } from './statistics/percentile-interval.js';
import { proportionInterval } from './statistics/proportion-interval.js';
import { theilSenSlope } from './statistics/trend.js';
import { total } from './total.js';

/** How the customer rates what a person waits for. */
const uxSteps = [
  { belowMs: 100, quality: 1 },
  { belowMs: 500, quality: 0.8 },
  { belowMs: 2_000, quality: 0.5 },
] as const;
const uxSlow = 0.2;
/** A slope through fewer windows says nothing. */
const windowsForSlope = 10;

/** The figures of some methods as one; percentiles are those of all their calls together. */
export function summarizeCalls(methods: readonly MethodFigures[], windowMs: number): CallSummary {
  const calls = total(methods, (figures) => figures.calls);
  const errors = total(methods, (figures) => figures.errors);
  const errorsUnderFault = total(methods, (figures) => figures.errorsUnderFault);
  const judged = calls - errorsUnderFault;
  const cpuTimeMs = total(methods, (figures) => figures.cpuTimeMs);
  const latency = mergeLatencies(methods.map((figures) => figures.latency));
  const windows = mergeWindows(methods.map((figures) => figures.windows));
  return {
    calls,
    errors,
    errorsUnderFault,
    successRate: judged === 0 ? null : (judged - errors) / judged,
    successInterval: proportionInterval(judged - errors, judged),
    meanMs: calls === 0 ? 0 : total(methods, ({ meanMs, calls: own }) => meanMs * own) / calls,
    medianMs: percentileMs(latency, 0.5),
    p95Ms: percentileMs(latency, 0.95),
    maxMs: Math.max(0, ...methods.map(({ maxMs }) => maxMs)),
    p95: estimatePercentile(latency, 0.95),
    p99: estimatePercentile(latency, 0.99),
    throughputPerSecond: throughput(calls, windows, windowMs),
    cpuTimePerCallMs: calls === 0 ? 0 : cpuTimeMs / calls,
    callsPerCpuSecond: cpuTimeMs === 0 ? null : (calls / cpuTimeMs) * 1_000,
    uxQuality: rateUx(methods, latency),
    heapSlopeBytesPerMinute: heapSlope(windows, windowMs),
    rssMaxBytes: Math.max(0, ...windows.map(({ rssMaxBytes }) => rssMaxBytes)),
  };
}

function throughput(calls: number, windows: readonly ActivityWindow[], windowMs: number): number | null {
  const first = windows[0];
  const last = windows.at(-1);
  if (first === undefined || last === undefined) return null;
  return calls / (((last.index - first.index + 1) * windowMs) / 1_000);
}

/** Of a generator it is the first result that a person waits for; of anything else the whole. */
function rateUx(methods: readonly MethodFigures[], latency: LatencyDistribution): number {
  const firstResults = methods.flatMap(({ firstResultMeanMs }) =>
    firstResultMeanMs === null ? [] : [firstResultMeanMs],
  );
  if (firstResults.length > 0 && firstResults.length === methods.length) {
    return (
      total(firstResults, (ms) => uxSteps.find(({ belowMs }) => ms < belowMs)?.quality ?? uxSlow) /
      firstResults.length
    );
  }
  if (latency.count === 0) return uxSlow;
  let below = 0;
  let sum = 0;
  for (const { belowMs, quality } of uxSteps) {
    const upTo = latency.countUpTo(belowMs);
    sum += (upTo - below) * quality;
    below = upTo;
  }
  return (sum + (latency.count - below) * uxSlow) / latency.count;
}

function heapSlope(windows: readonly ActivityWindow[], windowMs: number): number | null {
  const sampled = windows.filter(({ sampledCalls }) => sampledCalls > 0);
  if (sampled.length < windowsForSlope) return null;
  const slope = theilSenSlope(
    sampled.map(({ index, heapTotalBytes, sampledCalls }) => ({
      x: index,
      y: heapTotalBytes / sampledCalls,
    })),
  );
  return slope === null ? null : slope.slope * (msPerMinute / windowMs);
}
