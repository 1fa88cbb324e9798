import type { HistoryChange, HistorySeries } from '../../history.js';
import type { MetricComparison } from './compare-with-history.js';
import { describeChange } from './describe-change.js';

/** A comparison as a change, or null when it shows none. */
export function changeOf(
  { file, scenario, capability, method, metric }: Omit<HistorySeries, 'points'>,
  comparison: MetricComparison,
  { sinceCommit, baseline }: Pick<HistoryChange, 'sinceCommit' | 'baseline'>,
): HistoryChange | null {
  const { verdict, p, pAdjusted } = comparison;
  if (p === null || pAdjusted === null) return null;
  if (verdict !== 'regressed' && verdict !== 'improved' && verdict !== 'suspected') return null;
  const change = {
    file,
    scenario,
    capability,
    method,
    metric,
    verdict,
    baselineRuns: comparison.baselineRuns,
    freshRuns: comparison.freshRuns,
    baselineMedian: comparison.baselineMedian,
    freshMedian: comparison.freshMedian,
    ratio: comparison.ratio,
    ratioLow: comparison.ratioInterval?.low ?? null,
    ratioHigh: comparison.ratioInterval?.high ?? null,
    delta: comparison.delta,
    p,
    pAdjusted,
    sinceCommit,
    baseline,
  };
  return { ...change, statement: describeChange(change) };
}

const order = ['regressed', 'suspected', 'improved'];

/** For sorting: what got worse before what got better, the larger before the smaller. */
export function worstFirst(left: HistoryChange, right: HistoryChange): number {
  return order.indexOf(left.verdict) - order.indexOf(right.verdict) || sizeOf(right) - sizeOf(left);
}

function sizeOf({ ratio }: HistoryChange): number {
  return ratio === null ? Number.POSITIVE_INFINITY : Math.abs(Math.log(Math.max(ratio, 1e-9)));
}
