import type { Database } from 'better-sqlite3';
import type { RecordedError } from '../error_recovery/error-fingerprint.js';
import type { JsonValue } from '../error_recovery/recovery-types.js';
import { type HeldLease, isLeaseAlive, type LeaseRow } from '../error_recovery/run-lease.js';
import type { Enqueued, Task, TaskSource, TaskState } from './task-types.js';

/** Tables of background_tasks. Times are milliseconds since the epoch; payload, source, result and error are JSON. */
export const taskSchema = `
  CREATE TABLE IF NOT EXISTS background_tasks_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL,
    coalesce_key TEXT,
    enqueued_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    settled_at INTEGER,
    result TEXT,
    error TEXT,
    owner_pid INTEGER,
    owner_start TEXT,
    owner_thread INTEGER,
    lease TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS background_tasks_items_to_run
    ON background_tasks_items (state, priority DESC, id);
  CREATE INDEX IF NOT EXISTS background_tasks_items_waiting
    ON background_tasks_items (type, coalesce_key) WHERE state = 'queued' AND coalesce_key IS NOT NULL;
  CREATE TABLE IF NOT EXISTS background_tasks_slots (
    schedule TEXT NOT NULL,
    slot INTEGER NOT NULL,
    PRIMARY KEY (schedule)
  ) STRICT;
`;

const columns = `id, type, payload, priority, state, attempts, source, enqueued_at AS enqueuedAt, due_at AS dueAt,
  settled_at AS settledAt, result, error, owner_pid AS ownerPid, owner_start AS ownerStart,
  owner_thread AS ownerThread, lease`;

export interface TaskRow {
  readonly id: number;
  readonly type: string;
  readonly payload: string;
  readonly priority: number;
  readonly state: TaskState;
  readonly attempts: number;
  readonly source: string;
  readonly enqueuedAt: number;
  readonly dueAt: number;
  readonly settledAt: number | null;
  readonly result: string | null;
  readonly error: string | null;
}

export interface NewTask {
  readonly type: string;
  readonly payload: string;
  readonly priority: number;
  readonly source: TaskSource;
  readonly coalesceKey: string | undefined;
  readonly atMs: number;
  readonly dueAtMs: number;
}

