import { ExactLatencies, type LatencyDistribution } from '../../latency-distribution.js';
import { LatencyHistogram } from '../../latency-histogram.js';

/** So many latencies are kept one by one; more are counted in buckets, so that an hour takes no more memory than a minute. */
const exactMax = 10_000;

/** Latencies of a load, exact while they are few and within 0.3 % when they are many. */
export class LatencyTally {
  #exactMs: number[] | null = [];
  readonly #histogram = new LatencyHistogram();
  #totalMs = 0;
  #count = 0;
  maxMs = 0;

  get count(): number {
    return this.#count;
  }

  /** 0 when there is none. */
  get meanMs(): number {
    return this.#count === 0 ? 0 : this.#totalMs / this.#count;
  }

  record(durationMs: number): void {
    this.#count++;
    this.#totalMs += durationMs;
    if (durationMs > this.maxMs) this.maxMs = durationMs;
    if (this.#exactMs === null) {
      this.#histogram.record(durationMs);
      return;
    }
    this.#exactMs.push(durationMs);
    if (this.#exactMs.length <= exactMax) return;
    for (const latencyMs of this.#exactMs) this.#histogram.record(latencyMs);
    this.#exactMs = null;
  }

  /** A copy that does not change any more. @param alsoMs latencies that count too */
  distribution(alsoMs: readonly number[] = []): LatencyDistribution {
    if (this.#exactMs !== null) return new ExactLatencies([...this.#exactMs, ...alsoMs]);
    const copy = new LatencyHistogram();
    copy.add(this.#histogram);
    for (const durationMs of alsoMs) copy.record(durationMs);
    return copy;
  }
}
