import type { SeriesComparison } from '../experiment/ab-report.js';
import type { MetricUnit } from '../experiment/metric-traits.js';
import { metricNames } from '../history.js';
import { formatBytes, formatDuration, formatShare } from '../units.js';

const names: Readonly<Record<string, string>> = metricNames;

export function nameMetric(metric: string): string {
  return names[metric] ?? metric;
}

export function formatValue(value: number, unit: MetricUnit): string {
  const sign = value < 0 ? '-' : '';
  switch (unit) {
    case 'ms':
      return sign + formatDuration(Math.abs(value));
    case 'share':
      return formatShare(value);
    case 'bytes':
      return formatBytes(value);
    case 'number':
      return value.toPrecision(3);
  }
}

/** Such as `4.02 times (3.85 to 4.20)` or `-12.0 points (-15.0 to -9.0)`. */
export function formatChange(series: SeriesComparison): string {
  const { change, changeLow, changeHigh } = series;
  if (change === null) return 'too few pairs';
  const interval =
    changeLow === null || changeHigh === null
      ? ''
      : ` (${formatSize(changeLow, series)} to ${formatSize(changeHigh, series)})`;
  return `${formatSize(change, series)}${wordOf(series)}${interval}`;
}

function formatSize(value: number, { scale, unit }: SeriesComparison): string {
  if (scale === 'ratio') return value < 10 ? value.toFixed(2) : value.toPrecision(3);
  const sign = value > 0 ? '+' : '';
  return unit === 'share' ? `${sign}${(value * 100).toFixed(1)}` : `${sign}${formatValue(value, unit)}`;
}

function wordOf({ scale, unit }: SeriesComparison): string {
  if (scale === 'ratio') return ' times';
  return unit === 'share' ? ' points' : '';
}

/** A chance for people; the smallest are not told apart. */
export function formatChance(chance: number): string {
  return chance < 0.001 ? '< 0.001' : chance.toFixed(3);
}
