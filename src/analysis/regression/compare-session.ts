import type { HistoryChange, HistoryComparison, HistoryFacts, HistorySeries } from '../../history.js';
import { createRandom } from '../../seeded-random.js';
import {
  baselineRunsMin,
  compareWithHistory,
  type MetricComparison,
  type MetricHistory,
} from './compare-with-history.js';
import { describeChange } from './describe-change.js';

/** The newest runs that are compared with those before them. */
const freshRuns = 3;
const baselineRunsMax = 20;
/** Five runs against four are the fewest of which the rarest order is rare enough. */
const runsMin = 9;
/** A baseline of so many runs needs three fresh ones only. */
const baselineRunsUsual = 10;
/** CPU time is counted in whole ticks; below this many milliseconds a call it says nothing. */
const cpuTimeMinMs = 1;

/** Compares the newest sessions with those before them, metric by metric. Pure: the same history and seed, the same answer. */
export function compareSession({ series, ...counts }: HistoryFacts, seed: number): HistoryComparison {
  const histories = new Map<HistorySeries, MetricHistory>();
  for (const one of series) {
    const history = splitSeries(one);
    if (isWorthComparing(one, history)) histories.set(one, history);
  }
  const comparisons = compareWithHistory(histories, { random: createRandom(seed) });
  const compared = [...comparisons].filter(([, { verdict }]) => verdict !== 'inconclusive');
  return {
    ...counts,
    metricsCompared: compared.length,
    sessionsNeeded: compared.length > 0 ? 0 : Math.max(1, runsMin - 1 - counts.comparableSessions),
    changes: compared.flatMap(([one, comparison]) => changeOf(one, comparison)).sort(worstFirst),
  };
}

/** With few runs before them, more fresh ones are taken, as soon as there are enough for both. */
function splitSeries({ points, metric }: HistorySeries): MetricHistory {
  const values = points.map(({ value }) => value);
  const fresh = values.length >= baselineRunsUsual + freshRuns ? freshRuns : Math.floor(values.length / 2);
  const border = Math.max(0, values.length - fresh);
  return {
    baseline: values.slice(Math.max(0, border - baselineRunsMax), border),
    fresh: values.slice(border),
    higherIsWorse: metric !== 'success_rate',
  };
}

function isWorthComparing({ metric }: HistorySeries, { baseline, fresh }: MetricHistory): boolean {
  if (baseline.length < baselineRunsMin) return false;
  return metric !== 'cpu_time' || Math.max(...baseline, ...fresh) >= cpuTimeMinMs;
}

function changeOf(
  { points, ...subject }: HistorySeries,
  comparison: MetricComparison,
): readonly HistoryChange[] {
  const { verdict, p, pAdjusted } = comparison;
  if (p === null || pAdjusted === null) return [];
  if (verdict !== 'regressed' && verdict !== 'improved' && verdict !== 'suspected') return [];
  const change = {
    ...subject,
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
    sinceCommit: points[points.length - comparison.freshRuns]?.commit ?? null,
  };
  return [{ ...change, statement: describeChange(change) }];
}

const order = ['regressed', 'suspected', 'improved'];

function worstFirst(left: HistoryChange, right: HistoryChange): number {
  return order.indexOf(left.verdict) - order.indexOf(right.verdict) || sizeOf(right) - sizeOf(left);
}

function sizeOf({ ratio }: HistoryChange): number {
  return ratio === null ? Number.POSITIVE_INFINITY : Math.abs(Math.log(Math.max(ratio, 1e-9)));
}
