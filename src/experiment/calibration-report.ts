import type { Interval } from '../analysis/statistics/bootstrap-interval.js';
import type { MetricUnit, SeriesSubject } from './metric-traits.js';

/** How much one metric differs between runs of the same code. */
export interface SeriesNoise extends SeriesSubject {
  readonly unit: MetricUnit;
  readonly runs: number;
  readonly median: number;
  /** As a share of the level, by the median absolute deviation of the logarithms; null for what is not compared by its ratio. */
  readonly spread: number | null;
  /** Standard deviation against mean; null where the mean is 0. */
  readonly variation: number | null;
}

/** A way of comparing, as far as its power goes. */
export interface ComparisonDesign {
  readonly way: 'history' | 'pairs';
  /** Earlier runs, or pairs. */
  readonly baselineRuns: number;
  /** Fresh runs, or pairs again. */
  readonly freshRuns: number;
}

/** The smallest slowdown of one method that a way of comparing catches nine times in ten. */
export interface SmallestChange extends ComparisonDesign {
  readonly capability: string;
  readonly method: string;
  readonly scenario: string;
  /** Which of the methods this is by its noise. */
  readonly place: 'quietest' | 'middle' | 'noisiest';
  /** As a share; null when even four times as slow is not caught so often. */
  readonly slowdown: number | null;
}

export interface CalibrationReport {
  readonly verdict: 'measured' | 'inconclusive';
  readonly reason: string;
  /** Runs that were counted; the warm-up is not among them. */
  readonly runs: number;
  readonly runsDisturbed: number;
  readonly seed: number;
  /** Middle spread of all times, as a share; null when there is none. */
  readonly noise: number | null;
  /** Null when there are too few runs. */
  readonly falseAlarms: {
    readonly histories: number;
    readonly alarms: number;
    readonly share: number;
    /** 95 %, after Wilson. */
    readonly interval: Interval;
    readonly baselineRuns: number;
    readonly freshRuns: number;
  } | null;
  readonly power: number;
  /** Simulated comparisons for each slowdown that was tried. */
  readonly trials: number;
  readonly smallestChanges: readonly SmallestChange[];
  /** The noisiest first. */
  readonly series: readonly SeriesNoise[];
}
