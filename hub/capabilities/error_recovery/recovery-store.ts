import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import type { RecordedError } from './error-fingerprint.js';
import type { JsonValue } from './recovery-types.js';
import {
  alreadyThere,
  asynchronousEffect,
  refuseChangedSteps,
  refuseLiveOwner,
  refuseLostLease,
} from './refusals.js';
import { type HeldLease, type LeaseRow, ownerName } from './run-lease.js';

export interface RunRow extends LeaseRow {
  readonly id: string;
  readonly nonce: string;
  readonly stepNames: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly failedStep: string | null;
  readonly error: string | null;
  readonly completedSteps: number;
}

export type PlannedEffects = ReadonlyMap<string, (database: Database) => void>;

/** A run somebody of this process works on. */
export interface LeasedRun {
  readonly id: string;
  readonly nonce: string;
  readonly held: HeldLease;
}

/** An effect threw: the step's own failure, not one of the state. */
export class EffectFailure extends Error {
  override readonly name = 'EffectFailure';
}

const selectRun = `
  SELECT id, nonce, step_names AS stepNames, started_at AS startedAt, finished_at AS finishedAt, owner_pid AS ownerPid,
    owner_start AS ownerStart, owner_thread AS ownerThread, lease, failed_step AS failedStep, error,
    (SELECT count(*) FROM error_recovery_checkpoints WHERE run_id = id) AS completedSteps
  FROM error_recovery_runs`;

export function findRun(database: Database, id: string): RunRow | undefined {
  return database.prepare<[string], RunRow>(`${selectRun} WHERE id = ?`).get(id);
}

export function unfinishedRuns(database: Database): RunRow[] {
  return database.prepare<[], RunRow>(`${selectRun} WHERE finished_at IS NULL ORDER BY started_at, id`).all();
}

