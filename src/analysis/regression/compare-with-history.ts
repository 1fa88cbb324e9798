import type { Random } from '../../seeded-random.js';
import { adjustChances } from '../statistics/benjamini-hochberg.js';
import { bootstrapInterval, type Interval } from '../statistics/bootstrap-interval.js';
import { cliffsDelta, hodgesLehmannShift } from '../statistics/effect-size.js';
import { mannWhitney } from '../statistics/mann-whitney.js';
import { median } from '../statistics/median.js';

/** The values of one metric, a number a run: calls inside a run share its luck and are not independent. */
export interface MetricHistory {
  readonly baseline: readonly number[];
  readonly fresh: readonly number[];
  readonly higherIsWorse: boolean;
}

export interface RegressionSettings {
  /** Chance at which one metric may be called changed although it is not. @default 0.01 */
  readonly alpha?: number;
  /** Changes below this share of the baseline are not called changes. @default 0.05 */
  readonly minEffect?: number;
  /** Share of false discoveries over the metrics of a session. @default 0.02 */
  readonly falseDiscoveryRate?: number;
  /** Of the interval of the ratio. @default 1000 */
  readonly resamples?: number;
  readonly random: Random;
}

export type RegressionVerdict = 'regressed' | 'improved' | 'unchanged' | 'suspected' | 'inconclusive';

export interface MetricComparison {
  /**
   * `suspected`: worse by itself, but among so many metrics one like this is to be expected; more runs will tell.
   * `inconclusive`: too few runs.
   */
  readonly verdict: RegressionVerdict;
  readonly baselineRuns: number;
  readonly freshRuns: number;
  /** Fresh runs that are needed before anything can be said; 0 when there are enough. */
  readonly freshRunsNeeded: number;
  readonly baselineMedian: number;
  readonly freshMedian: number;
  /** Fresh against baseline, and its 95 % interval; null where the baseline is 0 or there are too few runs. */
  readonly ratio: number | null;
  readonly ratioInterval: Interval | null;
  /** The shift of Hodges and Lehmann, in the metric's unit. */
  readonly shift: number | null;
  /** Cliff's delta. */
  readonly delta: number | null;
  /** Chance of a change this bad or worse without a change, in this metric alone and corrected for all metrics compared. */
  readonly p: number | null;
  readonly pAdjusted: number | null;
}

const defaults = { alpha: 0.01, minEffect: 0.05, falseDiscoveryRate: 0.02, resamples: 1_000 };

/**
 * How many more fresh runs are needed before a change can be called one at all: 3 against 10 or more, 4 against fewer, and so many
 * that the rarest order of the runs is rarer than `alpha`.
 */
export function freshRunsNeeded(baselineRuns: number, freshRuns: number, alpha = defaults.alpha): number {
  let needed = baselineRuns >= 10 ? 3 : 4;
  while (rarestChance(baselineRuns, needed) > alpha && needed < 100) needed++;
  return Math.max(0, needed - freshRuns);
}

/** Chance that all fresh runs are above all others without a change. */
function rarestChance(baselineRuns: number, freshRuns: number): number {
  let chance = 1;
  for (let run = 1; run <= freshRuns; run++) chance *= run / (baselineRuns + run);
  return chance;
}

/** Runs that a baseline has at least. */
export const baselineRunsMin = 4;

/**
 * Compares metrics of fresh runs with those of earlier ones: exact Mann-Whitney test on a number a run, a smallest effect, an
 * interval of the ratio (BCa), and the correction of Benjamini and Hochberg over all metrics that are compared together.
 */
