import { sessionTables } from './copy-sessions.js';
import type { SqliteDatabase } from './open-database.js';

/** Which sessions go where, and what stays though it is old. */
export interface ArchivePlan {
  readonly archives: readonly PlannedArchive[];
  /** About what the sessions take in the database, with their share of the indexes. */
  readonly bytes: number;
  /** Sessions that are old enough and not over. */
  readonly unfinished: readonly string[];
  /** Sessions that are old enough and that a baseline was set from. */
  readonly ofBaselines: readonly string[];
}

export interface PlannedArchive {
  /** Absolute path. */
  readonly archivePath: string;
  readonly sessionIds: readonly string[];
  readonly activities: number;
}

interface OldSession {
  readonly sessionId: string;
  readonly startTime: string;
  readonly status: string;
  readonly activities: number;
  readonly ofBaseline: number;
}

/**
 * The sessions that began before a moment and can go into an archive. Those that are not over stay, and those of a baseline.
 *
 * @param before a timestamp as the database has them
 * @param archivePathOf the archive of a month, such as `2026-02`
 */
export function planArchive(
  database: SqliteDatabase,
  before: string,
  archivePathOf: (month: string) => string,
): ArchivePlan {
  const old = database
    .prepare(`SELECT session_id AS sessionId, start_time AS startTime, status,
        (SELECT count(*) FROM activities a WHERE a.session_id = t.session_id) AS activities,
        EXISTS (SELECT 1 FROM baseline_runs b WHERE b.session_id = t.session_id) AS ofBaseline
      FROM test_sessions t WHERE start_time < ? ORDER BY start_time, rowid`)
    .all(before) as OldSession[];
  const movable = old.filter(({ status, ofBaseline }) => status !== 'running' && ofBaseline === 0);
  const archives = new Map<string, OldSession[]>();
  for (const session of movable) {
    const path = archivePathOf(monthOf(session.startTime));
    archives.set(path, [...(archives.get(path) ?? []), session]);
  }
  return {
    archives: [...archives].map(([archivePath, sessions]) => ({
      archivePath,
      sessionIds: sessions.map(({ sessionId }) => sessionId),
      activities: sessions.reduce((sum, { activities }) => sum + activities, 0),
    })),
    bytes: estimateBytes(
      database,
      movable.map(({ sessionId }) => sessionId),
    ),
    unfinished: old.filter(({ status }) => status === 'running').map(({ sessionId }) => sessionId),
    ofBaselines: old
      .filter(({ status, ofBaseline }) => status !== 'running' && ofBaseline === 1)
      .map(({ sessionId }) => sessionId),
  };
}

/** A time that is none, in a database that another program wrote, must not become a part of a path. */
function monthOf(startTime: string): string {
  return /^\d{4}-\d{2}(?=-)/.exec(startTime)?.[0] ?? 'unknown';
}

/** The pages of each table and its indexes, by the share of its rows. */
function estimateBytes(database: SqliteDatabase, sessionIds: readonly string[]): number {
  if (sessionIds.length === 0) return 0;
  const ids = JSON.stringify(sessionIds);
  const bytes = sessionTables.map((table) => {
    const { rows, own } = database
      .prepare(`SELECT count(*) AS rows,
        coalesce(sum(session_id IN (SELECT value FROM json_each(?))), 0) AS own FROM ${table}`)
      .get(ids) as { rows: number; own: number };
    const pages = database
      .prepare(`SELECT coalesce(sum(pgsize), 0) FROM dbstat
        WHERE aggregate = TRUE AND name IN (SELECT name FROM sqlite_master WHERE tbl_name = ?)`)
      .pluck()
      .get(table) as number;
    return rows === 0 ? 0 : (pages * own) / rows;
  });
  return Math.round(bytes.reduce((sum, one) => sum + one, 0));
}
