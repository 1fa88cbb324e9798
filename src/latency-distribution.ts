/** Latencies in order, whether each is kept or only counted in buckets. */
export interface LatencyDistribution {
  readonly count: number;
  /** The latency of a rank from 1 to `count`, in milliseconds; 0 when there is none. */
  atRank(rank: number): number;
  /** How many latencies are at most so many milliseconds. */
  countUpTo(durationMs: number): number;
}

/**
 * The nearest-rank percentile in milliseconds: the smallest latency that at least that share does not exceed.
 *
 * @param share between 0 and 1
 */
export function percentileMs(latencies: LatencyDistribution, share: number): number {
  return latencies.atRank(Math.max(1, Math.ceil(latencies.count * share)));
}

/** Every latency of a group, exactly. */
export class ExactLatencies implements LatencyDistribution {
  readonly #sortedMs: Float64Array;

  constructor(durationsMs: Iterable<number>) {
    this.#sortedMs = Float64Array.from(durationsMs).sort();
  }

  get count(): number {
    return this.#sortedMs.length;
  }

  atRank(rank: number): number {
    return this.#sortedMs[rank - 1] ?? 0;
  }

  countUpTo(durationMs: number): number {
    let low = 0;
    let high = this.#sortedMs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sortedMs[middle] as number) <= durationMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
