import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Time of all cores together since the machine started, in milliseconds. */
export interface CpuTimes {
  readonly busyMs: number;
  readonly idleMs: number;
  /** On the clock of `performance.now()`. */
  readonly readAtMs: number;
}

export function readCpuTimes(): CpuTimes {
  let busyMs = 0;
  let idleMs = 0;
  for (const { times } of cpus()) {
    busyMs += times.user + times.nice + times.sys + times.irq;
    idleMs += times.idle;
  }
  return { busyMs, idleMs, readAtMs: performance.now() };
}

/** Share of the time between two readings that was not idle, 0 to 100; 0 when the clocks did not move. */
export function cpuPercentBetween(before: CpuTimes, after: CpuTimes): number {
  // Cores that go offline between the readings take their time with them.
  const busyMs = Math.max(0, after.busyMs - before.busyMs);
  const idleMs = Math.max(0, after.idleMs - before.idleMs);
  return busyMs + idleMs === 0 ? 0 : (100 * busyMs) / (busyMs + idleMs);
}
