import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  judgeLeak,
  type LeakSample,
  type LeakSettings,
  type LeakVerdict,
} from '../analysis/leak/judge-leak.js';

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
  const collect = findCollector();
  const taken: LeakSample[] = [];
  let calls = 0;
  const isOver = (): boolean => signal?.aborted ?? false;
  while (taken.length < samples && !isOver()) {
    for (let made = 0; made < callsPerSample && !isOver(); made++) await call(calls++);
    collect?.();
    // Between the two, what the first one found to be finalized is given up.
    await new Promise((settle) => setImmediate(settle));
    collect?.();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    taken.push({ calls, heapUsedBytes: heapUsed, externalBytes: external, arrayBuffersBytes: arrayBuffers });
  }
  return judgeLeak(taken, { ...settings, collected: collect !== null });
}

/** The collector of this process, whether Node was started with `--expose-gc` or not; null where it cannot be had. */
function findCollector(): (() => void) | null {
  if (typeof globalThis.gc === 'function') return () => void globalThis.gc?.();
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('typeof gc === "function" ? gc : null');
  setFlagsFromString('--no-expose-gc');
  return typeof collect === 'function' ? () => void collect() : null;
}
