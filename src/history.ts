import { formatBytes, formatDuration, formatShare } from './units.js';

/** What earlier sessions showed, and how a session compares with them. */

export const historyMetrics = ['median', 'p95', 'success_rate', 'cpu_time', 'memory_growth'] as const;
export type HistoryMetric = (typeof historyMetrics)[number];

export const metricNames: Readonly<Record<HistoryMetric, string>> = {
  median: 'median time',
  p95: '95th percentile',
  success_rate: 'success rate',
  cpu_time: 'CPU time a call',
  memory_growth: 'memory allocated a call',
};

/** A value in the unit in which people read the metric. */
export function formatMetric(metric: HistoryMetric, value: number): string {
  if (metric === 'memory_growth') return formatBytes(value);
  return metric === 'success_rate' ? formatShare(value) : formatDuration(value);
}

/** One metric of one method in one scenario of one session: the unit of every comparison. */
export interface SessionStatistic {
  readonly file: string;
  readonly scenario: string;
  readonly capability: string;
  readonly method: string;
  readonly metric: HistoryMetric;
  /** In milliseconds, for the success rate from 0 to 1, for memory in bytes. */
  readonly value: number;
  /** Calls that it is of. */
  readonly calls: number;
}

/** What one metric was in one session. */
export interface HistoryPoint {
  readonly sessionId: string;
  readonly commit: string | null;
  /** In milliseconds, for the success rate from 0 to 1, for memory in bytes. */
  readonly value: number;
}

/** One metric of one method in one scenario, over the sessions that can be compared, the newest last. */
export interface HistorySeries {
  readonly file: string;
  readonly scenario: string;
  readonly capability: string;
  readonly method: string;
  readonly metric: HistoryMetric;
  readonly points: readonly HistoryPoint[];
}

/** A baseline that was set: runs whose figures were frozen, with which the runs since are compared. */
export interface BaselineFacts {
  readonly name: string;
  /** The oldest first. */
  readonly runs: readonly BaselineRun[];
  /** Comparable sessions that began after the newest run of the baseline, the newest last. */
  readonly sessionsSince: readonly string[];
  readonly series: readonly HistorySeries[];
}

export interface BaselineRun {
  readonly sessionId: string;
  readonly startedAtMs: number;
  readonly commit: string | null;
}

/** What earlier sessions of the same project showed. */
export interface HistoryFacts {
  /** Earlier sessions on a machine and with versions like this session's. */
  readonly comparableSessions: number;
  /** Earlier sessions of the project that ran elsewhere or with other versions: they are not compared. */
  readonly otherSessions: number;
  readonly series: readonly HistorySeries[];
  /** The baseline that takes the place of the sessions before, where one fits. */
  readonly baseline?: BaselineFacts | null;
}

/** A metric that is not what it was. */
export interface HistoryChange extends Omit<HistorySeries, 'points'> {
  readonly verdict: 'regressed' | 'improved' | 'suspected';
  readonly baselineRuns: number;
  readonly freshRuns: number;
  readonly baselineMedian: number;
  readonly freshMedian: number;
  /** Fresh against baseline with its 95 % interval; null where the baseline is 0. */
  readonly ratio: number | null;
  readonly ratioLow: number | null;
  readonly ratioHigh: number | null;
  /** Cliff's delta, from -1 to 1. */
  readonly delta: number | null;
  /** Chance without a change, in this metric alone and corrected for all that were compared. */
  readonly p: number;
  readonly pAdjusted: number;
  /** Commit of the first fresh run; null where the fresh runs need not begin where the change did. */
  readonly sinceCommit: string | null;
  /** Name of the baseline that was compared with, where it was one. */
  readonly baseline: string | null;
  /** All of it in a sentence, in the units that people read. */
  readonly statement: string;
}

/** A metric whose level changed for good, some runs ago. */
export interface HistoryChangePoint extends Omit<HistorySeries, 'points'> {
  readonly direction: 'worse' | 'better';
  /** Medians of the levels, in milliseconds, for the success rate from 0 to 1. */
  readonly before: number;
  readonly after: number;
  /** After against before; null where that was 0. */
  readonly ratio: number | null;
  /** Corrected for the choice of the place and for all series looked at. */
  readonly p: number;
  /** The first session on the new level. */
  readonly sinceSessionId: string;
  readonly sinceCommit: string | null;
  /** 0 for the newest run. */
  readonly runsAgo: number;
  readonly statement: string;
}

/** A metric that is worse than it once was over many runs, however slowly it got there. */
export interface RatchetLoss extends Omit<HistorySeries, 'points'> {
  readonly bestMedian: number;
  /** First session and commit of the best level. */
  readonly bestSinceSessionId: string;
  readonly bestSinceCommit: string | null;
  readonly nowMedian: number;
  readonly bestRuns: number;
  readonly nowRuns: number;
  /** Now against best; null where that is 0. */
  readonly ratio: number | null;
  /** Corrected for the choice of the best level and for all series looked at. */
  readonly p: number;
  readonly statement: string;
}

/** How a session compares with its history. */
export interface HistoryComparison {
  readonly comparableSessions: number;
  readonly otherSessions: number;
  /** Metrics with enough runs to say anything. */
  readonly metricsCompared: number;
  /** Sessions like this one that are still needed before the first metric can be compared; 0 when one could be. */
  readonly sessionsNeeded: number;
  /** The baseline that is in force; with too few runs it is named here and not used. */
  readonly baseline: {
    readonly name: string;
    readonly runs: number;
    readonly commits: readonly string[];
    readonly isUsed: boolean;
  } | null;
  /** The worst first. */
  readonly changes: readonly HistoryChange[];
  /** The newest first. */
  readonly changePoints: readonly HistoryChangePoint[];
  /** The worst first. */
  readonly ratchet: readonly RatchetLoss[];
}
