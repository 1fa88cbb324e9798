import { type LatencyDistribution, percentileMs } from '../../latency-distribution.js';
import { binomialCdf } from './binomial-distribution.js';

/** Ranks between which a percentile lies, from 1. */
export interface RankInterval {
  readonly lowRank: number;
  readonly highRank: number;
  /** Chance that the percentile lies between them, at least what was asked for: ranks are whole. */
  readonly coverage: number;
}

/** A percentile with its interval, or with how many values it needs to have one. */
export type PercentileEstimate =
  | { readonly valueMs: number; readonly count: number; readonly lowMs: number; readonly highMs: number }
  | { readonly valueMs: number; readonly count: number; readonly countNeeded: number };

/**
 * The ranks of the interval that holds for every distribution (Hahn and Meeker 1991): how many of the values lie below the
 * percentile is binomial.
 *
 * @param share of the values below the percentile, between 0 and 1
 * @returns null when there are too few values
 */
export function percentileRanks(count: number, share: number, confidence = 0.95): RankInterval | null {
  const tail = (1 - confidence) / 2;
  // The largest rank below which the percentile lies with at most `tail`, and the smallest above which it does.
  const lowRank = firstRank(count, (rank) => binomialCdf(rank - 1, count, share) > tail) - 1;
  const highRank = firstRank(count, (rank) => binomialCdf(rank - 1, count, share) >= 1 - tail);
  if (lowRank < 1 || highRank > count) return null;
  return {
    lowRank,
    highRank,
    coverage: binomialCdf(highRank - 1, count, share) - binomialCdf(lowRank - 1, count, share),
  };
}

/** The first rank from 1 to `count` for which a condition holds that holds for all later ones; `count + 1` when none. */
function firstRank(count: number, holds: (rank: number) => boolean): number {
  let low = 1;
  let high = count + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How many values the two-sided interval of a percentile needs: 72 for the 95th and 368 for the 99th at 95 %. */
export function countForPercentile(share: number, confidence = 0.95): number {
  const tail = (1 - confidence) / 2;
  return Math.ceil(Math.log(tail) / Math.log(Math.max(share, 1 - share)));
}

export function estimatePercentile(
  latencies: LatencyDistribution,
  share: number,
  confidence = 0.95,
): PercentileEstimate {
  const { count } = latencies;
  const valueMs = percentileMs(latencies, share);
  const ranks = percentileRanks(count, share, confidence);
  if (ranks === null) return { valueMs, count, countNeeded: countForPercentile(share, confidence) };
  return { valueMs, count, lowMs: latencies.atRank(ranks.lowRank), highMs: latencies.atRank(ranks.highRank) };
}
