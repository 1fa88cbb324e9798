import type { Interval } from '../../analysis/statistics/bootstrap-interval.js';
import { proportionInterval } from '../../analysis/statistics/proportion-interval.js';

export interface ConfusionMatrix {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** Rates of a confusion matrix, 0 to 1. Null where the denominator is zero: no data is no result. */
export interface ConfusionRates {
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly falsePositiveRate: number | null;
  readonly falseNegativeRate: number | null;
}

export interface ConfusionFigures extends ConfusionMatrix, ConfusionRates {
  /** Cases that were answered. */
  readonly cases: number;
  /** Share of the answered cases that are positive. */
  readonly prevalence: number;
}

/** A 95 % interval for each rate, null where there is no rate. */
export type RateIntervals = { readonly [Rate in keyof ConfusionRates]: Interval | null };

export function evaluateConfusion(counts: ConfusionMatrix): ConfusionFigures {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  const positives = truePositives + falseNegatives;
  const negatives = trueNegatives + falsePositives;
  const cases = positives + negatives;
  return {
    truePositives,
    falsePositives,
    trueNegatives,
    falseNegatives,
    cases,
    prevalence: cases === 0 ? 0 : positives / cases,
    accuracy: share(truePositives + trueNegatives, cases),
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, positives),
    f1: share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    falsePositiveRate: share(falsePositives, negatives),
    falseNegativeRate: share(falseNegatives, positives),
  };
}

/**
 * The interval of Wilson (1927) for each rate. F1 is no share of cases, but it is 2J / (1 + J) of one, the overlap
 * J = TP / (TP + FP + FN) of Jaccard (1901), and gets that one's interval carried over.
 */
export function confusionIntervals(counts: ConfusionMatrix): RateIntervals {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  const positives = truePositives + falseNegatives;
  const negatives = trueNegatives + falsePositives;
  const overlap = proportionInterval(truePositives, truePositives + falsePositives + falseNegatives);
  return {
    accuracy: proportionInterval(truePositives + trueNegatives, positives + negatives),
    precision: proportionInterval(truePositives, truePositives + falsePositives),
    recall: proportionInterval(truePositives, positives),
    f1: overlap === null ? null : { low: toF1(overlap.low), high: toF1(overlap.high) },
    falsePositiveRate: proportionInterval(falsePositives, negatives),
    falseNegativeRate: proportionInterval(falseNegatives, positives),
  };
}

/** @returns null when the whole is zero */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function toF1(overlap: number): number {
  return (2 * overlap) / (1 + overlap);
}
