import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { ProcessSample } from '../model.js';

/**
 * Samples of one process. Reading resident memory costs several microseconds, so calls closer together than
 * `shareWithinMs` share one sample: a sample is never older than that when an activity begins or ends.
 */
export class ProcessSampler {
  static readonly shareWithinMs = 1;
  #last: ProcessSample | null = null;

  /** @param nowMs the monotonic time of the caller, in milliseconds */
  read(nowMs: number): ProcessSample {
    const last = this.#last;
    if (last !== null && nowMs - last.atMs < ProcessSampler.shareWithinMs) return last;
    const cpu = process.cpuUsage();
    const heap = getHeapStatistics();
    const sample: ProcessSample = {
      atMs: nowMs,
      cpuUs: cpu.user + cpu.system,
      rssBytes: process.memoryUsage.rss(),
      heapUsedBytes: heap.used_heap_size,
      externalBytes: heap.external_memory,
      loopActiveMs: performance.eventLoopUtilization().active,
    };
    this.#last = sample;
    return sample;
  }
}
