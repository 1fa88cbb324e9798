import type { Interval } from './bootstrap-interval.js';
import { medianOfSorted } from './median.js';
import { normalCdf, normalQuantile } from './normal-distribution.js';

/** Longer series are thinned evenly to so many points: the work grows with their square. */
const pointsMax = 1_000;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface MannKendallResult {
  readonly count: number;
  /** How many more pairs rise than fall. */
  readonly s: number;
  readonly tau: number;
  readonly z: number;
  /** Chance of a rise like this or a larger one without a trend. */
  readonly pRising: number;
  readonly pFalling: number;
}

/** Whether a series in order of time rises or falls (Mann 1945, Kendall 1975), with the correction for ties. */
export function mannKendall(series: readonly number[]): MannKendallResult {
  const values = thin(series);
  const count = values.length;
  let s = 0;
  for (let later = 1; later < count; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      s += Math.sign((values[later] as number) - (values[earlier] as number));
    }
  }
  const deviation = kendallDeviation(values);
  // Kendall's correction for continuity.
  const z = deviation === 0 ? 0 : (s - Math.sign(s)) / deviation;
  return {
    count,
    s,
    tau: count < 2 ? 0 : s / ((count * (count - 1)) / 2),
    z,
    pRising: deviation === 0 ? 1 : 1 - normalCdf(z),
    pFalling: deviation === 0 ? 1 : normalCdf(z),
  };
}

export interface TheilSenSlope extends Interval {
  readonly slope: number;
}

/**
 * The median of the slopes between all pairs of points, with the interval that Kendall's test gives (Theil 1950, Sen 1968).
 *
 * @returns null for fewer than three points of different x
 */
export function theilSenSlope(points: readonly Point[], confidence = 0.95): TheilSenSlope | null {
  const given = thin(points);
  const slopes: number[] = [];
  for (let later = 1; later < given.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      const from = given[earlier] as Point;
      const to = given[later] as Point;
      if (to.x !== from.x) slopes.push((to.y - from.y) / (to.x - from.x));
    }
  }
  if (slopes.length < 3) return null;
  slopes.sort((left, right) => left - right);
  const deviation = kendallDeviation(given.map(({ y }) => y));
  const half = normalQuantile((1 + confidence) / 2) * deviation;
  const rank = (value: number): number => Math.min(slopes.length - 1, Math.max(0, Math.round(value)));
  return {
    slope: medianOfSorted(slopes),
    low: slopes[rank((slopes.length - half) / 2 - 1)] as number,
    high: slopes[rank((slopes.length + half) / 2)] as number,
  };
}

/** Standard deviation of Kendall's sum without a trend, with the correction for ties. */
function kendallDeviation(values: readonly number[]): number {
  const tied = new Map<number, number>();
  for (const value of values) tied.set(value, (tied.get(value) ?? 0) + 1);
  let variance = values.length * (values.length - 1) * (2 * values.length + 5);
  for (const size of tied.values()) variance -= size * (size - 1) * (2 * size + 5);
  return Math.sqrt(Math.max(0, variance) / 18);
}

function thin<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length <= pointsMax) return items;
  return Array.from(
    { length: pointsMax },
    (_, index) => items[Math.floor((index * items.length) / pointsMax)] as Item,
  );
}
