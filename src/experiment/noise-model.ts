import { median } from '../analysis/statistics/median.js';
import type { SessionStatistic } from '../history.js';
import type { Random } from '../seeded-random.js';
import { keyOf, type MetricTraits, type SeriesSubject, subjectOf, traitsOf } from './metric-traits.js';

/** The values of one metric in every run. */
export interface MeasuredSeries {
  readonly subject: SeriesSubject;
  readonly traits: MetricTraits;
  readonly values: readonly number[];
}

/** Metrics that every run has and that are large enough to be compared. */
export function seriesOfRuns(runs: readonly (readonly SessionStatistic[])[]): readonly MeasuredSeries[] {
  const found = new Map<string, { readonly subject: SeriesSubject; readonly values: number[] }>();
  for (const run of runs) {
    for (const statistic of run) {
      const key = keyOf(statistic);
      const series = found.get(key) ?? { subject: subjectOf(statistic), values: [] };
      series.values.push(statistic.value);
      found.set(key, series);
    }
  }
  return [...found.values()]
    .map(({ subject, values }) => ({ subject, values, traits: traitsOf(subject.metric) }))
    .filter(({ values, traits }) => {
      const usable = traits.scale === 'difference' || values.every((value) => value > 0);
      return usable && values.length === runs.length && Math.max(...values.map(Math.abs)) >= traits.levelMin;
    });
}

/**
 * Draws runs like those that were measured: a whole run at a time, so that metrics which rise and fall together go on to do so,
 * with its values moved a little (smoothed bootstrap, Silverman and Young 1987), because real runs are never the same twice. The
 * spread stays what it was.
 *
 * @returns a function that draws the values of one run, in the order of the series
 */
export function createNoiseModel(series: readonly MeasuredSeries[], random: Random): () => number[] {
  const runs = series[0]?.values.length ?? 0;
  const width = runs ** -0.2;
  // Few values spread less around their own middle than around the true one.
  const widening = Math.sqrt(runs / Math.max(1, runs - 1)) / Math.sqrt(1 + width ** 2);
  const models = series.map(({ values, traits }) => {
    if (traits.scale === 'difference') return { values, level: null, residuals: [], deviation: 0 };
    const logs = values.map(Math.log);
    const level = median(logs);
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    const residuals = logs.map((value) => value - mean);
    const squares = residuals.reduce((sum, value) => sum + value ** 2, 0);
    return { values, level, residuals, deviation: Math.sqrt(squares / logs.length) };
  });
  return () => {
    const run = Math.floor(random() * runs);
    return models.map(({ values, level, residuals, deviation }) => {
      if (level === null) return values[run] as number;
      const moved = (residuals[run] as number) + width * deviation * drawNormal(random);
      return Math.exp(level + moved * widening);
    });
  };
}

/** A standard normal value (Box and Muller 1958). */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
