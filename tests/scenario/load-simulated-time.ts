import type { EngineContext } from '../../src/scenario/engine-context.js';
import type { Pacer } from '../../src/scenario/load/pacer.js';
import { LoadEngine } from '../../src/scenario/load.js';
import { engineRig } from '../support/engine-rig.js';
import type { FakeClock } from '../support/fake-clock.js';

interface Wait {
  readonly atMs: number;
  readonly settle: () => void;
}

/** Time that goes from one wait to the next as soon as nothing else is left to do. */
export class SimulatedTime implements Pacer {
  readonly clock: FakeClock;
  readonly #waits = new Set<Wait>();
  /** CPU time that the process is said to have used. */
  usedCpuMs = 0;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  waitUntil(atMs: number, signal: AbortSignal): Promise<void> {
    return this.pause(atMs - this.clock.nowMs, signal);
  }

  pause(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((settle) => {
      const stop = () => {
        if (this.#waits.delete(wait)) wait.settle();
      };
      const wait = {
        atMs: this.clock.nowMs + Math.max(0, ms),
        settle: () => {
          signal?.removeEventListener('abort', stop);
          settle();
        },
      };
      this.#waits.add(wait);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  breathe(): Promise<void> {
    return Promise.resolve();
  }

  cpuMs(): number {
    return this.usedCpuMs;
  }

  /** Lets time go on until a promise settles; waits that end at the same moment end in the order they were begun. */
  async run<Result>(promise: Promise<Result>): Promise<Result> {
    let settled = false;
    const noted = promise.finally(() => {
      settled = true;
    });
    noted.catch(() => {});
    for (;;) {
      await new Promise((turn) => setImmediate(turn));
      if (settled) return noted;
      let first: Wait | null = null;
      for (const wait of this.#waits) if (first === null || wait.atMs < first.atMs) first = wait;
      if (first === null) throw new Error('nothing is waited for, and the promise has not settled');
      this.#waits.delete(first);
      this.clock.nowMs = Math.max(this.clock.nowMs, first.atMs);
      first.settle();
    }
  }
}

/** A load engine in simulated time. */
export function loadRig(options: Parameters<typeof engineRig>[0] = {}) {
  const rig = engineRig(options);
  const time = new SimulatedTime(rig.clock);
  const context: EngineContext = rig.context;
  return { ...rig, time, context, load: new LoadEngine(context, time) };
}

/** A system with workers that each take so long for a call; calls queue up while none is free. */
export function queueingSystem(
  time: SimulatedTime,
  { workers, serviceMs }: { workers: number; serviceMs: number },
) {
  const freeAtMs = Array.from({ length: workers }, () => 0);
  return async (): Promise<void> => {
    const worker = freeAtMs.indexOf(Math.min(...freeAtMs));
    const beginsMs = Math.max(time.clock.nowMs, freeAtMs[worker] ?? 0);
    freeAtMs[worker] = beginsMs + serviceMs;
    await time.pause(beginsMs + serviceMs - time.clock.nowMs);
  };
}
