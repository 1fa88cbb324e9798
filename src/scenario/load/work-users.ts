import type { EngineContext } from '../engine-context.js';
import type { LoadTally } from './load-tally.js';
import type { Pacer } from './pacer.js';
import type { RunningCalls } from './running-calls.js';

export interface UserWork {
  readonly users: number;
  /** Each user begins later than the one before, the last of them after nearly so many milliseconds. */
  readonly rampUpMs: number;
  readonly thinkTimeMs: number;
  /** Number of the next iteration, or null when there is none. */
  readonly takeIteration: () => number | null;
  /** No iteration begins after this moment of the monotonic clock. */
  readonly untilMs: number;
  readonly iterate: (iteration: number, user: number) => unknown;
}

/** Iterations that never wait keep timers, and so the scenario's timeout, from their turn; so often they get one. */
const breatheAfterMs = 20;

/** Lets users work side by side until there is nothing left to do. Never rejected. */
export async function workUsers(
  { clock, signal }: EngineContext,
  pacer: Pacer,
  calls: RunningCalls,
  tally: LoadTally,
  work: UserWork,
): Promise<void> {
  const { users, rampUpMs, thinkTimeMs, takeIteration, untilMs, iterate } = work;
  const startedMs = clock.monotonicMs();
  let breathedMs = startedMs;
  const goesOn = (): boolean => !signal.aborted && clock.monotonicMs() < untilMs;
  const workUser = async (user: number): Promise<void> => {
    const beginsMs = startedMs + (rampUpMs * user) / users;
    if (beginsMs > startedMs) await pacer.pause(Math.min(beginsMs, untilMs) - startedMs, signal);
    while (goesOn()) {
      const iteration = takeIteration();
      if (iteration === null) return;
      await calls.start(tally, iteration, null, () => iterate(iteration, user));
      if (thinkTimeMs > 0) {
        await pacer.pause(Math.min(thinkTimeMs, untilMs - clock.monotonicMs()), signal);
      } else if (clock.monotonicMs() - breathedMs > breatheAfterMs) {
        await pacer.breathe();
        breathedMs = clock.monotonicMs();
      }
    }
  };
  await Promise.all(Array.from({ length: users }, (_, user) => workUser(user)));
}
