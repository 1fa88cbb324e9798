/** What earlier sessions showed, and how a session compares with them. */

export const historyMetrics = ['median', 'p95', 'success_rate', 'cpu_time'] as const;
export type HistoryMetric = (typeof historyMetrics)[number];

/** What one metric was in one session. */
export interface HistoryPoint {
  readonly sessionId: string;
  readonly commit: string | null;
  /** In milliseconds, for the success rate from 0 to 1. */
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

/** What earlier sessions of the same project showed. */
export interface HistoryFacts {
  /** Earlier sessions on a machine and with versions like this session's. */
  readonly comparableSessions: number;
  /** Earlier sessions of the project that ran elsewhere or with other versions: they are not compared. */
  readonly otherSessions: number;
  readonly series: readonly HistorySeries[];
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
  /** Commit of the first fresh run. */
  readonly sinceCommit: string | null;
  /** All of it in a sentence, in the units that people read. */
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
  /** The worst first. */
  readonly changes: readonly HistoryChange[];
}
