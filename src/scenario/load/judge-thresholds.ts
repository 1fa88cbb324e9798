import { binomialCdf } from '../../analysis/statistics/binomial-distribution.js';
import { normalQuantile } from '../../analysis/statistics/normal-distribution.js';
import { countForPercentile, estimatePercentile } from '../../analysis/statistics/percentile-interval.js';
import type { LoadFigures } from './load-figures.js';
import { type LoadThreshold, type LoadThresholds, percentileThresholds } from './load-thresholds.js';

/**
 * `broken` and `met` hold with 97.5 % confidence unless `near` is true: then the interval holds the limit, and the verdict is
 * that of the value alone. `inconclusive`: no data, too few, or the load was interrupted.
 */
export interface ThresholdVerdict {
  readonly threshold: LoadThreshold;
  readonly limit: number;
  /** Null when there is no data. */
  readonly value: number | null;
  /** 95 % interval of the value, or null where there is none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly count: number;
  readonly verdict: 'met' | 'broken' | 'inconclusive';
  readonly near: boolean;
  /** How many values a verdict needs, when there are too few. */
  readonly countNeeded: number | null;
}

export interface JudgedFigures
  extends Pick<LoadFigures, 'latency' | 'successRate' | 'successInterval' | 'interrupted'> {
  /** Null for a load without a rate. */
  readonly achieved: { readonly share: number; readonly intendedStarts: number } | null;
}

const confidence = 0.95;
const tail = (1 - confidence) / 2;
const order: readonly LoadThreshold[] = ['medianMs', 'p95Ms', 'p99Ms', 'successRate', 'achievedShare'];

/** One verdict for each threshold that was given. */
export function judgeThresholds(
  thresholds: LoadThresholds,
  figures: JudgedFigures,
): readonly ThresholdVerdict[] {
  return order.flatMap((threshold) => {
    const limit = thresholds[threshold];
    if (limit === undefined) return [];
    const judged = judge(threshold, limit, figures);
    // What was seen of an interrupted load can break a limit, and cannot vouch for the rest.
    const open = figures.interrupted && (judged.verdict === 'met' || judged.near);
    return [open ? { ...judged, verdict: 'inconclusive' as const, near: false } : judged];
  });
}

function judge(threshold: LoadThreshold, limit: number, figures: JudgedFigures): ThresholdVerdict {
  if (threshold === 'successRate') return judgeSuccess(limit, figures);
  if (threshold === 'achievedShare') return judgeAchieved(limit, figures);
  return judgePercentile(threshold, limit, figures);
}

/**
 * The limit against the order-statistic interval of the percentile (Hahn and Meeker 1991), by the binomial chance of so many
 * latencies up to the limit: the same, and it can tell that a limit is broken when there are too few for an interval.
 */
function judgePercentile(
  threshold: keyof typeof percentileThresholds,
  limit: number,
  { latency }: JudgedFigures,
): ThresholdVerdict {
  const share = percentileThresholds[threshold];
  const count = latency.count;
  const countNeeded = countForPercentile(share, confidence);
  if (count === 0) return noData(threshold, limit, countNeeded);
  const estimate = estimatePercentile(latency, share, confidence);
  const interval = 'lowMs' in estimate ? estimate : { lowMs: null, highMs: null };
  const within = latency.countUpTo(limit);
  const shown = {
    threshold,
    limit,
    value: estimate.valueMs,
    low: interval.lowMs,
    high: interval.highMs,
    count,
    countNeeded: null,
  };
  if (binomialCdf(within, count, share) <= tail) return { ...shown, verdict: 'broken', near: false };
  if (binomialCdf(within - 1, count, share) >= 1 - tail) return { ...shown, verdict: 'met', near: false };
  if (count < countNeeded) return { ...shown, verdict: 'inconclusive', near: false, countNeeded };
  return { ...shown, verdict: estimate.valueMs > limit ? 'broken' : 'met', near: true };
}

function judgeSuccess(
  limit: number,
  { latency, successRate, successInterval }: JudgedFigures,
): ThresholdVerdict {
  // So many successes in a row put the Wilson interval above the limit.
  const z = normalQuantile(1 - tail);
  const countNeeded = limit === 1 ? 1 : Math.max(1, Math.ceil((z ** 2 * limit) / (1 - limit)));
  if (successRate === null || successInterval === null) return noData('successRate', limit, countNeeded);
  const { count } = latency;
  const { low, high } = successInterval;
  const shown = {
    threshold: 'successRate',
    limit,
    value: successRate,
    low,
    high,
    count,
    countNeeded: null,
  } as const;
  // That every call succeeds is said of the calls that were made: no number of them proves it of all.
  if (limit === 1) return { ...shown, verdict: successRate === 1 ? 'met' : 'broken', near: false };
  if (high < limit) return { ...shown, verdict: 'broken', near: false };
  if (low >= limit) return { ...shown, verdict: 'met', near: false };
  if (count < countNeeded) return { ...shown, verdict: 'inconclusive', near: false, countNeeded };
  return { ...shown, verdict: successRate < limit ? 'broken' : 'met', near: true };
}

/** The rate that was started is counted and not estimated, so it has no interval. */
function judgeAchieved(limit: number, { achieved }: JudgedFigures): ThresholdVerdict {
  if (achieved === null || achieved.intendedStarts === 0) return noData('achievedShare', limit, 1);
  const { share, intendedStarts: count } = achieved;
  const shown = { threshold: 'achievedShare', limit, value: share, low: null, high: null } as const;
  return { ...shown, count, countNeeded: null, verdict: share < limit ? 'broken' : 'met', near: false };
}

function noData(threshold: LoadThreshold, limit: number, countNeeded: number): ThresholdVerdict {
  return {
    threshold,
    limit,
    value: null,
    low: null,
    high: null,
    count: 0,
    verdict: 'inconclusive',
    near: false,
    countNeeded,
  };
}
