import { bootstrapInterval, type Interval } from '../analysis/statistics/bootstrap-interval.js';
import { hodgesLehmannCenter } from '../analysis/statistics/effect-size.js';
import { createRandom, deriveSeed, type Random } from '../seeded-random.js';
import { flipChances } from './flip-chances.js';
import { walshInterval } from './walsh-interval.js';

/** One metric over all pairs. */
export interface FamilySeries {
  /**
   * How much worse head is than base, a number a pair: of ratios the logarithm, above 0 for worse. Null where one of the
   * two has no value.
   */
  readonly worsenings: readonly (number | null)[];
  /** In the same unit; smaller changes are not called changes. */
  readonly minEffect: number;
  /** Rare events shift the mean and not the middle. */
  readonly center: 'middle' | 'mean';
}

export interface FamilySettings {
  readonly pairsMax: number;
  readonly seed: number;
  /** Exchanges of base and head that are tried. @default 9999 */
  readonly flips?: number;
}

export type SeriesVerdict = 'regressed' | 'suspected' | 'improved' | 'unchanged' | 'inconclusive';

export interface JudgedSeries {
  /**
   * `suspected`: worse, at a chance that is too high to say so. `unchanged`: a worsening of twice the smallest effect is ruled
   * out. `inconclusive`: it is not, or there are too few pairs.
   */
  readonly verdict: SeriesVerdict;
  /** Pairs with a value on both sides. */
  readonly pairs: number;
  /** In the unit of `worsenings`; null when there is no pair. */
  readonly worsening: number | null;
  /** 95 %, of this series alone; null for fewer than six pairs. */
  readonly interval: Interval | null;
  /** Chance that any series would look so much worse, or better, without a change. */
  readonly pFamily: number | null;
}

export interface FamilyVerdict {
  readonly decision: 'continue' | 'stop';
  readonly series: readonly JudgedSeries[];
  /** The chance that it would have to be below after so many pairs. */
  readonly pNeeded: number;
}

/** With fewer, even a change that shows in every pair is not rare enough. */
export const pairsMin = 8;
const looksMax = 10;
/** Spent on the family, not on each series; its rates are measured in the tests. */
const lastLookChance = 0.005;
const strictness = 1.5;
const suspectedChance = 0.05;
/** What has to be ruled out before a series counts as unchanged, in smallest effects. */
const ruledOutEffects = 2;

/** After how many pairs the family is judged: at most about ten times, so that a longer comparison does not err more often. */
export function isLook(pairs: number, pairsMax: number): boolean {
  if (pairs >= pairsMax) return true;
  return pairs >= pairsMin && pairs % Math.max(2, Math.round(pairsMax / looksMax)) === 0;
}

/**
 * Judges all metrics of interleaved runs together after each pair: a permutation test over the family (`flipChances`) with at
 * most ten looks and a boundary that begins strict and ends mild (group-sequential, in the manner of O'Brien and Fleming 1979).
 * It stops at a look with the first regression, when every series is decided, or with the last pair.
 */
export function judgeFamily(
  family: readonly FamilySeries[],
  { pairsMax, seed, flips = 9_999 }: FamilySettings,
): FamilyVerdict {
  const pairs = Math.max(0, ...family.map(({ worsenings }) => worsenings.length));
  const pNeeded = lastLookChance * Math.min(1, pairs / pairsMax) ** strictness;
  const isLast = pairs >= pairsMax;
  if (!isLook(pairs, pairsMax) || family.length === 0) {
    return { decision: isLast ? 'stop' : 'continue', series: family.map(describeUntested), pNeeded };
  }
  const random = createRandom(deriveSeed(seed, `look ${pairs}`));
  const chances = flipChances(
    family.map(({ worsenings }) => worsenings.map((value) => value ?? 0)),
    { random, flips },
  );
  const series = family.map((one, index) =>
    judgeSeries(one, {
      upwards: chances.upwards[index] as number,
      downwards: chances.downwards[index] as number,
      pNeeded,
      random,
    }),
  );
  const regressed = series.some(({ verdict }) => verdict === 'regressed');
  const settled = series.every((one, index) => isSettled(one, family[index] as FamilySeries));
  return { decision: isLast || regressed || settled ? 'stop' : 'continue', series, pNeeded };
}

function describeUntested({ worsenings }: FamilySeries): JudgedSeries {
  const pairs = worsenings.filter((value) => value !== null).length;
  return { verdict: 'inconclusive', pairs, worsening: null, interval: null, pFamily: null };
}

interface Chances {
  readonly upwards: number;
  readonly downwards: number;
  readonly pNeeded: number;
  readonly random: Random;
}

function judgeSeries(series: FamilySeries, chances: Chances): JudgedSeries {
  const { center, minEffect } = series;
  const values = series.worsenings.filter((value) => value !== null);
  if (values.length < pairsMin) return describeUntested(series);
  const worsening = center === 'middle' ? hodgesLehmannCenter(values) : meanOf(values);
  const interval = center === 'middle' ? walshInterval(values) : meanInterval(values, chances.random);
  const pFamily = worsening >= 0 ? chances.upwards : chances.downwards;
  const isLarge = Math.abs(worsening) >= minEffect;
  let verdict: SeriesVerdict = 'inconclusive';
  if (isLarge && pFamily <= chances.pNeeded) verdict = worsening > 0 ? 'regressed' : 'improved';
  else if (isLarge && worsening > 0 && pFamily <= suspectedChance) verdict = 'suspected';
  else if (interval !== null && interval.high < minEffect * ruledOutEffects) verdict = 'unchanged';
  return { verdict, pairs: values.length, worsening, interval, pFamily };
}

/** Better, or surely not worse by as much as counts. */
function isSettled({ verdict, interval }: JudgedSeries, { minEffect }: FamilySeries): boolean {
  return verdict === 'improved' || (interval !== null && interval.high < minEffect);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanInterval(values: readonly number[], random: Random): Interval {
  return bootstrapInterval([values], ([drawn = []]) => meanOf(drawn), { random });
}
