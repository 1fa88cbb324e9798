import type { Activity } from '../model.js';
import { createRandom, deriveSeed } from '../seeded-random.js';
import { LatencyHistogram } from './latency-histogram.js';

export interface RetentionOptions {
  /** Calls of a method of which every row is kept. */
  readonly callsMax: number;
  /** Share of the further calls whose rows are kept, between 0 and 1, drawn by the seed. */
  readonly sampleShare: number;
  readonly seed: number;
}

/** Exact sums over all calls of a method, whether their rows are kept or not. */
export interface MethodAggregate {
  readonly capability: string;
  readonly method: string;
  calls: number;
  rowsKept: number;
  errors: number;
  errorsUnderFault: number;
  timeouts: number;
  crashes: number;
  totalMs: number;
  maxMs: number;
  cpuTimeMs: number;
  excellentCalls: number;
  goodCalls: number;
  acceptableCalls: number;
  poorCalls: number;
  slowestActivityId: string;
  failedActivityId: string | null;
  readonly histogram: LatencyHistogram;
}

/** A call this many times slower than the 99th percentile so far is an outlier, and its row is kept. */
const outlierFactor = 2;
/** The percentile is taken anew after so many calls; it moves slowly once there are thousands. */
const percentileRefreshCalls = 1_000;

/**
 * Decides which rows of a method that is called very often are kept: at least the first `callsMax`, every failure, every outlier,
 * and a sample of the rest. What is not kept is in the aggregate, so counts, sums and percentiles cover all calls.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #methods = new Map<string, { readonly aggregate: MethodAggregate; outlierMs: number }>();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  get aggregates(): readonly MethodAggregate[] {
    return [...this.#methods.values()].flatMap(({ aggregate }) => (aggregate.calls > 0 ? [aggregate] : []));
  }

  /** Whether the row of an activity is kept, by what was counted so far. */
  keeps(activity: Activity): boolean {
    const { aggregate, outlierMs } = this.#methodOf(activity);
    return (
      aggregate.calls < this.#options.callsMax ||
      activity.outcome !== 'succeeded' ||
      activity.durationMs > outlierMs ||
      isSampled(activity.activityId, this.#options)
    );
  }

  /** Counts an activity once its transaction is committed; one that is rolled back and tried again counts once. */
  count(activity: Activity, kept: boolean): void {
    const method = this.#methodOf(activity);
    const { aggregate } = method;
    countActivity(aggregate, activity);
    if (kept) aggregate.rowsKept++;
    if (aggregate.calls % percentileRefreshCalls === 0) {
      method.outlierMs = aggregate.histogram.percentileMs(0.99) * outlierFactor;
    }
  }

  #methodOf({ capability, method, activityId }: Activity): {
    readonly aggregate: MethodAggregate;
    outlierMs: number;
  } {
    const key = `${capability}\n${method}`;
    const known = this.#methods.get(key);
    if (known !== undefined) return known;
    const created = {
      aggregate: createAggregate(capability, method, activityId),
      outlierMs: Number.POSITIVE_INFINITY,
    };
    this.#methods.set(key, created);
    return created;
  }
}

/** The same activity is drawn or not whenever and wherever its journal is read. */
function isSampled(activityId: string, { seed, sampleShare }: RetentionOptions): boolean {
  return createRandom(deriveSeed(seed, activityId))() < sampleShare;
}

function createAggregate(capability: string, method: string, activityId: string): MethodAggregate {
  return {
    capability,
    method,
    calls: 0,
    rowsKept: 0,
    errors: 0,
    errorsUnderFault: 0,
    timeouts: 0,
    crashes: 0,
    totalMs: 0,
    maxMs: 0,
    cpuTimeMs: 0,
    excellentCalls: 0,
    goodCalls: 0,
    acceptableCalls: 0,
    poorCalls: 0,
    slowestActivityId: activityId,
    failedActivityId: null,
    histogram: new LatencyHistogram(),
  };
}

function countActivity(aggregate: MethodAggregate, activity: Activity): void {
  const { durationMs, outcome, fault, activityId, cpuTimeMs } = activity;
  aggregate.calls++;
  aggregate.totalMs += durationMs;
  aggregate.cpuTimeMs += cpuTimeMs ?? 0;
  aggregate.histogram.record(durationMs);
  if (durationMs > aggregate.maxMs) {
    aggregate.maxMs = durationMs;
    aggregate.slowestActivityId = activityId;
  }
  if (durationMs < 500) aggregate.excellentCalls++;
  else if (durationMs < 2_000) aggregate.goodCalls++;
  else if (durationMs < 5_000) aggregate.acceptableCalls++;
  else aggregate.poorCalls++;
  if (outcome === 'succeeded' || outcome === 'abandoned') return;
  if (fault !== null) {
    aggregate.errorsUnderFault++;
    return;
  }
  aggregate.errors++;
  aggregate.failedActivityId ??= activityId;
  if (outcome === 'timed_out') aggregate.timeouts++;
  if (outcome === 'crashed') aggregate.crashes++;
}
