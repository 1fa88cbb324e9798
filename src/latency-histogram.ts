import type { LatencyDistribution } from './latency-distribution.js';

/** Buckets in each doubling of the latency: a bucket is 0.55 % wide, so a percentile is within 0.3 % of the true one. */
const bucketsPerDoubling = 128;
/** Latencies at and below this many milliseconds share the first bucket. */
const smallestMs = 0.000_1;

/**
 * Latencies counted in buckets of equal relative width, as in HdrHistogram (Tene): small however many are counted,
 * and two of them add up to the histogram of both.
 */
export class LatencyHistogram implements LatencyDistribution {
  readonly #counts: Map<number, number>;
  #total = 0;
  #sorted: readonly number[] | null = null;

  constructor(counts: ReadonlyMap<number, number> = new Map()) {
    this.#counts = new Map(counts);
    for (const count of counts.values()) this.#total += count;
  }

  get count(): number {
    return this.#total;
  }

  record(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#total++;
    this.#sorted = null;
  }

  add(other: LatencyHistogram): void {
    for (const [bucket, count] of other.#counts)
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#total += other.#total;
    this.#sorted = null;
  }

  /** The middle of the bucket that holds the rank. */
  atRank(rank: number): number {
    let seen = 0;
    for (const bucket of this.#sortedBuckets()) {
      seen += this.#counts.get(bucket) ?? 0;
      if (seen >= rank) return middleMs(bucket);
    }
    return 0;
  }

  countUpTo(durationMs: number): number {
    const last = bucketOf(durationMs);
    let count = 0;
    for (const [bucket, inBucket] of this.#counts) if (bucket <= last) count += inBucket;
    return count;
  }

  /** `bucket:count` pairs; short, readable, and what `parse` takes. */
  toString(): string {
    return this.#sortedBuckets()
      .map((bucket) => `${bucket}:${this.#counts.get(bucket)}`)
      .join(' ');
  }

  /** @throws SyntaxError when the text is not one that `toString` wrote */
  static parse(text: string): LatencyHistogram {
    const counts = new Map<number, number>();
    for (const pair of text === '' ? [] : text.split(' ')) {
      const [bucket, count] = pair.split(':').map(Number);
      if (!Number.isInteger(bucket) || !Number.isInteger(count)) {
        throw new SyntaxError(`"${pair.slice(0, 40)}" is not a bucket of a latency histogram`);
      }
      counts.set(bucket as number, count as number);
    }
    return new LatencyHistogram(counts);
  }

  #sortedBuckets(): readonly number[] {
    this.#sorted ??= [...this.#counts.keys()].sort((left, right) => left - right);
    return this.#sorted;
  }
}

function bucketOf(durationMs: number): number {
  return durationMs <= smallestMs
    ? 0
    : 1 + Math.floor(Math.log2(durationMs / smallestMs) * bucketsPerDoubling);
}

function middleMs(bucket: number): number {
  return bucket === 0 ? smallestMs : smallestMs * 2 ** ((bucket - 0.5) / bucketsPerDoubling);
}