/** Makes the run and takes it in one transaction: of two processes one gets it, the other is refused. */
export function createRun(
  database: Database,
  id: string,
  names: readonly string[],
  held: HeldLease,
): LeasedRun {
  const nonce = randomUUID();
  immediately(database, () => {
    const found = findRun(database, id);
    if (found !== undefined) throw alreadyThere(found);
    database
      .prepare(
        `INSERT INTO error_recovery_runs (id, nonce, step_names, started_at, owner_pid, owner_start, owner_thread, lease)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        nonce,
        JSON.stringify(names),
        Date.now(),
        held.ownerPid,
        held.ownerStart,
        held.ownerThread,
        held.lease,
      );
  });
  return { id, nonce, held };
}

/** Takes an existing run from an owner that let it go or is dead. */
export function takeRun(
  database: Database,
  id: string,
  names: readonly string[],
  held: HeldLease,
): { readonly run: LeasedRun; readonly row: RunRow } {
  return immediately(database, () => {
    const row = findRun(database, id);
    if (row === undefined) {
      throw new CapabilityError('NOT_FOUND', `There is no run "${id}" to resume. Begin it with run().`);
    }
    refuseChangedSteps(id, JSON.parse(row.stepNames) as string[], names);
    refuseLiveOwner(row);
    database
      .prepare(
        'UPDATE error_recovery_runs SET owner_pid = ?, owner_start = ?, owner_thread = ?, lease = ? WHERE id = ?',
      )
      .run(held.ownerPid, held.ownerStart, held.ownerThread, held.lease, id);
    return { run: { id, nonce: row.nonce, held }, row };
  });
}

export function releaseRun(database: Database, run: LeasedRun): void {
  database
    .prepare('UPDATE error_recovery_runs SET lease = NULL WHERE id = ? AND lease = ?')
    .run(run.id, run.held.lease);
}

/** Counts the attempt before the step begins, so that one cut short is known to have been begun. */
export function beginAttempt(database: Database, run: LeasedRun, stepIndex: number): number {
  return immediately(database, () => {
    refuseLostLease(run.id, run.held.lease, findRun(database, run.id));
    database
      .prepare(
        `INSERT INTO error_recovery_attempts (run_id, step_index, attempts) VALUES (?, ?, 1)
         ON CONFLICT (run_id, step_index) DO UPDATE SET attempts = attempts + 1`,
      )
      .run(run.id, stepIndex);
    const row = database
      .prepare<[string, number], { attempts: number }>(
        'SELECT attempts FROM error_recovery_attempts WHERE run_id = ? AND step_index = ?',
      )
      .get(run.id, stepIndex);
    return row?.attempts ?? 1;
  });
}

export interface StepCommit {
  readonly index: number;
  readonly step: string;
  readonly resultJson: string;
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly isLast: boolean;
  readonly effects: PlannedEffects;
  readonly remedy?: string | undefined;
}

/** Result, idempotency key and effects of a step in one transaction: all of them or none. */
export function commitStep(database: Database, run: LeasedRun, commit: StepCommit): void {
  immediately(database, () => {
    refuseLostLease(run.id, run.held.lease, findRun(database, run.id));
    const now = Date.now();
    database
      .prepare(
        `INSERT INTO error_recovery_checkpoints
           (run_id, step_index, step, result, idempotency_key, attempts, committed_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(run.id, commit.index, commit.step, commit.resultJson, commit.idempotencyKey, commit.attempt, now);
    applyEffects(database, run, commit);
    database
      .prepare(
        'UPDATE error_recovery_runs SET failed_step = NULL, error = NULL, finished_at = CASE WHEN ? THEN ? END WHERE id = ?',
      )
      .run(commit.isLast ? 1 : 0, now, run.id);
    database
      .prepare(
        `UPDATE error_recovery_errors SET recovered_at = ?, recovery_attempt = ?, recovery_owner = ?, remedy = ?
         WHERE run_nonce = ? AND step = ? AND recovered_at IS NULL`,
      )
      .run(now, commit.attempt, ownerName(run.held), commit.remedy ?? null, run.nonce, commit.step);
  });
}

/** Keeps a step's error with the run, and for later runs that meet the same one. */
export function recordFailure(
  database: Database,
  run: LeasedRun,
  failure: { readonly step: string; readonly attempt: number; readonly error: RecordedError },
): void {
  immediately(database, () => {
    refuseLostLease(run.id, run.held.lease, findRun(database, run.id));
    noteFailure(database, run, failure.step, failure.error);
    database
      .prepare(
        `INSERT INTO error_recovery_errors (fingerprint, pattern, run_nonce, run_id, step, attempt, owner, failed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        failure.error.fingerprint,
        failure.error.pattern,
        run.nonce,
        run.id,
        failure.step,
        failure.attempt,
        ownerName(run.held),
        Date.now(),
      );
  });
}

/** Shows why a run stopped without learning it as an error: an abort is the caller's wish. */
export function noteFailure(database: Database, run: LeasedRun, step: string, error: RecordedError): void {
  database
    .prepare('UPDATE error_recovery_runs SET failed_step = ?, error = ? WHERE id = ? AND lease = ?')
    .run(step, JSON.stringify(error), run.id, run.held.lease);
}

export function deleteRun(database: Database, id: string): boolean {
  return immediately(database, () => {
    const row = findRun(database, id);
    if (row === undefined) return false;
    refuseLiveOwner(row);
    return database.prepare('DELETE FROM error_recovery_runs WHERE id = ?').run(id).changes === 1;
  });
}

export interface CheckpointRow {
  readonly index: number;
  readonly step: string;
  readonly result: string;
  readonly idempotencyKey: string;
  readonly attempts: number;
  readonly committedAt: number;
  readonly effects: string;
}

export function checkpointRows(database: Database, id: string): CheckpointRow[] {
  return database
    .prepare<[string], CheckpointRow>(
      `SELECT step_index AS "index", step, result, idempotency_key AS idempotencyKey, attempts,
         committed_at AS committedAt,
         (SELECT json_group_array(key) FROM error_recovery_effects AS effect
          WHERE effect.run_id = checkpoint.run_id AND effect.step_index = checkpoint.step_index) AS effects
       FROM error_recovery_checkpoints AS checkpoint WHERE run_id = ? ORDER BY step_index`,
    )
    .all(id);
}

export function appliedEffects(database: Database, id: string): Set<string> {
  const rows = database
    .prepare<[string], { key: string }>('SELECT key FROM error_recovery_effects WHERE run_id = ?')
    .all(id);
  return new Set(rows.map((row) => row.key));
}

export function committedResults(rows: readonly CheckpointRow[]): Record<string, JsonValue> {
  return Object.fromEntries(rows.map((row) => [row.step, JSON.parse(row.result) as JsonValue]));
}

function applyEffects(database: Database, run: LeasedRun, commit: StepCommit): void {
  const insert = database.prepare(
    'INSERT INTO error_recovery_effects (run_id, key, step_index) VALUES (?, ?, ?)',
  );
  for (const [key, effect] of commit.effects) {
    insert.run(run.id, key, commit.index);
    let returned: unknown;
    try {
      returned = effect(database);
    } catch (error) {
      throw new EffectFailure(`Effect "${key}" failed.`, { cause: error });
    }
    if (returned instanceof Promise) {
      // Its later rejection belongs to nobody: the effect is refused as a whole here.
      returned.catch(() => undefined);
      throw new EffectFailure('asynchronous effect', { cause: asynchronousEffect(key, commit.step) });
    }
    if (!database.inTransaction) {
      throw new CapabilityError(
        'BAD_INPUT',
        `Effect "${key}" of step "${commit.step}" ended the checkpoint's transaction. Leave COMMIT and ROLLBACK to error_recovery.`,
      );
    }
  }
}

/** The write lock is taken at the start, so that what was read is still so when it is written. */
function immediately<Result>(database: Database, operation: () => Result): Result {
  return database.transaction(operation).immediate();
}
