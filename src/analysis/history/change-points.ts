import { incompleteBeta } from '../statistics/binomial-distribution.js';
import { median } from '../statistics/median.js';

/** Where the level of a series changed for good. */
export interface ChangePoint {
  /** Of the first value on the new level. */
  readonly index: number;
  readonly before: number;
  readonly after: number;
  /** After against before; null where that was 0. */
  readonly ratio: number | null;
  /** Chance of a difference like this without a change. */
  readonly p: number;
}

export interface ChangePointSettings {
  /** A split is a change below this chance. @default 0.001 */
  readonly alpha?: number;
  /** Values that a level has at least, so that one spike is none. @default 3 */
  readonly segmentMin?: number;
  /** Changes below this share of the level before are left out. @default 0.05 */
  readonly minEffect?: number;
}

/** Longer histories are looked at from here on: the work grows with the square. */
const valuesMax = 500;

/**
 * The changes of level in a history of runs, oldest first: the split that the energy statistic of Matteson and James (2014) finds, tested
 * with Student's t as Hunter proposed (2023) instead of random permutations, so that the same history always gives the same
 * answer; then the same in both halves.
 */
export function findChangePoints(
  values: readonly number[],
  { alpha = 0.001, segmentMin = 3, minEffect = 0.05 }: ChangePointSettings = {},
): readonly ChangePoint[] {
  const start = Math.max(0, values.length - valuesMax);
  const borders = splitSegment(values, { from: start, to: values.length }, alpha, segmentMin);
  const edges = [start, ...borders.map(({ index }) => index), values.length];
  return borders.flatMap(({ index, p }, place) => {
    const before = median(values.slice(edges[place], index));
    const after = median(values.slice(index, edges[place + 2]));
    const isSmall = Math.abs(after - before) < minEffect * Math.abs(before);
    return isSmall ? [] : [{ index, before, after, ratio: before === 0 ? null : after / before, p }];
  });
}

interface Segment {
  readonly from: number;
  readonly to: number;
}

interface Border {
  readonly index: number;
  readonly p: number;
}

function splitSegment(
  values: readonly number[],
  { from, to }: Segment,
  alpha: number,
  segmentMin: number,
): readonly Border[] {
  const index = bestSplit(values, { from, to }, segmentMin);
  if (index === null) return [];
  const p = studentP(values.slice(from, index), values.slice(index, to));
  if (p > alpha) return [];
  return [
    ...splitSegment(values, { from, to: index }, alpha, segmentMin),
    { index, p },
    ...splitSegment(values, { from: index, to }, alpha, segmentMin),
  ];
}

/** The split with the largest energy distance between its sides; null where no side would be long enough. */
function bestSplit(values: readonly number[], { from, to }: Segment, segmentMin: number): number | null {
  let best: number | null = null;
  let bestEnergy = 0;
  const distance = (left: number, right: number): number =>
    Math.abs((values[left] as number) - (values[right] as number));
  let between = 0;
  let withinLeft = 0;
  let withinRight = 0;
  for (let later = from + 1; later < to; later++) {
    for (let earlier = from; earlier < later; earlier++) withinRight += distance(earlier, later);
  }
  for (let split = from + 1; split < to; split++) {
    // The value before the split moves from the right side to the left one.
    const moved = split - 1;
    for (let left = from; left < moved; left++) {
      withinLeft += distance(left, moved);
      between -= distance(left, moved);
    }
    for (let right = split; right < to; right++) {
      withinRight -= distance(moved, right);
      between += distance(moved, right);
    }
    const before = split - from;
    const after = to - split;
    if (before < segmentMin || after < segmentMin) continue;
    const mean = (sum: number, count: number): number => (count < 2 ? 0 : sum / ((count * (count - 1)) / 2));
    const energy =
      ((before * after) / (before + after)) *
      ((2 * between) / (before * after) - mean(withinLeft, before) - mean(withinRight, after));
    if (energy > bestEnergy) {
      bestEnergy = energy;
      best = split;
    }
  }
  return best;
}

/** Two-sided chance of Student's test with pooled variance. */
function studentP(before: readonly number[], after: readonly number[]): number {
  const first = momentsOf(before);
  const second = momentsOf(after);
  const freedom = before.length + after.length - 2;
  const variance = (first.squares + second.squares) / freedom;
  const error = Math.sqrt(variance * (1 / before.length + 1 / after.length));
  if (error === 0) return first.mean === second.mean ? 1 : 0;
  const t = Math.abs(first.mean - second.mean) / error;
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

function momentsOf(values: readonly number[]): { readonly mean: number; readonly squares: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}
