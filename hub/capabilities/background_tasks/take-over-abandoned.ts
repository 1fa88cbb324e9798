import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import { recordError } from '../error_recovery/error-fingerprint.js';
import type { TaskHandlers } from './task-handlers.js';
import { type AttemptEnd, abandonedRows, settleTask } from './task-store.js';

/** Tasks of processes that are gone wait again, or have failed when they were begun too often. */
export function takeOverAbandoned(database: Database, handlers: TaskHandlers): void {
  const takeOver = () => {
    for (const row of abandonedRows(database)) {
      const handler = handlers.find(row.type);
      if (handler === undefined || row.lease === null) continue;
      const error = recordError(
        new CapabilityError('INTERRUPTED', `Process ${row.ownerPid} ended while it ran task ${row.id}.`),
      );
      const end: AttemptEnd =
        row.attempts >= handler.maxAttempts
          ? { state: 'failed', error }
          : { state: 'queued', error, dueAtMs: Date.now() };
      settleTask(database, row.id, row.lease, end, Date.now());
    }
  };
  database.transaction(takeOver).immediate();
}
