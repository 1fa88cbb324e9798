import type { HistoryChange, HistoryMetric } from '../../history.js';
import { formatDuration, formatShare } from '../../units.js';

const metricNames: Readonly<Record<HistoryMetric, string>> = {
  median: 'median time',
  p95: '95th percentile',
  success_rate: 'success rate',
  cpu_time: 'CPU time a call',
};

/** A change in a sentence, with its size, its interval, and what it rests on. */
export function describeChange(change: Omit<HistoryChange, 'statement'>): string {
  const { capability, method, metric, baselineMedian, freshMedian, baselineRuns, freshRuns } = change;
  const format = metric === 'success_rate' ? formatShare : formatDuration;
  const commit = change.sinceCommit === null ? '' : `, since commit ${change.sinceCommit.slice(0, 10)}`;
  return `${capability}.${method}: ${metricNames[metric]} ${format(baselineMedian)} -> ${format(freshMedian)}${describeRatio(change)} (${baselineRuns} against ${freshRuns} runs, p = ${change.p.toPrecision(2)}${commit})`;
}

function describeRatio({
  ratio,
  ratioLow,
  ratioHigh,
}: Pick<HistoryChange, 'ratio' | 'ratioLow' | 'ratioHigh'>): string {
  if (ratio === null) return '';
  const interval =
    ratioLow === null || ratioHigh === null ? '' : ` (${ratioLow.toFixed(2)} to ${ratioHigh.toFixed(2)})`;
  return `, ${ratio.toFixed(2)} times${interval}`;
}
