import { readFileSync } from 'node:fs';
import type { WorkerUsage } from '../model.js';

/** `/proc` counts in pages and clock ticks; both are these on every Linux that Node runs on. */
const pageBytes = 4_096;
const ticksPerSecond = 100;

interface ProcessTotals {
  readonly rssBytes: number;
  readonly cpuMs: number;
}

/**
 * Memory and CPU of the workers, read from outside, so that a worker that is busy or blocked is seen as well.
 * CPU is the share of one core since the last reading of the same worker, in percent.
 */
export class WorkerUsageReader {
  readonly #last = new Map<number, { readonly atMs: number; readonly cpuMs: number }>();

  /** @param nowMs monotonic time; workers that have ended are left out */
  async read(pids: readonly number[], nowMs: number): Promise<readonly WorkerUsage[]> {
    if (pids.length === 0) return [];
    return process.platform === 'linux' ? this.#readProc(pids, nowMs) : readThroughSystem(pids);
  }

  #readProc(pids: readonly number[], nowMs: number): readonly WorkerUsage[] {
    return pids.flatMap((pid) => {
      const totals = readTotals(pid);
      if (totals === null) {
        this.#last.delete(pid);
        return [];
      }
      const last = this.#last.get(pid);
      this.#last.set(pid, { atMs: nowMs, cpuMs: totals.cpuMs });
      const cpuPercent =
        last === undefined ? null : ((totals.cpuMs - last.cpuMs) / (nowMs - last.atMs)) * 100;
      return [{ pid, rssBytes: totals.rssBytes, cpuPercent }];
    });
  }
}

function readTotals(pid: number): ProcessTotals | null {
  try {
    const residentPages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses, which may hold spaces; times are fields 14 and 15.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { rssBytes: residentPages * pageBytes, cpuMs: (ticks / ticksPerSecond) * 1_000 };
  } catch {
    // The worker has ended.
    return null;
  }
}

async function readThroughSystem(pids: readonly number[]): Promise<readonly WorkerUsage[]> {
  const { processes } = await import('systeminformation');
  const { list } = await processes();
  return list
    .filter(({ pid }) => pids.includes(pid))
    .map(({ pid, memRss, cpu }) => ({ pid, rssBytes: memRss * 1_024, cpuPercent: cpu }));
}
