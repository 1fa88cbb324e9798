import type { LeftOutSeries } from './ab-report.js';
import type { FamilySeries } from './judge-family.js';
import { keyOf, type MetricTraits, type SeriesSubject, subjectOf, traitsOf } from './metric-traits.js';
import type { MeasuredPair, MeasuredRun } from './run-result.js';

/** The values of one metric in both runs of each pair; null where a run has none. */
export interface PairedSeries {
  readonly subject: SeriesSubject;
  readonly traits: MetricTraits;
  readonly base: readonly (number | null)[];
  readonly head: readonly (number | null)[];
}

/** Sorts what the runs measured into series that can be compared, and those that cannot. */
export function pairSeries(pairs: readonly MeasuredPair[]): {
  readonly compared: readonly PairedSeries[];
  readonly leftOut: readonly LeftOutSeries[];
} {
  const subjects = new Map<string, SeriesSubject>();
  const values = pairs.map(({ base, head }) => ({ base: valuesOf(base), head: valuesOf(head) }));
  for (const pair of pairs) {
    for (const statistic of [...pair.base.statistics, ...pair.head.statistics]) {
      subjects.set(keyOf(statistic), subjectOf(statistic));
    }
  }
  const compared: PairedSeries[] = [];
  const leftOut: LeftOutSeries[] = [];
  for (const [key, subject] of [...subjects].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const traits = traitsOf(subject.metric);
    const series = {
      subject,
      traits,
      base: values.map(({ base }) => base.get(key) ?? null),
      head: values.map(({ head }) => head.get(key) ?? null),
    };
    const reason = whyLeftOut(series);
    if (reason === null) compared.push(series);
    else leftOut.push({ ...subject, reason });
  }
  return { compared, leftOut };
}

function valuesOf({ statistics }: MeasuredRun): ReadonlyMap<string, number> {
  return new Map(statistics.map((statistic) => [keyOf(statistic), statistic.value]));
}

function whyLeftOut({ base, head, traits }: PairedSeries): LeftOutSeries['reason'] | null {
  if (head.every((value) => value === null)) return 'only in base';
  if (base.every((value) => value === null)) return 'only in head';
  const largest = Math.max(...[...base, ...head].map((value) => Math.abs(value ?? 0)));
  return largest < traits.levelMin ? 'too small to measure' : null;
}

/** How much worse head is, pair by pair. @param minEffect of times, as a share */
export function worseningsOf({ base, head, traits }: PairedSeries, minEffect: number): FamilySeries {
  const isRatio = traits.scale === 'ratio';
  const worsenings = base.map((before, index) => {
    const after = head[index] ?? null;
    if (before === null || after === null) return null;
    if (isRatio && (before <= 0 || after <= 0)) return null;
    const change = isRatio ? Math.log(after / before) : after - before;
    return traits.higherIsWorse ? change : -change;
  });
  return {
    worsenings,
    minEffect: isRatio ? Math.log1p(minEffect) : traits.differenceMin,
    center: traits.unit === 'share' ? 'mean' : 'middle',
  };
}
