import type { EngineContext } from '../engine-context.js';
import type { LoadTally } from './load-tally.js';
import type { Pacer } from './pacer.js';
import type { RunningCalls } from './running-calls.js';

export interface ArrivalWork {
  /** Intended starts in milliseconds after the tally's begin, in order. */
  readonly arrivals: Iterable<number>;
  readonly durationMs: number;
  readonly maxInFlight: number;
  /** Starts that are still due so many milliseconds after the duration are given up. */
  readonly overdueMs: number;
  readonly takeIteration: () => number;
  readonly iterate: (iteration: number) => unknown;
}

/**
 * Starts what is due at its intended time, whatever the system does (the open model, Schroeder 2006), and returns when the
 * duration is over; calls may be in flight then. Never rejected.
 */
export async function startArrivals(
  { clock, signal }: EngineContext,
  pacer: Pacer,
  calls: RunningCalls,
  tally: LoadTally,
  { arrivals, durationMs, maxInFlight, overdueMs, takeIteration, iterate }: ArrivalWork,
): Promise<void> {
  // Read once for a whole turn: starts that themselves take long must not keep answers from coming in.
  let nowMs = clock.monotonicMs();
  const lastMs = tally.startedMs + durationMs + overdueMs;
  for (const offsetMs of arrivals) {
    const intendedMs = tally.startedMs + offsetMs;
    if (intendedMs > nowMs) {
      await pacer.waitUntil(intendedMs, signal);
      nowMs = clock.monotonicMs();
    }
    if (signal.aborted) return;
    tally.intendedStarts++;
    if (nowMs > lastMs) {
      tally.droppedStarts++;
      tally.overdueStarts++;
    } else if (calls.size >= maxInFlight) tally.droppedStarts++;
    else {
      const iteration = takeIteration();
      // Its end is counted whether or not somebody waits for it.
      void calls.start(tally, iteration, intendedMs, () => iterate(iteration));
    }
  }
  const endMs = tally.startedMs + durationMs;
  if (clock.monotonicMs() < endMs) await pacer.waitUntil(endMs, signal);
}
