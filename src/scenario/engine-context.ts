import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { ScenarioRecorder } from '../recording/scenario-recorder.js';
import type { Random } from '../seeded-random.js';

/** What every engine works with. */
export interface EngineContext {
  readonly recorder: ScenarioRecorder;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts when the scenario times out or the session is stopped; engines then end early and say so. */
  readonly signal: AbortSignal;
  /** How long a scenario that runs for a set time goes on, in milliseconds. */
  readonly durationMs: number;
}

/** Waits, or returns at once when the signal aborts. @param ms milliseconds */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await delay(ms, undefined, { signal }).catch((thrown: unknown) => {
    // The only reason for which this timer rejects is the abort, and the caller looks at the signal itself.
    if (!signal.aborted) throw thrown;
  });
}
