import type { LatencyDistribution } from '../../latency-distribution.js';

/** Values that differ by less than this many milliseconds are one. */
const precisionMs = 1e-7;

/**
 * Latencies corrected for coordinated omission (Tene 2013, as HdrHistogram's copy corrected for an expected interval): a
 * user who asks every `intervalMs` and waits for an answer of `v` would have asked at v - interval, v - 2 intervals, ... too,
 * down to the interval, and waited so long each time. The added values are counted and not kept, so that a long stall costs
 * nothing.
 */
export class CorrectedLatencies implements LatencyDistribution {
  readonly #series: readonly { readonly valueMs: number; readonly times: number; readonly added: number }[];
  readonly #intervalMs: number;
  readonly count: number;
  readonly meanMs: number;

  constructor(raw: LatencyDistribution, intervalMs: number) {
    this.#intervalMs = intervalMs;
    const series: { valueMs: number; times: number; added: number }[] = [];
    let count = 0;
    let totalMs = 0;
    for (let rank = 1; rank <= raw.count; ) {
      const valueMs = raw.atRank(rank);
      const upTo = Math.max(rank, raw.countUpTo(valueMs));
      const times = upTo - rank + 1;
      const added = Math.max(0, Math.floor(valueMs / intervalMs) - 1);
      series.push({ valueMs, times, added });
      count += times * (added + 1);
      totalMs += times * ((added + 1) * valueMs - (intervalMs * added * (added + 1)) / 2);
      rank = upTo + 1;
    }
    this.#series = series;
    this.count = count;
    this.meanMs = count === 0 ? 0 : totalMs / count;
  }

  countUpTo(durationMs: number): number {
    let count = 0;
    for (const { valueMs, times, added } of this.#series) {
      const above = Math.max(0, Math.ceil((valueMs - durationMs) / this.#intervalMs));
      if (above <= added) count += times * (added - above + 1);
    }
    return count;
  }

  atRank(rank: number): number {
    if (rank < 1 || rank > this.count) return 0;
    let low = 0;
    let high = this.#series.at(-1)?.valueMs ?? 0;
    while (high - low > precisionMs) {
      const middle = (low + high) / 2;
      if (middle <= low || middle >= high) break;
      if (this.countUpTo(middle) >= rank) high = middle;
      else low = middle;
    }
    return this.#largestUpTo(high);
  }

  #largestUpTo(durationMs: number): number {
    let largest = 0;
    for (const { valueMs, added } of this.#series) {
      const above = Math.max(0, Math.ceil((valueMs - durationMs) / this.#intervalMs));
      if (above <= added) largest = Math.max(largest, valueMs - above * this.#intervalMs);
    }
    return largest;
  }
}
