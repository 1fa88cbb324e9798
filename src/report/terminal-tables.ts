import type { CapabilitySummary, KindSummary, LatencyEstimate, MetricFigures } from '../model.js';
import { formatDuration, formatShare } from '../units.js';
import { padColumns, toPlainText, truncate } from './plain-text.js';
import { sparkline } from './sparkline.js';
import { indent } from './terminal-layout.js';

const nameWidth = 20;
const columnWidths = [6, 8, 7, 7, 16, 7] as const;
const header = ['calls', 'success', 'mean', 'p95', '95 % interval', 'CPU'] as const;
const trendHeader = ' trend';
const capabilitiesShown = 40;

/** How much a report tells, and with which characters. */
export interface FiguresLook {
  readonly unicode: boolean;
  /** Every capability and its methods. */
  readonly verbose: boolean;
}

/** A line for each kind of scenario and each capability, in columns. */
export function renderFigures(
  kinds: readonly KindSummary[],
  capabilities: readonly CapabilitySummary[],
  { unicode, verbose }: FiguresLook,
): readonly string[] {
  if (capabilities.length === 0) return ['No call was measured.'];
  const shown = verbose ? capabilities.length : capabilitiesShown;
  return [
    row('', header, trendHeader),
    ...kinds.map((kind) => row(`${kind.kind} (${kind.passed}/${kind.scenarios})`, cells(kind), '')),
    '',
    ...capabilities
      .slice(0, shown)
      .flatMap((summary) => [
        row(toPlainText(summary.capability), cells(summary), ` ${sparkline(summary.trendMs, unicode)}`),
        ...(verbose
          ? summary.methods.map((method) => row(`  ${toPlainText(method.method)}`, cells(method), ''))
          : []),
      ]),
    ...(capabilities.length > shown
      ? [`... and ${capabilities.length - shown} more capabilities in the database.`]
      : []),
  ];
}

type Cells = readonly [string, string, string, string, string, string];

function cells({
  calls,
  successRate,
  meanMs,
  p95,
  cpuTimePerCallMs,
}: Omit<KindSummary, 'kind' | 'scenarios' | 'passed' | 'skipped'>): Cells {
  if (calls === 0) return ['0', '-', '-', '-', '-', '-'];
  return [
    formatCount(calls),
    successRate === null ? '-' : formatShare(successRate),
    formatDuration(meanMs),
    formatDuration(p95.valueMs),
    describeInterval(p95),
    formatDuration(cpuTimePerCallMs),
  ];
}

/** A percentile is never printed without what it is worth. */
function describeInterval(estimate: LatencyEstimate): string {
  return 'lowMs' in estimate
    ? `${formatDuration(estimate.lowMs)}-${formatDuration(estimate.highMs)}`
    : `n too small <${estimate.countNeeded}`;
}

/** A count in at most five characters. */
function formatCount(count: number): string {
  if (count < 100_000) return String(count);
  return count < 1_000_000 ? `${Math.round(count / 1_000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

function row(name: string, values: readonly string[], trend: string): string {
  const padded = values.map((value, column) => value.padStart(columnWidths[column] ?? 0));
  return `${padColumns(truncate(name, nameWidth), nameWidth)}${padded.join('')}${trend}`.trimEnd();
}

/** Rooms of the tool itself, whose metrics stand elsewhere in the report. */
const ownCapabilities = new Set(['system', 'worker', 'recorder']);
const metricsShown = 24;

/** What scenarios measured beside their calls, a paragraph for each capability. */
export function renderMeasured(metrics: readonly MetricFigures[]): readonly string[] {
  return describeMeasured(metrics).flatMap((text) => indent(toPlainText(text), 0));
}

/** What scenarios measured beside their calls, a line of any length for each capability; nothing in it is escaped. */
export function describeMeasured(metrics: readonly MetricFigures[]): readonly string[] {
  const measured = metrics.filter(({ capability }) => !ownCapabilities.has(capability));
  const byCapability = new Map<string, string[]>();
  for (const { capability, metricType, unit, mean, count } of measured.slice(0, metricsShown)) {
    const text = `${metricType} ${formatNumber(mean)} ${unit}${count === 1 ? '' : ` (mean of ${count})`}`;
    byCapability.set(capability, [...(byCapability.get(capability) ?? []), text]);
  }
  const left = measured.length - metricsShown;
  return [
    ...[...byCapability].map(([capability, texts]) => `${capability}: ${texts.join(', ')}`),
    ...(left > 0 ? [`... and ${left} more in the database.`] : []),
  ];
}

function formatNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e9) return String(value);
  return magnitude >= 1_000 && magnitude < 1e9 ? value.toFixed(0) : value.toPrecision(3);
}
