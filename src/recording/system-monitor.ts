import { statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Clock } from '../clock.js';
import type { SystemSample } from '../model.js';
import { WorkerUsageReader } from './worker-usage.js';

const samplesKept = 4_000;
const firstSampleAfterMs = 300;

export interface SystemMonitorOptions {
  readonly intervalMs: number;
  readonly clock: Clock;
  /** Folders whose disks are watched; the fullest counts. */
  readonly diskPaths: readonly string[];
  /** Process ids of the workers at the moment. */
  readonly workerPids: () => readonly number[];
  readonly onSample: (sample: SystemSample) => void;
  /** Told when a sample cannot be taken; sampling goes on. */
  readonly onFailure: (thrown: unknown) => void;
}

/** Samples CPU, memory and disk of the whole machine at an interval, in the main process. */
export class SystemMonitor {
  readonly #options: SystemMonitorOptions;
  readonly #samples: SystemSample[] = [];
  #timer: NodeJS.Timeout | null = null;
  #sampling: Promise<void> = Promise.resolve();
  #stopped = false;
  readonly #workerUsage = new WorkerUsageReader();
  #lastTimes: CpuTimes = { busyMs: 0, totalMs: 0 };

  constructor(options: SystemMonitorOptions) {
    this.#options = options;
  }

  /** Begins to sample; the first sample comes after 300 ms, because the load is a difference of two readings. */
  start(): void {
    this.#lastTimes = readCpuTimes();
    this.#schedule(Math.min(firstSampleAfterMs, this.#options.intervalMs));
  }

  /** Ends the sampling; a sample that is being taken is waited for. */
  async stop(): Promise<void> {
    this.halt();
    await this.#sampling;
  }

  /** Ends the sampling at once, for a process that is about to exit. */
  halt(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The newest sample at that time, or the first one when there is none before it; null when there is none at all. */
  at(epochMs: number): SystemSample | null {
    let low = 0;
    let high = this.#samples.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#samples[middle]?.atMs ?? 0) <= epochMs) low = middle;
      else high = middle - 1;
    }
    return this.#samples[low] ?? null;
  }

  get latest(): SystemSample | null {
    return this.#samples.at(-1) ?? null;
  }

  #schedule(afterMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#sampling = this.#sample().finally(() => this.#schedule(this.#options.intervalMs));
    }, afterMs);
    this.#timer.unref();
  }

  async #sample(): Promise<void> {
    const { clock, onSample, onFailure, workerPids } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      const cpuPercent = this.#cpuSinceLastSample();
      // Loaded with the first sample, because it takes longer to load than a short run has to spare at its start.
      const { mem } = await import('systeminformation');
      const [memory, diskPercent, workers] = await Promise.all([
        mem(),
        this.#fullestDiskPercent(),
        this.#workerUsage.read(workerPids(), startedMs),
      ]);
      const sample: SystemSample = {
        atMs: clock.epochMs(),
        cpuPercent,
        // Memory that holds cached files counts as free: it is given up when a process needs it.
        memoryPercent: ((memory.total - memory.available) / memory.total) * 100,
        diskPercent,
        workers,
        costMs: clock.monotonicMs() - startedMs,
      };
      this.#samples.push(sample);
      if (this.#samples.length > samplesKept) this.#samples.splice(0, samplesKept / 2);
      onSample(sample);
    } catch (thrown) {
      onFailure(thrown);
    }
  }

  #cpuSinceLastSample(): number {
    const times = readCpuTimes();
    const last = this.#lastTimes;
    this.#lastTimes = times;
    const totalMs = times.totalMs - last.totalMs;
    return totalMs <= 0 ? 0 : ((times.busyMs - last.busyMs) / totalMs) * 100;
  }

  async #fullestDiskPercent(): Promise<number> {
    const shares = await Promise.all(
      this.#options.diskPaths.map(async (path) => {
        const { blocks, bavail } = await statfs(path);
        return blocks === 0 ? 0 : ((blocks - bavail) / blocks) * 100;
      }),
    );
    return Math.max(0, ...shares);
  }
}

interface CpuTimes {
  readonly busyMs: number;
  readonly totalMs: number;
}

/** Read here and not through systeminformation, whose `currentLoad` starts a shell and blocks for half a second. */
function readCpuTimes(): CpuTimes {
  let idleMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    idleMs += times.idle;
    totalMs += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { busyMs: totalMs - idleMs, totalMs };
}
