import { compareWithHistory } from '../analysis/regression/compare-with-history.js';
import { createRandom, deriveSeed } from '../seeded-random.js';
import type { ComparisonDesign } from './calibration-report.js';
import { judgeFamily } from './judge-family.js';
import { createNoiseModel, type MeasuredSeries } from './noise-model.js';

/** Exchanges tried by each simulated comparison of pairs: fewer than a real one, for time. */
const flips = 1_999;
/** The interval of a change is not looked at here, and costs a thousand times the verdict. */
const resamples = 2;
const minEffect = Math.log1p(0.05);

export interface Simulation {
  readonly series: readonly MeasuredSeries[];
  readonly design: ComparisonDesign;
  readonly trials: number;
  readonly seed: number;
  /** What the fresh runs are slower by. @default 1 */
  readonly factor?: number;
  /** Series that the factor is for, and that an alarm is counted of; the others stay as they are. @default all */
  readonly slowed?: ReadonlySet<MeasuredSeries>;
}

/** Simulates comparisons with the noise that was measured. @returns in how many of them a metric is called worse */
export function countAlarms(simulation: Simulation): number {
  const { series, design, trials, seed, factor = 1, slowed = new Set(series) } = simulation;
  const draw = createNoiseModel(series, createRandom(deriveSeed(seed, 'noise')));
  const slow = (run: readonly number[]): readonly number[] =>
    run.map((value, index) => {
      const one = series[index] as MeasuredSeries;
      return slowed.has(one) && one.traits.unit === 'ms' ? value * factor : value;
    });
  let alarms = 0;
  for (let trial = 0; trial < trials; trial++) {
    const baseline = Array.from({ length: design.baselineRuns }, draw);
    const fresh = Array.from({ length: design.freshRuns }, () => slow(draw()));
    const judge = design.way === 'history' ? worseInHistory : worseInPairs;
    const worse = judge(series, baseline, fresh, deriveSeed(seed, `trial ${trial}`));
    if (worse.some((one) => slowed.has(one))) alarms++;
  }
  return alarms;
}

type Runs = readonly (readonly number[])[];

function worseInHistory(
  series: readonly MeasuredSeries[],
  baseline: Runs,
  fresh: Runs,
  seed: number,
): readonly MeasuredSeries[] {
  const valuesOf = (runs: Runs, index: number): readonly number[] => runs.map((run) => run[index] as number);
  const histories = new Map(
    series.map((one, index) => [
      one,
      {
        baseline: valuesOf(baseline, index),
        fresh: valuesOf(fresh, index),
        higherIsWorse: one.traits.higherIsWorse,
      },
    ]),
  );
  const compared = compareWithHistory(histories, { random: createRandom(seed), resamples });
  return [...compared].filter(([, { verdict }]) => verdict === 'regressed').map(([one]) => one);
}

/** Judged once, after the last pair: the looks before it only end the comparison earlier. */
function worseInPairs(
  series: readonly MeasuredSeries[],
  base: Runs,
  head: Runs,
  seed: number,
): readonly MeasuredSeries[] {
  const timed = series.filter(({ traits }) => traits.scale === 'ratio');
  const family = timed.map((one) => {
    const index = series.indexOf(one);
    const worsenings = base.map((run, pair) =>
      Math.log((head[pair]?.[index] as number) / (run[index] as number)),
    );
    return { worsenings, minEffect, center: 'middle' as const };
  });
  const { series: judged } = judgeFamily(family, { pairsMax: base.length, seed, flips });
  return timed.filter((_, index) => judged[index]?.verdict === 'regressed');
}
