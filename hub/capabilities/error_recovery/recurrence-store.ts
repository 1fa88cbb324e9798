import type { Database } from 'better-sqlite3';
import type { RecordedError } from './error-fingerprint.js';
import type { Recovery, Recurrences } from './recovery-types.js';

interface ErrorRow {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
  readonly owner: string;
  readonly failedAt: number;
  readonly recoveredAt: number | null;
  readonly recoveryAttempt: number | null;
  readonly recoveryOwner: string | null;
  readonly remedy: string | null;
}

/** Everything kept of errors with this fingerprint. */
export function findRecurrences(database: Database, error: RecordedError): Recurrences {
  const rows = database
    .prepare<[string], ErrorRow>(
      `SELECT run_id AS runId, step, attempt, owner, failed_at AS failedAt, recovered_at AS recoveredAt,
         recovery_attempt AS recoveryAttempt, recovery_owner AS recoveryOwner, remedy
       FROM error_recovery_errors WHERE fingerprint = ? ORDER BY number DESC`,
    )
    .all(error.fingerprint);
  const recoveries = rows.flatMap(recoveryOf);
  const newest = rows[0];
  const oldest = rows.at(-1);
  return {
    fingerprint: error.fingerprint,
    pattern: error.pattern,
    occurrences: rows.length,
    recovered: recoveries.length,
    ...(oldest === undefined ? {} : { firstAt: new Date(oldest.failedAt).toISOString() }),
    ...(newest === undefined ? {} : { lastAt: new Date(newest.failedAt).toISOString() }),
    recoveries,
  };
}

function recoveryOf(row: ErrorRow): Recovery[] {
  if (row.recoveredAt === null || row.recoveryAttempt === null) return [];
  return [
    {
      runId: row.runId,
      step: row.step,
      attempts: row.recoveryAttempt - row.attempt,
      timeToRecoverMs: row.recoveredAt - row.failedAt,
      byAnotherProcess: row.recoveryOwner !== row.owner,
      ...(row.remedy === null ? {} : { remedy: row.remedy }),
    },
  ];
}