/** Keeps a task, or brings the waiting one of the same type and key up to date; call it in a transaction. */
export function insertTask(database: Database, task: NewTask): Enqueued {
  if (task.coalesceKey !== undefined) {
    const waiting = database
      .prepare<[string, string], { id: number }>(
        `SELECT id FROM background_tasks_items
         WHERE state = 'queued' AND attempts = 0 AND type = ? AND coalesce_key = ?`,
      )
      .get(task.type, task.coalesceKey);
    if (waiting !== undefined) {
      database
        .prepare(
          `UPDATE background_tasks_items SET payload = ?, source = ?, priority = max(priority, ?),
             due_at = min(due_at, ?) WHERE id = ?`,
        )
        .run(task.payload, JSON.stringify(task.source), task.priority, task.dueAtMs, waiting.id);
      return { id: waiting.id, coalesced: true };
    }
  }
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO background_tasks_items (type, payload, priority, state, source, coalesce_key, enqueued_at, due_at)
       VALUES (?, ?, ?, 'queued', ?, ?, ?, ?)`,
    )
    .run(
      task.type,
      task.payload,
      task.priority,
      JSON.stringify(task.source),
      task.coalesceKey ?? null,
      task.atMs,
      task.dueAtMs,
    );
  return { id: Number(lastInsertRowid), coalesced: false };
}

/** Takes the first due task of the types under a lease; call it in a transaction. */
export function claimTask(
  database: Database,
  types: readonly string[],
  held: HeldLease,
  nowMs: number,
): TaskRow | undefined {
  return database
    .prepare<[number, string, string, number, string, number], TaskRow>(
      `UPDATE background_tasks_items SET state = 'running', attempts = attempts + 1,
         owner_pid = ?, owner_start = ?, lease = ?, owner_thread = ?
       WHERE id = (SELECT id FROM background_tasks_items
         WHERE state = 'queued' AND type IN (SELECT value FROM json_each(?)) AND due_at <= ?
         ORDER BY priority DESC, id LIMIT 1)
       RETURNING ${columns}`,
    )
    .get(held.ownerPid, held.ownerStart, held.lease, held.ownerThread, JSON.stringify(types), nowMs);
}

/** When the next queued task of the types is due; undefined when none waits. */
export function nextDueMs(database: Database, types: readonly string[]): number | undefined {
  const row = database
    .prepare<[string], { dueAt: number | null }>(
      `SELECT min(due_at) AS dueAt FROM background_tasks_items
       WHERE state = 'queued' AND type IN (SELECT value FROM json_each(?))`,
    )
    .get(JSON.stringify(types));
  return row?.dueAt ?? undefined;
}

/** How an attempt ended. */
export type AttemptEnd =
  | { readonly state: 'done'; readonly result: string }
  | { readonly state: 'failed'; readonly error: RecordedError }
  | { readonly state: 'queued'; readonly error: RecordedError; readonly dueAtMs: number };

/** Writes the end of an attempt unless the lease was lost meanwhile: false then, and nothing is written. */
export function settleTask(
  database: Database,
  id: number,
  lease: string,
  end: AttemptEnd,
  nowMs: number,
): boolean {
  const { changes } = database
    .prepare(
      `UPDATE background_tasks_items SET state = ?, result = ?, error = ?, due_at = coalesce(?, due_at), settled_at = ?,
         lease = NULL WHERE id = ? AND state = 'running' AND lease = ?`,
    )
    .run(
      end.state,
      end.state === 'done' ? end.result : null,
      end.state === 'done' ? null : JSON.stringify(end.error),
      end.state === 'queued' ? end.dueAtMs : null,
      end.state === 'queued' ? null : nowMs,
      id,
      lease,
    );
  return changes === 1;
}

/** Gives tasks of a lease back as they were before they were begun. */
export function giveBack(database: Database, lease: string): void {
  database
    .prepare(
      `UPDATE background_tasks_items SET state = 'queued', attempts = attempts - 1, lease = NULL
       WHERE state = 'running' AND lease = ?`,
    )
    .run(lease);
}

export type OwnedRow = TaskRow & LeaseRow;

/** Running tasks with who runs them. */
export function runningRows(database: Database): readonly OwnedRow[] {
  return database
    .prepare<[], OwnedRow>(`SELECT ${columns} FROM background_tasks_items WHERE state = 'running'`)
    .all();
}

/** Running tasks whose process is gone; call it in a transaction. */
export function abandonedRows(database: Database): readonly OwnedRow[] {
  return runningRows(database).filter((row) => !isLeaseAlive(row));
}

export function findTask(database: Database, id: number): TaskRow | undefined {
  return database
    .prepare<[number], TaskRow>(`SELECT ${columns} FROM background_tasks_items WHERE id = ?`)
    .get(id);
}

export function tasksIn(database: Database, state: TaskState, limit: number): readonly TaskRow[] {
  return database
    .prepare<[string, number], TaskRow>(
      `SELECT ${columns} FROM background_tasks_items WHERE state = ? ORDER BY priority DESC, id LIMIT ?`,
    )
    .all(state, limit);
}

export interface TaskCount {
  readonly type: string;
  readonly state: TaskState;
  readonly count: number;
}

export function countTasks(database: Database): readonly TaskCount[] {
  return database
    .prepare<[], TaskCount>(
      'SELECT type, state, count(*) AS count FROM background_tasks_items GROUP BY type, state',
    )
    .all();
}

/** Puts a failed task back with its attempts forgotten; false when there is no such failed task. */
export function requeueTask(database: Database, id: number, nowMs: number): boolean {
  return (
    database
      .prepare(
        `UPDATE background_tasks_items SET state = 'queued', attempts = 0, due_at = ?, settled_at = NULL
         WHERE id = ? AND state = 'failed'`,
      )
      .run(nowMs, id).changes === 1
  );
}

/** Removes done tasks but the newest; failed ones stay until they are run again. */
export function pruneDone(database: Database, kept: number): void {
  database
    .prepare(
      `DELETE FROM background_tasks_items WHERE state = 'done' AND id NOT IN
         (SELECT id FROM background_tasks_items WHERE state = 'done' ORDER BY id DESC LIMIT ?)`,
    )
    .run(kept);
}

/** Marks a time of a schedule as taken: true for the one process that comes first. */
export function takeSlot(database: Database, schedule: string, slotMs: number): boolean {
  return (
    database
      .prepare(
        `INSERT INTO background_tasks_slots (schedule, slot) VALUES (?, ?)
         ON CONFLICT (schedule) DO UPDATE SET slot = excluded.slot WHERE excluded.slot > slot`,
      )
      .run(schedule, slotMs).changes === 1
  );
}

export function toTask(row: TaskRow): Task {
  return {
    id: row.id,
    type: row.type,
    payload: JSON.parse(row.payload) as JsonValue,
    priority: row.priority,
    state: row.state,
    attempts: row.attempts,
    source: JSON.parse(row.source) as TaskSource,
    enqueuedAt: new Date(row.enqueuedAt).toISOString(),
    dueAt: new Date(row.dueAt).toISOString(),
    ...(row.settledAt === null ? {} : { settledAt: new Date(row.settledAt).toISOString() }),
    ...(row.result === null ? {} : { result: JSON.parse(row.result) as JsonValue }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error) as RecordedError }),
  };
}
