import { statfs } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { mem } from 'systeminformation';
import { CapabilityError } from '../../errors.js';
import { type CpuTimes, cpuPercentBetween, readCpuTimes } from './cpu-times.js';
import {
  type BreachReason,
  findBreaches,
  type ResourceName,
  type ResourceThresholds,
  resolveThresholds,
} from './thresholds.js';

/** The state of the machine and of this process at one time. */
export interface ResourceSample {
  /** When the sample was complete, in milliseconds since 1970. */
  readonly at: number;
  /** Share of the time of all cores that was not idle since the sample before, 0 to 100. */
  readonly cpuPercent: number;
  /** Share of memory that programs could not get, 0 to 100. The page cache counts as available, not as used. */
  readonly memoryPercent: number;
  /** Total less available memory. */
  readonly memoryUsedBytes: number;
  readonly memoryTotalBytes: number;
  /** Share of the disk that is used, of what an ordinary user may use, 0 to 100. */
  readonly diskPercent: number;
  /** Mean number of runnable processes over the last minute; 0 on Windows, which keeps none. */
  readonly loadAverage1m: number;
  readonly processRssBytes: number;
  /** User and system time of this process since its start, in milliseconds. */
  readonly processCpuMs: number;
}

export interface WatchedSample extends ResourceSample {
  /** The resources that reach their threshold. */
  readonly breached: readonly ResourceName[];
}

export interface ResourceMonitorOptions {
  /** A path on the disk to watch. @default the working directory */
  readonly diskPath?: string;
}

export interface WatchOptions {
  readonly thresholds?: ResourceThresholds;
  /** From one sample to the next, in milliseconds. @default 1000 */
  readonly intervalMs?: number;
  /** Ends the watch. */
  readonly signal?: AbortSignal;
}

/** Over less time the kernel's ticks of 10 ms make a percentage too coarse. */
const CPU_WINDOW_MS = 100;

/**
 * Samples the resources of the machine and of this process.
 *
 * Memory comes from systeminformation. The processor's load does not: its `currentLoad` starts a shell for each reading
 * and shares one window with every other caller in the process.
 */
export class ResourceMonitor {
  readonly #diskPath: string;
  #cpuBefore: CpuTimes = readCpuTimes();
  #sampling: Promise<ResourceSample> | undefined;

  constructor(options: ResourceMonitorOptions = {}) {
    this.#diskPath = options.diskPath ?? process.cwd();
  }

  /**
   * Takes one sample. Calls at the same time share one. It waits until 100 ms have passed since the sample before, or
   * since the monitor was made, so that the processor's load has a meaning.
   *
   * @throws CapabilityError `TOOL_FAILED` when the memory or the disk cannot be read
   */
  sample(): Promise<ResourceSample> {
    this.#sampling ??= this.#takeSample().finally(() => {
      this.#sampling = undefined;
    });
    return this.#sampling;
  }

  /**
   * Samples until the signal aborts, or the caller leaves the loop. The first sample comes at once.
   *
   * @throws CapabilityError `BAD_INPUT` for a threshold outside 0 to 100 or an interval that is not positive;
   * `TOOL_FAILED` as {@link sample}
   */
  async *watch(options: WatchOptions = {}): AsyncGenerator<WatchedSample, void, undefined> {
    const { intervalMs = 1_000, signal } = options;
    const thresholds = resolveThresholds(options.thresholds);
    if (!(intervalMs > 0)) {
      throw new CapabilityError('BAD_INPUT', `intervalMs is ${intervalMs}. Give a positive number.`);
    }
    while (!isAborted(signal)) {
      const sample = await this.sample();
      if (isAborted(signal)) return;
      yield { ...sample, breached: findBreaches(sample, thresholds).map(({ resource }) => resource) };
      await waitUnlessAborted(intervalMs, signal);
    }
  }

  /**
   * Tells whether heavy work had better wait.
   *
   * @throws CapabilityError as {@link watch}
   */
  async isConstrained(
    thresholds?: ResourceThresholds,
  ): Promise<{ readonly constrained: boolean; readonly reasons: readonly BreachReason[] }> {
    const limits = resolveThresholds(thresholds);
    const reasons = findBreaches(await this.sample(), limits);
    return { constrained: reasons.length > 0, reasons };
  }

  async #takeSample(): Promise<ResourceSample> {
    const [memory, diskPercent, cpuPercent] = await Promise.all([
      readMemory(),
      readDiskPercent(this.#diskPath),
      this.#readCpuPercent(),
    ]);
    const { user, system } = process.cpuUsage();
    return {
      at: Date.now(),
      cpuPercent,
      memoryPercent: (100 * memory.usedBytes) / memory.totalBytes,
      memoryUsedBytes: memory.usedBytes,
      memoryTotalBytes: memory.totalBytes,
      diskPercent,
      loadAverage1m: loadavg()[0] ?? 0,
      processRssBytes: process.memoryUsage.rss(),
      processCpuMs: (user + system) / 1_000,
    };
  }

  async #readCpuPercent(): Promise<number> {
    const remainingMs = CPU_WINDOW_MS - (performance.now() - this.#cpuBefore.readAtMs);
    if (remainingMs > 0) await wait(remainingMs);
    const now = readCpuTimes();
    const percent = cpuPercentBetween(this.#cpuBefore, now);
    this.#cpuBefore = now;
    return percent;
  }
}

async function readMemory(): Promise<{ readonly usedBytes: number; readonly totalBytes: number }> {
  const { total, available } = await mem().catch((error: unknown) => {
    throw new CapabilityError(
      'TOOL_FAILED',
      `The memory could not be read: ${String(error)}. Check that this process may read /proc/meminfo.`,
      { cause: error },
    );
  });
  if (!(total > 0)) {
    throw new CapabilityError(
      'TOOL_FAILED',
      'systeminformation reports no memory. Check its support of this system.',
    );
  }
  return { usedBytes: total - available, totalBytes: total };
}

/** Counted as df does: blocks kept back for root are neither used nor free. */
async function readDiskPercent(path: string): Promise<number> {
  try {
    const { blocks, bfree, bavail } = await statfs(path);
    const used = blocks - bfree;
    return used + bavail === 0 ? 0 : (100 * used) / (used + bavail);
  } catch (error) {
    throw new CapabilityError(
      'TOOL_FAILED',
      `The disk of ${path} could not be read: ${String(error)}. Give a diskPath that exists.`,
      { cause: error },
    );
  }
}

async function waitUnlessAborted(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(durationMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (!isAborted(signal)) throw error;
  }
}

/** A call of its own, because the compiler takes a property it has seen false to stay so. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
