import { median } from '../analysis/statistics/median.js';
import { proportionInterval } from '../analysis/statistics/proportion-interval.js';
import type { SessionStatistic } from '../history.js';
import { deriveSeed } from '../seeded-random.js';
import type {
  CalibrationReport,
  ComparisonDesign,
  SeriesNoise,
  SmallestChange,
} from './calibration-report.js';
import { coefficientOfVariation, spreadOf } from './noise.js';
import { type MeasuredSeries, seriesOfRuns } from './noise-model.js';
import { countAlarms } from './simulate-comparisons.js';

/** Of fewer runs the noise is not known well enough to simulate with. */
export const runsMin = 6;
const histories = 1_000;
const power = 0.9;
/** What is bisected between, as shares. */
const slowdownMin = 0.01;
const slowdownMax = 3;
const bisections = 7;
/** Simulated metrics that a calibration may cost, so that a large project does not wait for minutes. */
const simulatedMetricsMax = 250_000;
const trialsMost = 200;
const trialsLeast = 60;

/** What a session is compared by: its three newest runs against the ten before them. */
const usual: ComparisonDesign = { way: 'history', baselineRuns: 10, freshRuns: 3 };
const designs: readonly ComparisonDesign[] = [
  usual,
  { way: 'history', baselineRuns: 10, freshRuns: 5 },
  { way: 'history', baselineRuns: 10, freshRuns: 20 },
  { way: 'pairs', baselineRuns: 30, freshRuns: 30 },
];

export interface CalibrationSettings {
  readonly seed: number;
  readonly runsDisturbed: number;
  /** @default 1000 */
  readonly histories?: number;
}

/**
 * What the noise between runs of the same code means for verdicts: how often they would be false, and what they would miss, by
 * simulation with the noise that was measured. Pure: the same runs and seed, the same answer.
 */
export function calibrate(
  runs: readonly (readonly SessionStatistic[])[],
  settings: CalibrationSettings,
): CalibrationReport {
  const series = seriesOfRuns(runs);
  const noises = series.map(describeNoise).sort((left, right) => (right.spread ?? 0) - (left.spread ?? 0));
  const spreads = noises
    .filter(({ unit }) => unit === 'ms')
    .map(({ spread }) => spread)
    .filter((spread) => spread !== null);
  const steps = designs.length * 3 * bisections;
  const affordable = Math.floor(simulatedMetricsMax / (steps * Math.max(1, series.length)));
  const trials = Math.min(trialsMost, Math.max(trialsLeast, affordable));
  const report = {
    runs: runs.length,
    runsDisturbed: settings.runsDisturbed,
    seed: settings.seed,
    noise: spreads.length === 0 ? null : median(spreads),
    power,
    trials,
    series: noises,
  };
  if (runs.length < runsMin || series.length === 0) {
    const reason =
      runs.length < runsMin
        ? `${runs.length} runs are too few to know the noise; at least ${runsMin} are needed.`
        : 'No metric was measured in every run, so there is nothing to say about the noise.';
    return { ...report, verdict: 'inconclusive', reason, falseAlarms: null, smallestChanges: [] };
  }
  return {
    ...report,
    verdict: 'measured',
    reason: `${series.length} metrics in ${runs.length} runs of the same code.`,
    falseAlarms: simulateFalseAlarms(series, settings),
    smallestChanges: findSmallestChanges(series, settings.seed, trials),
  };
}

function describeNoise({ subject, traits, values }: MeasuredSeries): SeriesNoise {
  return {
    ...subject,
    unit: traits.unit,
    runs: values.length,
    median: median(values),
    spread: traits.scale === 'ratio' ? spreadOf(values) : null,
    variation: coefficientOfVariation(values),
  };
}

function simulateFalseAlarms(
  series: readonly MeasuredSeries[],
  settings: CalibrationSettings,
): CalibrationReport['falseAlarms'] {
  const trials = settings.histories ?? histories;
  const seed = deriveSeed(settings.seed, 'false alarms');
  const alarms = countAlarms({ series, design: usual, trials, seed });
  const interval = proportionInterval(alarms, trials) ?? { low: 0, high: 1 };
  const { baselineRuns, freshRuns } = usual;
  return { histories: trials, alarms, share: alarms / trials, interval, baselineRuns, freshRuns };
}

/** For the method with the least noise, the most, and one between: what lies between them is between. */
function findSmallestChanges(
  series: readonly MeasuredSeries[],
  seed: number,
  trials: number,
): readonly SmallestChange[] {
  const methods = groupByMethod(series);
  const places = [
    ['quietest', methods[0]],
    ['middle', methods.length > 2 ? methods[methods.length >> 1] : undefined],
    ['noisiest', methods.length > 1 ? methods.at(-1) : undefined],
  ] as const;
  return places.flatMap(([place, slowed]) => {
    const [first] = slowed ?? [];
    if (slowed === undefined || first === undefined) return [];
    const { capability, method, scenario } = first.subject;
    return designs.map((design) => ({
      ...design,
      capability,
      method,
      scenario,
      place,
      slowdown: findSlowdown({ series, design, trials, seed, slowed: new Set(slowed) }),
    }));
  });
}

/** The times of each method, the method of the least noise first. */
function groupByMethod(series: readonly MeasuredSeries[]): readonly (readonly MeasuredSeries[])[] {
  const groups = new Map<string, MeasuredSeries[]>();
  for (const one of series.filter(({ traits }) => traits.unit === 'ms')) {
    const { file, scenario, capability, method } = one.subject;
    const key = JSON.stringify([file, scenario, capability, method]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const quietestOf = (group: readonly MeasuredSeries[]): number =>
    Math.min(...group.map(({ values }) => spreadOf(values) ?? Number.POSITIVE_INFINITY));
  return [...groups.values()].sort((left, right) => quietestOf(left) - quietestOf(right));
}

/** Bisects on a logarithmic scale, with the same draws for every slowdown. */
function findSlowdown(simulation: Parameters<typeof countAlarms>[0]): number | null {
  const isCaught = (slowdown: number): boolean =>
    countAlarms({ ...simulation, factor: 1 + slowdown }) >= power * simulation.trials;
  if (!isCaught(slowdownMax)) return null;
  let low = Math.log(slowdownMin);
  let high = Math.log(slowdownMax);
  for (let step = 1; step < bisections; step++) {
    const middle = (low + high) / 2;
    if (isCaught(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}
