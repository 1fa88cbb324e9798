import { RealWorldError } from '../errors.js';
import { type EngineContext, pause } from './engine-context.js';

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

  constructor(context: EngineContext) {
    this.#context = context;
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
}
