import type { SessionStatistic } from '../history.js';

export type MetricUnit = 'ms' | 'share' | 'bytes' | 'number';

/** How the values of one metric are compared. */
export interface MetricTraits {
  readonly unit: MetricUnit;
  readonly higherIsWorse: boolean;
  /** Times are compared by their ratio; what can be 0 or below, by its difference. */
  readonly scale: 'ratio' | 'difference';
  /** A series that never reaches this value says nothing about a change; in its unit. */
  readonly levelMin: number;
  /** Differences below this are not called changes, in its unit; ratios have the user's smallest effect. */
  readonly differenceMin: number;
}

/** Below this many milliseconds a call is measured by the cost of measuring it. */
const timeMinMs = 0.01;
/** CPU time is counted in whole ticks; below this many milliseconds a call it says nothing. */
const cpuTimeMinMs = 1;
/** One call in a hundred that fails and did not is worth a word, however large the smallest effect of times is. */
const shareMin = 0.01;
/** Calls that are quicker than a sample share it, so that less memory a call may be another call's. */
const memoryMinBytes = 4_096;

const time = { unit: 'ms', higherIsWorse: true, scale: 'ratio', differenceMin: 0 } as const;
const memory = {
  unit: 'bytes',
  higherIsWorse: true,
  scale: 'difference',
  levelMin: memoryMinBytes,
  differenceMin: memoryMinBytes,
} as const;

/** By name and not by type, so that a metric which is added to the statistics is compared from the first day. */
const known: ReadonlyMap<string, MetricTraits> = new Map<string, MetricTraits>([
  ['median', { ...time, levelMin: timeMinMs }],
  ['p95', { ...time, levelMin: timeMinMs }],
  ['cpu_time', { ...time, levelMin: cpuTimeMinMs }],
  [
    'success_rate',
    { unit: 'share', higherIsWorse: false, scale: 'difference', levelMin: 0, differenceMin: shareMin },
  ],
  ['memory_growth', memory],
]);

const unknown: MetricTraits = {
  unit: 'number',
  higherIsWorse: true,
  scale: 'ratio',
  levelMin: Number.MIN_VALUE,
  differenceMin: 0,
};

export function traitsOf(metric: string): MetricTraits {
  return known.get(metric) ?? unknown;
}

/** What a statistic is of: the same in every run of both versions. */
export type SeriesSubject = Pick<SessionStatistic, 'file' | 'scenario' | 'capability' | 'method' | 'metric'>;

export function keyOf({ file, scenario, capability, method, metric }: SeriesSubject): string {
  return JSON.stringify([file, scenario, capability, method, metric]);
}

export function subjectOf({ file, scenario, capability, method, metric }: SeriesSubject): SeriesSubject {
  return { file, scenario, capability, method, metric };
}
