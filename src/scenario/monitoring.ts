import type { LeakVerdict } from '../analysis/leak/judge-leak.js';
import { RealWorldError } from '../errors.js';
import { type EngineContext, pause } from './engine-context.js';
import { AbortableTimers } from './load/abortable-timers.js';
import { checkLeaks, type LeakCheckOptions } from './monitoring/check-leaks.js';
import type { Timers } from './monitoring/run-schedule.js';
import type { WatchOptions } from './monitoring/watch-options.js';
import { type WatchResult, watchSystem } from './monitoring/watch-system.js';

export type { LeakCheckOptions } from './monitoring/check-leaks.js';
export type { FileWatchResult } from './monitoring/file-watch.js';
export type { FileChange, FileWatchOptions } from './monitoring/file-watch-options.js';
export type { ScheduleResult } from './monitoring/run-schedule.js';
export type { LeakSampling, Schedule, ScheduleTick, WatchOptions } from './monitoring/watch-options.js';
export type { WatchResult } from './monitoring/watch-system.js';
export type { WatchWindow } from './monitoring/watch-windows.js';

export interface MonitoringTick {
  /** 0 for the first. */
  readonly index: number;
  readonly elapsedMs: number;
  readonly remainingMs: number;
}

export interface MonitoringOptions {
  /** Time from the start of one tick to the start of the next, in milliseconds; a slow tick delays the next. */
  readonly intervalMs: number;
  /** Left out: the duration of the session's settings. */
  readonly durationMs?: number;
  readonly onTick: (tick: MonitoringTick) => void | Promise<void>;
}

export interface MonitoringResult {
  readonly ticks: number;
  readonly durationMs: number;
  /** Ticks that took longer than the interval. */
  readonly late: number;
  /** True when the signal ended the watch before its time. */
  readonly interrupted: boolean;
}

/** Keeps a system under watch: does something at an interval until the time is over. */
export class MonitoringEngine {
  readonly #context: EngineContext;
  readonly #timers: Timers;

  constructor(context: EngineContext, timers?: Timers) {
    this.#context = context;
    const waiting = new AbortableTimers();
    this.#timers = timers ?? { pause: (ms, signal) => waiting.wait(ms, signal) };
  }

  /**
   * Runs at least one tick. What a tick throws ends the watch and is thrown on.
   *
   * @throws RealWorldError `ENGINE_INVALID` for an interval that is not positive
   */
  async run({
    intervalMs,
    durationMs = this.#context.durationMs,
    onTick,
  }: MonitoringOptions): Promise<MonitoringResult> {
    if (!(intervalMs > 0)) {
      throw new RealWorldError(
        'ENGINE_INVALID',
        `monitoring.run({ intervalMs: ${intervalMs} }) needs more than 0 ms.`,
      );
    }
    const { clock, signal } = this.#context;
    const startedMs = clock.monotonicMs();
    let ticks = 0;
    let late = 0;
    while (!signal.aborted) {
      const elapsedMs = clock.monotonicMs() - startedMs;
      if (ticks > 0 && elapsedMs >= durationMs) break;
      await onTick({ index: ticks, elapsedMs, remainingMs: Math.max(0, durationMs - elapsedMs) });
      ticks++;
      const tookMs = clock.monotonicMs() - startedMs - elapsedMs;
      if (tookMs > intervalMs) late++;
      await pause(Math.max(0, Math.min(intervalMs - tookMs, durationMs - elapsedMs - tookMs)), signal);
    }
    return { ticks, durationMs: clock.monotonicMs() - startedMs, late, interrupted: signal.aborted };
  }

  /**
   * Several schedules, a watch over files and a watch over memory side by side, for one time. Ticks of one schedule never overlap.
   * Unless `onError` is `record`, what fails first ends the watch and is thrown on when the others are over.
   *
   * @throws RealWorldError `ENGINE_INVALID` for options that it cannot use
   */
  watch(options: WatchOptions): Promise<WatchResult> {
    return watchSystem(this.#context, this.#timers, options);
  }

  /**
   * Calls one thing over and over and judges whether it keeps memory: a metric, and for a leak an issue (`leak`, high).
   *
   * @throws RealWorldError `ENGINE_INVALID` for options that it cannot use
   */
  watchForLeaks(options: LeakCheckOptions): Promise<LeakVerdict> {
    return checkLeaks(this.#context, options);
  }
}
