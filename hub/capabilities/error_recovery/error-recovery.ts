import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import { type RecordedError, recordError } from './error-fingerprint.js';
import { recoverySchema } from './recovery-schema.js';
import {
  checkpointRows,
  createRun,
  deleteRun,
  findRun,
  type LeasedRun,
  releaseRun,
  takeRun,
  unfinishedRuns,
} from './recovery-store.js';
import type {
  Checkpoint,
  IncompleteRun,
  JsonValue,
  Recurrences,
  ResumeOptions,
  RunOptions,
  RunResult,
  Step,
} from './recovery-types.js';
import { findRecurrences } from './recurrence-store.js';
import { dropLease, isLeaseAlive, takeLease } from './run-lease.js';
import { guardState, openCapabilityState, type StateFile } from './state-failure.js';
import { runSteps } from './step-runner.js';

export interface ErrorRecoveryOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
}

/**
 * Runs named steps with a checkpoint after each, so that a run that was cut short goes on after its last committed step.
 *
 * What is exactly once: a step's checkpoint, and the effects it plans with `context.once`, which are committed in the
 * checkpoint's SQLite transaction. What is at least once: anything else a step does (a request, a file, a write to
 * `context.database` outside `once`), because a process may die between doing it and committing. Such an effect happens
 * once only if its receiver drops repeated requests by `context.idempotencyKey`.
 *
 * A run belongs to one process at a time: its lease names process number and start time, and a dead owner's is taken over.
 */
export class ErrorRecovery {
  readonly #file: StateFile;
  readonly #database: Database;

  /** @throws CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED when the state cannot be opened */
  constructor(options: ErrorRecoveryOptions) {
    this.#file = { ...options, capability: 'error_recovery' };
    this.#database = openCapabilityState(this.#file, recoverySchema);
  }

  /**
   * Begins a run. A step that throws ends it as `failed`, to be resumed; aborting ends it at the next step boundary with
   * error code INTERRUPTED.
   *
   * @throws CapabilityError BAD_INPUT for no steps, repeated names or a known id; STATE_LOCKED when another process works
   *   on it or keeps the state; INTERRUPTED when the run was taken over meanwhile; STATE_CORRUPT, TOOL_FAILED
   */
  async run(id: string, steps: readonly Step[], options: RunOptions = {}): Promise<RunResult> {
    const names = stepNames(id, steps);
    const held = takeLease();
    try {
      const run = this.#guard('begin a run', () => createRun(this.#database, id, names, held));
      return await this.#advance(run, steps, options);
    } finally {
      dropLease(held);
    }
  }

  /**
   * Goes on after the last committed step. A complete run answers with its kept results and runs nothing.
   *
   * @throws CapabilityError NOT_FOUND for an unknown id; BAD_INPUT when the step names differ from those it was begun with;
   *   otherwise as `run`
   */
  async resume(id: string, steps: readonly Step[], options: ResumeOptions = {}): Promise<RunResult> {
    const names = stepNames(id, steps);
    const held = takeLease();
    try {
      const { run, row } = this.#guard('take over a run', () => takeRun(this.#database, id, names, held));
      return await this.#advance(run, steps, options, row.completedSteps);
    } finally {
      dropLease(held);
    }
  }

  /** Runs whose last step is not committed, oldest first. */
  incomplete(): readonly IncompleteRun[] {
    const rows = this.#guard('list its runs', () => unfinishedRuns(this.#database));
    return rows.map((row) => ({
      id: row.id,
      completedSteps: row.completedSteps,
      totalSteps: (JSON.parse(row.stepNames) as string[]).length,
      ...(row.failedStep === null ? {} : { failedStep: row.failedStep }),
      ...(row.error === null ? {} : { error: JSON.parse(row.error) as RecordedError }),
      startedAt: new Date(row.startedAt).toISOString(),
      ownerPid: row.ownerPid,
      alive: isLeaseAlive(row),
    }));
  }

  /**
   * The committed steps of a run in order.
   *
   * @throws CapabilityError NOT_FOUND for an unknown id
   */
  checkpoints(id: string): readonly Checkpoint[] {
    const rows = this.#guard('read its checkpoints', () =>
      findRun(this.#database, id) === undefined ? undefined : checkpointRows(this.#database, id),
    );
    if (rows === undefined) {
      throw new CapabilityError('NOT_FOUND', `There is no run "${id}". incomplete() lists those to resume.`);
    }
    return rows.map((row) => ({
      step: row.step,
      index: row.index,
      result: JSON.parse(row.result) as JsonValue,
      idempotencyKey: row.idempotencyKey,
      attempts: row.attempts,
      effects: JSON.parse(row.effects) as string[],
      committedAt: new Date(row.committedAt).toISOString(),
    }));
  }

  /**
   * Removes a run with its checkpoints and effect keys; what was learnt from its errors stays. False when there was none.
   *
   * @throws CapabilityError STATE_LOCKED while a process works on it
   */
  forget(id: string): boolean {
    return this.#guard('forget a run', () => deleteRun(this.#database, id));
  }

  /**
   * How often the same error was met, with any numbers, paths, addresses and identifiers, and how it was recovered from.
   *
   * @param error anything thrown, or the `error` of a failed run
   */
  recurrences(error: unknown): Recurrences {
    const recorded = isRecordedError(error) ? error : recordError(error);
    return this.#guard('look up an error', () => findRecurrences(this.#database, recorded));
  }

  /** Closes the state. A run still going on fails at its next checkpoint and can be resumed. */
  dispose(): void {
    this.#database.close();
  }

  async #advance(
    run: LeasedRun,
    steps: readonly Step[],
    options: ResumeOptions,
    resumedFrom?: number,
  ): Promise<RunResult> {
    const result = await runSteps({
      database: this.#database,
      run,
      steps,
      signal: options.signal ?? new AbortController().signal,
      remedy: options.remedy,
      ...(resumedFrom === undefined ? {} : { resumedFrom }),
      guard: (action, operation) => this.#guard(action, operation),
    });
    // When the state fails before this line, the lease is let go by being dropped from this process's active ones.
    this.#guard('let a run go', () => releaseRun(this.#database, run));
    return result;
  }

  #guard<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, operation);
  }
}

function stepNames(id: string, steps: readonly Step[]): readonly string[] {
  if (id.trim() === '') throw new CapabilityError('BAD_INPUT', 'A run needs an id that is not empty.');
  if (steps.length === 0)
    throw new CapabilityError('BAD_INPUT', `Run "${id}" has no steps. Give at least one.`);
  const names = steps.map((step) => step.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new CapabilityError(
      'BAD_INPUT',
      `Run "${id}" has two steps named "${repeated}". Checkpoints are kept by name: rename one.`,
    );
  }
  return names;
}

function isRecordedError(error: unknown): error is RecordedError {
  return typeof error === 'object' && error !== null && 'fingerprint' in error && 'pattern' in error;
}
