import type { EngineContext } from '../engine-context.js';

/** A schedule that breaks the invariant, as small as it could be made. */
export interface RaceEvidence {
  readonly message: string;
  readonly tasks: readonly string[];
  /** Turns in the order that breaks it. */
  readonly order: readonly string[];
  /** What to give as `replay`. */
  readonly seed: number;
  readonly path: string;
  /** Whether the same schedule broke it a second time in the same order. */
  readonly reproducible: boolean;
  readonly shrinks: number;
}

export interface ExplorationResult {
  /** `wrong_without_concurrency`: the tasks break the invariant one after the other too, so it is no race. */
  readonly verdict: 'race' | 'wrong_without_concurrency' | 'no_race_found' | 'inconclusive';
  readonly runs: number;
  readonly distinctSchedules: number;
  readonly seed: number;
  readonly failure: RaceEvidence | null;
  readonly interrupted: boolean;
  readonly reason: string | null;
}

/** Keeps the figures as metrics, and what was found as one issue. */
export function recordExploration(
  { recorder }: EngineContext,
  capability: string | undefined,
  { verdict, runs, distinctSchedules, seed, failure, reason }: ExplorationResult,
): void {
  const owner = capability === undefined ? {} : { capability };
  const context = { runs, distinctSchedules, seed, verdict };
  recorder.recordMetric('schedules_explored', distinctSchedules, 'count', { ...owner, context });
  if (verdict !== 'inconclusive') {
    recorder.recordMetric('race_conditions', Number(verdict === 'race'), 'count', { ...owner, context });
  }
  if (failure === null) return;
  const replay = `replay: { seed: ${failure.seed}, path: '${failure.path}' }`;
  const shown = failure.order.join(' > ');
  recorder.recordIssue({
    ...owner,
    severity: 'high',
    issueType: verdict === 'race' ? 'race' : 'invariant_broken',
    description:
      verdict === 'race'
        ? `Tasks that are right one after the other are wrong side by side: ${failure.message} Order: ${shown}. Run it again with ${replay}.`
        : `Tasks are wrong: ${failure.message} ${reason} Seen in the order ${shown}. Run it again with ${replay}.`,
    reproducible: failure.reproducible,
  });
}
