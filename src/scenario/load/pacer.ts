import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../clock.js';
import { AbortableTimers } from './abortable-timers.js';
import { Metronome } from './metronome.js';

/** How a load waits and what it spends; tests put simulated time in its place. */
export interface Pacer {
  /** Makes ready for `waitUntil`, which is as exact as it says from then on. */
  prepare(): Promise<void>;
  /** Waits for a moment of the monotonic clock to within a fraction of a millisecond, or until the signal aborts. */
  waitUntil(atMs: number, signal: AbortSignal): Promise<void>;
  /** Waits for at least so many milliseconds, a timer's precision, or until the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Lets timers, sockets and aborts have their turn. */
  breathe(): Promise<void>;
  /** CPU time of the process so far without that of waiting, in milliseconds. */
  cpuMs(): number;
}

/** How much early a timer is set, as it may be so late. */
const timerEarlyMs = 2;
/** How much early the metronome is set: for all but a twentieth of the times it was late, within bounds. */
const early = { leastMs: 0.1, mostMs: 2, quantile: 0.95, stepMs: 0.05 };
/** Which quantile of the turns' lengths is followed, by steps of which size, and how many times as long an idle turn can be. */
const idle = { quantile: 0.1, step: 0.01, timesMax: 4 };

/** One thread serves all loads of a process. */
let metronome: Metronome | null = null;

/**
 * Waits in real time. A timer is up to 2 ms late, so a thread rings, and for the last fraction of a millisecond the event loop
 * turns without sleeping: sockets and timers keep their turn. The turns in which nothing else happened are left out of
 * `cpuMs`. Where no thread can be had, the event loop turns for 2 ms, which is as exact and keeps a core busy.
 */
export class RealTimePacer implements Pacer {
  readonly #clock: Clock;
  readonly #timers = new AbortableTimers();
  #idleTurnMs = 0.002;
  #earlyMs = 0.3;
  #waitedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async prepare(): Promise<void> {
    metronome ??= new Metronome();
    await metronome.ready;
  }

  async waitUntil(atMs: number, signal: AbortSignal): Promise<void> {
    const aheadMs = atMs - this.#clock.monotonicMs();
    if (metronome?.works) {
      if (aheadMs > this.#earlyMs) {
        await metronome.wait(aheadMs - this.#earlyMs, signal);
        this.#learnLateness(this.#clock.monotonicMs() - (atMs - this.#earlyMs));
      }
    } else if (aheadMs >= timerEarlyMs + 1) {
      await this.pause(Math.floor(aheadMs - timerEarlyMs), signal);
    }
    await new Promise<void>((settle) => {
      let turnedMs = this.#clock.monotonicMs();
      const turn = (): void => {
        const nowMs = this.#clock.monotonicMs();
        this.#countTurn(nowMs - turnedMs);
        turnedMs = nowMs;
        if (nowMs >= atMs || signal.aborted) settle();
        else setImmediate(turn);
      };
      // One turn at least: a load that is late must not keep the system's answers from coming in.
      setImmediate(turn);
    });
  }

  pause(ms: number, signal: AbortSignal): Promise<void> {
    return this.#timers.wait(ms, signal);
  }

  async breathe(): Promise<void> {
    await nextTurn();
  }

  cpuMs(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000 - this.#waitedMs;
  }

  /** How late a thread wakes up depends on the machine and on what else it does. */
  #learnLateness(lateMs: number): void {
    const step = lateMs > this.#earlyMs ? early.quantile : early.quantile - 1;
    this.#earlyMs = Math.min(early.mostMs, Math.max(early.leastMs, this.#earlyMs + step * early.stepMs));
  }

  /** Follows a low quantile of the turns' lengths, by steps that balance there (Robbins and Monro 1951). */
  #countTurn(turnMs: number): void {
    this.#waitedMs += turnMs < this.#idleTurnMs * idle.timesMax ? turnMs : this.#idleTurnMs;
    this.#idleTurnMs *=
      turnMs > this.#idleTurnMs ? 1 + idle.step * idle.quantile : 1 - idle.step * (1 - idle.quantile);
  }
}
