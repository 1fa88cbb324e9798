import type { CapabilitySummary, MethodSummary } from '../../../model.js';
import type { SessionPage } from '../../../session-page.js';
import { formatBytes, formatDuration, formatShare } from '../../../units.js';
import { drawChart } from './charts.js';
import { histogramChart, latencyChart, memoryChart } from './course-charts.js';
import { bar, type Child, el, empty, fold, name, type Section, table } from './elements.js';
import { count, describeInterval, formatCount } from './words.js';

export function capabilitiesSection(page: SessionPage): Section {
  const { capabilities } = page.report;
  return {
    id: 'capabilities',
    title: 'Capabilities and methods',
    count: capabilities.length,
    content:
      capabilities.length === 0
        ? [empty('No call was measured.')]
        : [capabilityTable(capabilities), ...capabilities.map((one) => capabilityFold(one, page))],
  };
}

function capabilityTable(capabilities: readonly CapabilitySummary[]): HTMLElement {
  return table(
    'Figures by capability',
    [
      { title: 'Capability', cell: ({ capability }) => name(capability) },
      { title: 'Calls', isNumber: true, cell: ({ calls }) => formatCount(calls) },
      {
        title: 'Success',
        isNumber: true,
        cell: ({ successRate }) => (successRate === null ? '–' : formatShare(successRate)),
      },
      { title: 'Mean', isNumber: true, cell: ({ meanMs }) => formatDuration(meanMs) },
      { title: 'p95', isNumber: true, cell: ({ p95 }) => formatDuration(p95.valueMs) },
      { title: '95 % interval', cell: ({ p95 }) => describeInterval(p95) },
      { title: 'p99', isNumber: true, cell: ({ p99 }) => formatDuration(p99.valueMs) },
      {
        title: 'CPU a call',
        isNumber: true,
        cell: ({ cpuTimePerCallMs }) => formatDuration(cpuTimePerCallMs),
      },
      {
        title: 'Calls a second',
        isNumber: true,
        cell: ({ throughputPerSecond }) =>
          throughputPerSecond === null ? '–' : throughputPerSecond.toPrecision(3),
      },
      { title: 'Memory, most', isNumber: true, cell: ({ rssMaxBytes }) => formatBytes(rssMaxBytes) },
    ],
    capabilities,
  );
}

function capabilityFold(summary: CapabilitySummary, page: SessionPage): HTMLElement {
  const { capability, methods, calls } = summary;
  return fold(
    `capability-${capability}`,
    [
      name(capability, 'title'),
      el('span', { class: 'muted' }, ` ${count(calls, 'call')}, ${count(methods.length, 'method')}`),
    ],
    () =>
      [...methods].sort((left, right) => right.calls - left.calls).map((method) => methodBlock(method, page)),
  );
}

function methodBlock(summary: MethodSummary, { methods, windowMs }: SessionPage): HTMLElement {
  const { capability, method, calls, errors, medianMs, p95Ms, p99Ms, failurePatterns } = summary;
  const course = methods.find((one) => one.capability === capability && one.method === method);
  const charts: Child[] = [];
  if (course !== undefined) {
    charts.push(drawChart(histogramChart(course, { medianMs, p95Ms, p99Ms })));
    charts.push(drawChart(latencyChart(course, windowMs)));
    const memory = memoryChart(course, windowMs);
    if (memory !== null) charts.push(drawChart(memory));
  }
  return el(
    'article',
    { class: 'method' },
    el('h3', {}, name(`${capability}.${method}`)),
    el('p', { class: 'muted' }, `${count(calls, 'call')}, ${count(errors, 'error')}`),
    percentiles(summary),
    failurePatterns.length === 0
      ? null
      : el(
          'ul',
          { class: 'plain' },
          failurePatterns.map(({ statement }) => el('li', {}, statement)),
        ),
    el('div', { class: 'charts' }, charts),
  );
}

/** The percentiles with their intervals, on one scale up to the longest call. */
function percentiles({
  medianMs,
  p95,
  p99,
  maxMs,
  meanMs,
  successRate,
  successInterval,
}: MethodSummary): HTMLElement {
  const top = Math.max(maxMs, 'highMs' in p99 ? p99.highMs : 0, 0.001);
  const place = (ms: number): number => Math.log1p(ms * 1_000) / Math.log1p(top * 1_000);
  const rows: readonly { label: string; valueMs: number; low?: number; high?: number; note: string }[] = [
    { label: 'Mean', valueMs: meanMs, note: '' },
    { label: 'Median', valueMs: medianMs, note: '' },
    estimateRow('95th percentile', p95),
    estimateRow('99th percentile', p99),
    { label: 'Longest', valueMs: maxMs, note: '' },
  ];
  return el(
    'div',
    { class: 'percentiles' },
    rows.map(({ label, valueMs, low, high, note }) =>
      el(
        'div',
        { class: 'percentile' },
        el('span', { class: 'label' }, label),
        el('span', { class: 'value' }, formatDuration(valueMs)),
        el(
          'span',
          { class: 'scale', 'aria-hidden': 'true' },
          low === undefined || high === undefined ? null : bar('interval', place(low), place(high)),
          bar('point', place(valueMs), place(valueMs)),
        ),
        el('span', { class: 'muted' }, note),
      ),
    ),
    el(
      'div',
      { class: 'percentile' },
      el('span', { class: 'label' }, 'Success'),
      el('span', { class: 'value' }, successRate === null ? '–' : formatShare(successRate)),
      el(
        'span',
        { class: 'scale', 'aria-hidden': 'true' },
        successInterval === null ? null : bar('interval', successInterval.low, successInterval.high),
        successRate === null ? null : bar('point', successRate, successRate),
      ),
      el(
        'span',
        { class: 'muted' },
        successInterval === null
          ? ''
          : `${formatShare(successInterval.low)} to ${formatShare(successInterval.high)}`,
      ),
    ),
  );
}

function estimateRow(label: string, estimate: MethodSummary['p95']) {
  const note = describeInterval(estimate);
  return 'lowMs' in estimate
    ? { label, valueMs: estimate.valueMs, low: estimate.lowMs, high: estimate.highMs, note }
    : { label, valueMs: estimate.valueMs, note };
}
