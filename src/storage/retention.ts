import { percentileMs } from '../latency-distribution.js';
import { LatencyHistogram } from '../latency-histogram.js';
import type { Activity } from '../model.js';
import { createRandom, deriveSeed } from '../seeded-random.js';

export interface RetentionOptions {
  /** Calls of a method of which every row is kept. */
  readonly callsMax: number;
  /** Share of the further calls whose rows are kept, between 0 and 1, drawn by the seed. */
  readonly sampleShare: number;
  readonly seed: number;
}

/** A call this many times slower than the 99th percentile so far is an outlier, and its row is kept. */
const outlierFactor = 2;
/** The percentile is taken anew after so many calls; it moves slowly once there are thousands. */
const percentileRefreshCalls = 1_000;

/** A method so far. */
interface CountedMethod {
  readonly latency: LatencyHistogram;
  /** Taken when so many calls were counted. */
  outlierMs: number;
  outlierOfCalls: number;
}

/**
 * Decides which rows of a method that is called very often are kept: at least the first `callsMax`, every failure, every outlier,
 * and a sample of the rest. What is not kept is in the sums of the session all the same.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #methods = new Map<string, CountedMethod>();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Whether the row of an activity is kept, by what was counted so far. */
  keeps(activity: Activity): boolean {
    const method = this.#methodOf(activity);
    return (
      method.latency.count < this.#options.callsMax ||
      activity.outcome !== 'succeeded' ||
      activity.durationMs > outlierMsOf(method) ||
      isSampled(activity.activityId, this.#options)
    );
  }

  /** Counts an activity once its transaction is committed; one that is rolled back and tried again counts once. */
  count(activity: Activity): void {
    this.#methodOf(activity).latency.record(activity.durationMs);
  }

  #methodOf({ capability, method }: Activity): CountedMethod {
    const key = `${capability}\n${method}`;
    const known = this.#methods.get(key);
    if (known !== undefined) return known;
    const created = { latency: new LatencyHistogram(), outlierMs: 0, outlierOfCalls: 0 };
    this.#methods.set(key, created);
    return created;
  }
}

/** Of the calls that were counted, which in one transaction are those before it. */
function outlierMsOf(method: CountedMethod): number {
  const { count } = method.latency;
  if (method.outlierOfCalls === 0 || count - method.outlierOfCalls >= percentileRefreshCalls) {
    method.outlierMs = percentileMs(method.latency, 0.99) * outlierFactor;
    method.outlierOfCalls = count;
  }
  return method.outlierMs;
}

/** The same activity is drawn or not whenever and wherever its journal is read. */
function isSampled(activityId: string, { seed, sampleShare }: RetentionOptions): boolean {
  return createRandom(deriveSeed(seed, activityId))() < sampleShare;
}
