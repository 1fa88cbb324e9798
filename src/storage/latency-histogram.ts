/** Buckets in each doubling of the latency: a bucket is at most 2.2 % wide, so a percentile is that close to the true one. */
const bucketsPerDoubling = 32;
/** Latencies at and below this many milliseconds share the first bucket. */
const smallestMs = 0.000_1;

/**
 * Latencies counted in buckets of equal relative width, as in HdrHistogram (Tene): constant size however many are counted,
 * and two of them add up to the histogram of both.
 */
export class LatencyHistogram {
  readonly #counts: Map<number, number>;
  #total = 0;

  constructor(counts: ReadonlyMap<number, number> = new Map()) {
    this.#counts = new Map(counts);
    for (const count of counts.values()) this.#total += count;
  }

  get total(): number {
    return this.#total;
  }

  record(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#total++;
  }

  add(other: LatencyHistogram): void {
    for (const [bucket, count] of other.#counts)
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#total += other.#total;
  }

  /**
   * The nearest-rank percentile, as the middle of its bucket, in milliseconds.
   *
   * @param share between 0 and 1
   */
  percentileMs(share: number): number {
    const rank = Math.max(1, Math.ceil(this.#total * share));
    let seen = 0;
    for (const bucket of this.#sortedBuckets()) {
      seen += this.#counts.get(bucket) ?? 0;
      if (seen >= rank) return middleMs(bucket);
    }
    return 0;
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
    return [...this.#counts.keys()].sort((left, right) => left - right);
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
