import type { MethodCourse } from '../../../session-page.js';
import { formatBytes, formatDuration } from '../../../units.js';
import type { Chart, Mark, Series } from './charts.js';
import { count, formatCount, formatElapsed } from './words.js';

export interface Percentiles {
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** How the latencies of a method are spread. */
export function histogramChart({ histogram, capability, method }: MethodCourse, at: Percentiles): Chart {
  const { edgesMs, counts } = histogram;
  const calls = counts.reduce((sum, one) => sum + one, 0);
  const marks: readonly Mark[] = [
    { x: placeOf(edgesMs, at.medianMs), label: 'median', colour: '--muted' },
    { x: placeOf(edgesMs, at.p95Ms), label: 'p95', colour: '--warn' },
    { x: placeOf(edgesMs, at.p99Ms), label: 'p99', colour: '--bad' },
  ];
  return {
    title: 'Distribution of latency',
    summary: `${capability}.${method}: ${count(calls, 'call')}, median ${formatDuration(at.medianMs)}, 95th percentile ${formatDuration(at.p95Ms)}, 99th percentile ${formatDuration(at.p99Ms)}.`,
    x: counts.map((_, index) => index),
    series: [{ label: 'calls', values: counts, colour: '--accent', as: 'bars' }],
    marks,
    formatX: (value) => formatDuration(middleOf(edgesMs, value)),
    formatY: (value) => (Number.isInteger(value) ? formatCount(value) : ''),
    note: 'Each bar covers the same ratio of latencies.',
  };
}

/** Where a latency lies among the bars, with fractions. */
function placeOf(edgesMs: readonly number[], latencyMs: number): number {
  const [low = 1, high = 1] = [edgesMs[0], edgesMs.at(-1)];
  if (high <= low) return 0;
  const share = Math.log(Math.max(low, latencyMs) / low) / Math.log(high / low);
  return Math.min(1, share) * (edgesMs.length - 1) - 0.5;
}

function middleOf(edgesMs: readonly number[], place: number): number {
  const [low = 0, high = 0] = [edgesMs[0], edgesMs.at(-1)];
  return low * (high / low) ** ((place + 0.5) / Math.max(1, edgesMs.length - 1));
}

interface Place {
  readonly mean?: number | null;
  readonly succeeded?: number;
  readonly failed?: number;
}

/** The latencies of a method along the session: every window's mean, and some calls as dots. */
export function latencyChart(course: MethodCourse, windowMs: number): Chart {
  const { windows, sample, capability, method } = course;
  const places = new Map<number, Place>();
  // A chart has one value for each place: calls of the same millisecond stand a hair apart.
  const put = (atMs: number, place: Place): void => {
    let free = atMs;
    while (places.has(free)) free += 0.01;
    places.set(free, place);
  };
  windows.forEach(({ atMs, meanMs }, index) => {
    put(atMs + windowMs / 2, { mean: drawable(meanMs) });
    if (endsStretch(windows, index, windowMs)) put(atMs + windowMs, { mean: null });
  });
  for (const { atMs, durationMs, succeeded } of sample) {
    put(atMs, succeeded ? { succeeded: drawable(durationMs) } : { failed: drawable(durationMs) });
  }
  const inOrder = [...places].sort(([left], [right]) => left - right);
  const valuesOf = (name: keyof Place) => inOrder.map(([, place]) => place[name]);
  const dots: readonly Series[] = [
    { label: 'calls', values: valuesOf('succeeded'), colour: '--second', as: 'dots' },
    { label: 'failed calls', values: valuesOf('failed'), colour: '--bad', as: 'dots' },
  ];
  const first = windows[0];
  const last = windows.at(-1);
  return {
    title: 'Latency over time',
    summary: `${capability}.${method}: mean ${first === undefined ? 'unknown' : formatDuration(first.meanMs)} in the first window, ${last === undefined ? 'unknown' : formatDuration(last.meanMs)} in the last.`,
    x: inOrder.map(([atMs]) => atMs),
    series: [
      ...dots.filter(({ values }) => values.some((value) => value !== undefined)),
      { label: `mean of each ${formatDuration(windowMs)}`, values: valuesOf('mean'), colour: '--accent' },
    ],
    formatX: formatElapsed,
    formatY: formatDuration,
    xAxis: 'time',
    logY: true,
  };
}

/** Whether nothing was called in the window that follows: a line across it would say something. */
function endsStretch(windows: MethodCourse['windows'], index: number, windowMs: number): boolean {
  const next = windows[index + 1];
  return next !== undefined && next.atMs - (windows[index]?.atMs ?? 0) > windowMs * 1.5;
}

/** A logarithmic axis has no zero. */
function drawable(ms: number): number {
  return Math.max(0.001, ms);
}

/** Memory of the worker at the calls of a method; null where none was sampled. */
export function memoryChart({ windows, capability, method }: MethodCourse, windowMs: number): Chart | null {
  const sampled = windows.filter(({ rssMaxBytes }) => rssMaxBytes !== null);
  if (sampled.length < 2) return null;
  const places = sampled.flatMap(({ atMs, rssMaxBytes, heapMeanBytes }, index) => [
    { atMs: atMs + windowMs / 2, rssMaxBytes, heapMeanBytes },
    ...(endsStretch(sampled, index, windowMs)
      ? [{ atMs: atMs + windowMs, rssMaxBytes: null, heapMeanBytes: null }]
      : []),
  ]);
  const most = Math.max(...sampled.map(({ rssMaxBytes }) => rssMaxBytes ?? 0));
  return {
    title: 'Memory over time',
    summary: `${capability}.${method}: resident memory at most ${formatBytes(most)}, heap in use ${formatBytes(sampled.at(-1)?.heapMeanBytes ?? 0)} in the last window.`,
    x: places.map(({ atMs }) => atMs),
    series: [
      { label: 'resident, most', values: places.map(({ rssMaxBytes }) => rssMaxBytes), colour: '--third' },
      {
        label: 'heap in use, mean',
        values: places.map(({ heapMeanBytes }) => heapMeanBytes),
        colour: '--accent',
      },
    ],
    formatX: formatElapsed,
    formatY: formatBytes,
    xAxis: 'time',
    yAxis: 'bytes',
  };
}
