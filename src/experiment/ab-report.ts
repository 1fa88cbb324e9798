import type { SeriesVerdict } from './judge-family.js';
import type { MetricUnit, SeriesSubject } from './metric-traits.js';

/** One metric of one method in both versions. */
export interface SeriesComparison extends SeriesSubject {
  readonly verdict: SeriesVerdict;
  readonly unit: MetricUnit;
  readonly pairs: number;
  readonly baseMedian: number;
  readonly headMedian: number;
  /** `ratio`: head against base. `difference`: head minus base, in the metric's unit. */
  readonly scale: 'ratio' | 'difference';
  /** With its 95 % interval; null when there are too few pairs. */
  readonly change: number | null;
  readonly changeLow: number | null;
  readonly changeHigh: number | null;
  /** Chance that any metric would look so different without a change; null when it was not tested. */
  readonly pFamily: number | null;
}

/** How one scenario ended in the runs of both versions, the warm-up among them. */
export interface ScenarioComparison {
  readonly file: string;
  readonly scenario: string;
  /** `broken`: it fails more often in head. `mended`: more often in base. `failing`: it fails, and no more often. */
  readonly verdict: 'passing' | 'broken' | 'mended' | 'failing';
  readonly baseRuns: number;
  readonly baseFailures: number;
  readonly headRuns: number;
  readonly headFailures: number;
  /** What the last failure in head said; null when there is none. */
  readonly error: string | null;
}

export interface LeftOutSeries extends SeriesSubject {
  readonly reason: 'too small to measure' | 'only in base' | 'only in head' | 'too few pairs';
}

export interface AbReport {
  readonly verdict: 'regressed' | 'fine' | 'inconclusive';
  /** Why, in a sentence. */
  readonly reason: string;
  readonly base: { readonly ref: string; readonly commit: string };
  /** Head is the working tree; `dirty` when it has changes that are in no commit. */
  readonly head: { readonly commit: string; readonly dirty: boolean };
  /** Pairs that were counted; the warm-up is not among them. */
  readonly pairs: number;
  readonly pairsMax: number;
  /** Pairs that were thrown away because the machine's limits stopped a run. */
  readonly pairsDisturbed: number;
  readonly stoppedEarly: boolean;
  readonly seed: number;
  /** Smallest change of a time that is called one, as a share. */
  readonly minEffect: number;
  /** Where the packages of base came from, in a sentence. */
  readonly packages: string;
  /** Spread of base's times between runs, as a share: the middle one of all times; null when there is none. */
  readonly noise: number | null;
  /** Share of comparisons without a change in which any metric is called worse, at most. */
  readonly falseAlarmShareMax: number;
  /** The worst first. */
  readonly series: readonly SeriesComparison[];
  readonly scenarios: readonly ScenarioComparison[];
  readonly leftOut: readonly LeftOutSeries[];
}
