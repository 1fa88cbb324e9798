import {
  judgeLeak,
  type LeakSample,
  type LeakSettings,
  type LeakVerdict,
} from '../analysis/leak/judge-leak.js';
import { findCollector } from './collect-garbage.js';

export interface LeakWatchOptions extends Omit<LeakSettings, 'collected'> {
  /** Samples of the memory. @default 40 */
  readonly samples?: number;
  /** Calls between two samples. @default 100 */
  readonly callsPerSample?: number;
  readonly call: (index: number) => unknown;
  readonly signal?: AbortSignal;
}

/**
 * Calls something over and over, collects garbage twice before each sample of the memory, and judges whether it leaks.
 * An abort ends it early with what was sampled.
 */
export async function watchForLeaks({
  samples = 40,
  callsPerSample = 100,
  call,
  signal,
  ...settings
}: LeakWatchOptions): Promise<LeakVerdict> {
  const sampler = new MemorySampler();
  const taken: LeakSample[] = [];
  let calls = 0;
  const isOver = (): boolean => signal?.aborted ?? false;
  while (taken.length < samples && !isOver()) {
    for (let made = 0; made < callsPerSample && !isOver(); made++) await call(calls++);
    taken.push(await sampler.take(calls));
  }
  return judgeLeak(taken, { ...settings, collected: sampler.collects });
}

/** Samples what this process holds, its garbage collected before. */
export class MemorySampler {
  readonly #collect = findCollector();

  /** Whether garbage is collected before a sample; where it cannot be, a verdict is weaker. */
  get collects(): boolean {
    return this.#collect !== null;
  }

  /** @param calls made so far */
  async take(calls: number): Promise<LeakSample> {
    this.#collect?.();
    // Between the two, what the first one found to be finalized is given up.
    await new Promise((settle) => setImmediate(settle));
    this.#collect?.();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return { calls, heapUsedBytes: heapUsed, externalBytes: external, arrayBuffersBytes: arrayBuffers };
  }
}
