import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** Lets other work of the process run during a long loop. */
export interface TurnTaker {
  /** True once the loop has held the event loop for the whole slice. */
  isDue(): boolean;
  /** Gives the event loop one turn and starts the next slice. */
  takeTurn(): Promise<void>;
}

/**
 * Makes the turn taker of one loop: `if (turns.isDue()) await turns.takeTurn();` costs a clock read per round.
 *
 * @param sliceMs how long the loop may run between two turns, in milliseconds
 */
export function createTurnTaker(sliceMs = 12): TurnTaker {
  let sliceStart = performance.now();
  return {
    isDue: () => performance.now() - sliceStart >= sliceMs,
    async takeTurn() {
      await setImmediate();
      sliceStart = performance.now();
    },
  };
}
