import { formatMetric, type HistoryChange, metricNames } from '../../history.js';

/** Such as `shop.sell: median time 12ms -> 15ms, 1.25 times`. */
export function describeMove(
  { capability, method, metric }: Pick<HistoryChange, 'capability' | 'method' | 'metric'>,
  before: number,
  after: number,
  ratio: number | null,
): string {
  const times = ratio === null ? '' : `, ${ratio.toFixed(2)} times`;
  return `${capability}.${method}: ${metricNames[metric]} ${formatMetric(metric, before)} -> ${formatMetric(metric, after)}${times}`;
}

/** A change in a sentence, with its size, its interval, and what it rests on. */
export function describeChange(change: Omit<HistoryChange, 'statement'>): string {
  const { baselineMedian, freshMedian, baselineRuns, freshRuns, ratio, baseline } = change;
  const commit = change.sinceCommit === null ? '' : `, since commit ${shortCommit(change.sinceCommit)}`;
  const against = baseline === null ? `${baselineRuns}` : `${baselineRuns} of baseline "${baseline}"`;
  return `${describeMove(change, baselineMedian, freshMedian, ratio)}${describeInterval(change)} (${against} against ${freshRuns} runs, p = ${change.p.toPrecision(2)}${commit})`;
}

function describeInterval({
  ratio,
  ratioLow,
  ratioHigh,
}: Pick<HistoryChange, 'ratio' | 'ratioLow' | 'ratioHigh'>): string {
  if (ratio === null || ratioLow === null || ratioHigh === null) return '';
  return ` (${ratioLow.toFixed(2)} to ${ratioHigh.toFixed(2)})`;
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 10);
}
