import { performance } from 'node:perf_hooks';
import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import { recordError } from './error-fingerprint.js';
import {
  appliedEffects,
  beginAttempt,
  checkpointRows,
  commitStep,
  committedResults,
  EffectFailure,
  type LeasedRun,
  noteFailure,
  recordFailure,
} from './recovery-store.js';
import type { JsonValue, RunResult, Step, StepContext } from './recovery-types.js';

export interface RunPlan {
  readonly database: Database;
  readonly run: LeasedRun;
  readonly steps: readonly Step[];
  readonly signal: AbortSignal;
  readonly remedy?: string | undefined;
  /** Present when the run was begun before. */
  readonly resumedFrom?: number;
  /** Wraps every use of the state, to type its failures. */
  readonly guard: <Result>(action: string, operation: () => Result) => Result;
}

type StepOutcome =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly thrown: unknown };

/** Works through the steps that are not committed yet and stops at the first that fails. */
export async function runSteps(plan: RunPlan): Promise<RunResult> {
  const { database, run, steps, signal, guard } = plan;
  const startedAt = performance.now();
  const results = guard('read its checkpoints', () => committedResults(checkpointRows(database, run.id)));
  const first = plan.resumedFrom ?? 0;
  let redoneSteps = 0;
  const progress = (completedSteps: number) => ({
    id: run.id,
    completedSteps,
    redoneSteps,
    ...(plan.resumedFrom === undefined ? {} : { resumedFrom: plan.resumedFrom }),
    durationMs: performance.now() - startedAt,
    results,
  });

  for (const [offset, step] of steps.slice(first).entries()) {
    const index = first + offset;
    if (signal.aborted) {
      const error = recordError(interrupted(run.id, step.name, signal.reason));
      guard('note the abort', () => noteFailure(database, run, step.name, error));
      return { ...progress(index), outcome: 'failed', failedStep: step.name, error };
    }
    const attempt = guard('begin a step', () => beginAttempt(database, run, index));
    if (attempt > 1) redoneSteps += 1;
    const outcome = await attemptStep(plan, index, step, attempt, results);
    if (outcome.ok) {
      results[step.name] = outcome.value;
      continue;
    }
    const wasAborted = signal.aborted && isAbort(outcome.thrown, signal);
    const error = recordError(wasAborted ? interrupted(run.id, step.name, signal.reason) : outcome.thrown);
    guard('record a failed step', () =>
      wasAborted
        ? noteFailure(database, run, step.name, error)
        : recordFailure(database, run, { step: step.name, attempt, error }),
    );
    return { ...progress(index), outcome: 'failed', failedStep: step.name, error };
  }
  return { ...progress(steps.length), outcome: 'completed' };
}

async function attemptStep(
  plan: RunPlan,
  index: number,
  step: Step,
  attempt: number,
  results: Readonly<Record<string, JsonValue>>,
): Promise<StepOutcome> {
  const { database, run } = plan;
  const effects = new Map<string, (database: Database) => void>();
  const applied = plan.guard('read its effects', () => appliedEffects(database, run.id));
  const idempotencyKey = `${run.nonce}/${index}/${step.name}`;
  let settled = false;
  const context: StepContext = {
    id: run.id,
    step: step.name,
    attempt,
    idempotencyKey,
    results: Object.freeze({ ...results }),
    signal: plan.signal,
    database,
    once(key, effect) {
      if (settled) throw calledLate(key, step.name);
      if (applied.has(key) || effects.has(key)) return false;
      effects.set(key, effect);
      return true;
    },
  };
  let resultJson: string;
  try {
    resultJson = toJson(step.name, await step.run(context));
  } catch (thrown) {
    if (database.inTransaction) database.exec('ROLLBACK');
    return { ok: false, thrown };
  } finally {
    settled = true;
  }
  if (database.inTransaction) {
    // Left open, it would swallow the checkpoint's own transaction.
    database.exec('ROLLBACK');
    return { ok: false, thrown: openTransaction(step.name) };
  }
  const isLast = index === plan.steps.length - 1;
  try {
    plan.guard('commit a step', () =>
      commitStep(database, run, {
        index,
        step: step.name,
        resultJson,
        idempotencyKey,
        attempt,
        isLast,
        effects,
        remedy: plan.remedy,
      }),
    );
  } catch (error) {
    if (error instanceof EffectFailure) return { ok: false, thrown: error.cause };
    throw error;
  }
  // What was written is handed on, so that a first run and a resumed one see the same value.
  return { ok: true, value: JSON.parse(resultJson) as JsonValue };
}

function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return thrown === signal.reason || (thrown instanceof Error && thrown.name === 'AbortError');
}

function openTransaction(step: string): CapabilityError {
  return new CapabilityError(
    'BAD_INPUT',
    `Step "${step}" left a transaction open on context.database; it was rolled back. Plan database effects with once().`,
  );
}

function toJson(step: string, value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw new CapabilityError(
      'BAD_INPUT',
      `The result of step "${step}" cannot be checkpointed as JSON. Return plain data without cycles and BigInts.`,
      { cause: error },
    );
  }
}

function interrupted(id: string, step: string, reason: unknown): CapabilityError {
  return new CapabilityError(
    'INTERRUPTED',
    `Run "${id}" was aborted before step "${step}" was committed. Resume it to go on.`,
    { cause: reason },
  );
}

function calledLate(key: string, step: string): CapabilityError {
  return new CapabilityError(
    'BAD_INPUT',
    `once("${key}") was called after step "${step}" had settled. Await everything the step starts before it returns.`,
  );
}
