import type { Interval } from '../../analysis/statistics/bootstrap-interval.js';
import {
  estimatePercentile,
  type PercentileEstimate,
} from '../../analysis/statistics/percentile-interval.js';
import { proportionInterval } from '../../analysis/statistics/proportion-interval.js';
import { type LatencyDistribution, percentileMs } from '../../latency-distribution.js';
import type { FailureCount, LoadFailure } from './failure-tally.js';
import type { LoadTally } from './load-tally.js';

/** What every load, and every stage of one, tells. */
export interface LoadFigures {
  /** Iterations that ended, well or badly. */
  readonly iterations: number;
  /** The first 100. */
  readonly failures: readonly LoadFailure[];
  readonly failureCount: number;
  /** The most frequent first; at most 100 messages, and the rest together. */
  readonly failuresByMessage: readonly FailureCount[];
  /** Calls that had not ended when waiting for them was over. */
  readonly unsettled: number;
  /** Share of the calls that succeeded, those that did not settle among those that did not; null when there was none. */
  readonly successRate: number | null;
  /** 95 % interval of the success rate (Wilson 1927). */
  readonly successInterval: Interval | null;
  /** From the first start to the last end, and not less than the time the load was to take. */
  readonly durationMs: number;
  readonly throughputPerSecond: number;
  /** Every latency, failing calls included; a call that did not settle counts with the time it was waited for. */
  readonly latency: LatencyDistribution;
  readonly meanMs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly median: PercentileEstimate;
  readonly p95: PercentileEstimate;
  readonly p99: PercentileEstimate;
  /** The most calls that were in flight at one time. */
  readonly inFlightMax: number;
  /** CPU time of this process, the system's part and the load's together, without that of waiting. */
  readonly cpuSeconds: number;
  /** Iterations for each second of CPU time, or null when none was measured. */
  readonly iterationsPerCpuSecond: number | null;
  /** True when the scenario was stopped before the load was over. */
  readonly interrupted: boolean;
}

export interface FigureInput {
  readonly tally: LoadTally;
  readonly cpuMs: number;
  /** How long the load was to take at least; 0 when it has no set time. */
  readonly plannedMs: number;
  readonly interrupted: boolean;
}

export function summarizeTally({ tally, cpuMs, plannedMs, interrupted }: FigureInput): LoadFigures {
  const latency = tally.latencies.distribution(tally.unsettledMs);
  const unsettled = tally.unsettledMs.length;
  const trials = tally.ended + unsettled;
  const durationMs = Math.max(tally.lastEndMs - tally.startedMs, plannedMs);
  const cpuSeconds = Math.max(0, cpuMs - tally.cpuStartedMs) / 1_000;
  const waitedMs = tally.unsettledMs.reduce((sum, ageMs) => sum + ageMs, 0);
  return {
    iterations: tally.ended,
    failures: tally.failures.first,
    failureCount: tally.failures.count,
    failuresByMessage: tally.failures.byMessage(),
    unsettled,
    successRate: trials === 0 ? null : tally.succeeded / trials,
    successInterval: proportionInterval(tally.succeeded, trials),
    durationMs,
    throughputPerSecond: durationMs === 0 ? 0 : (tally.ended / durationMs) * 1_000,
    latency,
    meanMs: trials === 0 ? 0 : (tally.latencies.meanMs * tally.ended + waitedMs) / trials,
    medianMs: percentileMs(latency, 0.5),
    p95Ms: percentileMs(latency, 0.95),
    p99Ms: percentileMs(latency, 0.99),
    maxMs: tally.unsettledMs.reduce((most, ageMs) => Math.max(most, ageMs), tally.latencies.maxMs),
    median: estimatePercentile(latency, 0.5),
    p95: estimatePercentile(latency, 0.95),
    p99: estimatePercentile(latency, 0.99),
    inFlightMax: tally.inFlightMax,
    cpuSeconds,
    iterationsPerCpuSecond: cpuSeconds === 0 ? null : tally.ended / cpuSeconds,
    interrupted,
  };
}