export function compareWithHistory<Key>(
  histories: ReadonlyMap<Key, MetricHistory>,
  { random, ...given }: RegressionSettings,
): ReadonlyMap<Key, MetricComparison> {
  const settings = { ...defaults, ...given };
  const tested = [...histories].filter(([, history]) => isEnough(history, settings.alpha));
  const worse = tested.map(([, history]) => chanceOf(history, 'worse'));
  const better = tested.map(([, history]) => chanceOf(history, 'better'));
  const worseAdjusted = adjustChances(worse);
  const betterAdjusted = adjustChances(better);
  const comparisons = new Map<Key, MetricComparison>();
  for (const [key, history] of histories) comparisons.set(key, describeUntested(history, settings.alpha));
  tested.forEach(([key, history], index) => {
    const chances = {
      worse: worse[index] as number,
      worseAdjusted: worseAdjusted[index] as number,
      better: better[index] as number,
      betterAdjusted: betterAdjusted[index] as number,
    };
    comparisons.set(key, judge(history, chances, settings, random));
  });
  return comparisons;
}

function isEnough({ baseline, fresh }: MetricHistory, alpha: number): boolean {
  return baseline.length >= baselineRunsMin && freshRunsNeeded(baseline.length, fresh.length, alpha) === 0;
}

function chanceOf({ baseline, fresh, higherIsWorse }: MetricHistory, direction: 'worse' | 'better'): number {
  const { pGreater, pLess } = mannWhitney(baseline, fresh);
  return (direction === 'worse') === higherIsWorse ? pGreater : pLess;
}

function describeUntested({ baseline, fresh }: MetricHistory, alpha: number): MetricComparison {
  return {
    verdict: 'inconclusive',
    baselineRuns: baseline.length,
    freshRuns: fresh.length,
    freshRunsNeeded: Math.max(1, freshRunsNeeded(baseline.length, fresh.length, alpha)),
    baselineMedian: median(baseline),
    freshMedian: median(fresh),
    ratio: null,
    ratioInterval: null,
    shift: null,
    delta: null,
    p: null,
    pAdjusted: null,
  };
}

interface Chances {
  readonly worse: number;
  readonly worseAdjusted: number;
  readonly better: number;
  readonly betterAdjusted: number;
}

function judge(
  history: MetricHistory,
  chances: Chances,
  settings: typeof defaults,
  random: Random,
): MetricComparison {
  const { baseline, fresh, higherIsWorse } = history;
  const baselineMedian = median(baseline);
  const shift = hodgesLehmannShift(baseline, fresh);
  // What the shift is of the baseline; where that is 0, any shift is large.
  const effect = baselineMedian === 0 ? Math.sign(shift) * Number.POSITIVE_INFINITY : shift / baselineMedian;
  const worsening = higherIsWorse ? effect : -effect;
  const isWorse = chances.worse <= settings.alpha && worsening >= settings.minEffect;
  const isBetter = chances.better <= settings.alpha && -worsening >= settings.minEffect;
  let verdict: RegressionVerdict = 'unchanged';
  if (isWorse) verdict = chances.worseAdjusted <= settings.falseDiscoveryRate ? 'regressed' : 'suspected';
  else if (isBetter && chances.betterAdjusted <= settings.falseDiscoveryRate) verdict = 'improved';
  const changed = isWorse || isBetter;
  return {
    verdict,
    baselineRuns: baseline.length,
    freshRuns: fresh.length,
    freshRunsNeeded: 0,
    baselineMedian,
    freshMedian: median(fresh),
    ratio: baselineMedian === 0 ? null : 1 + shift / baselineMedian,
    // Costs a thousand times what the rest does, and only a change needs it.
    ratioInterval:
      changed && baselineMedian !== 0 ? ratioInterval(history, settings.resamples, random) : null,
    shift,
    delta: cliffsDelta(baseline, fresh),
    p: isBetter ? chances.better : chances.worse,
    pAdjusted: isBetter ? chances.betterAdjusted : chances.worseAdjusted,
  };
}

function ratioInterval({ baseline, fresh }: MetricHistory, resamples: number, random: Random): Interval {
  return bootstrapInterval(
    [baseline, fresh],
    ([before = [], after = []]) => 1 + hodgesLehmannShift(before, after) / median(before),
    { random, resamples },
  );
}
