import type { Session } from '../model.js';
import type { SqliteDatabase } from './open-database.js';

/**
 * How long the newest completed session of the same project and setting took, in milliseconds; null when there is none. It tells
 * how far a session has come.
 */
export function readUsualDuration(
  database: SqliteDatabase,
  { projectPath, durationMinutes }: Pick<Session, 'projectPath' | 'durationMinutes'>,
): number | null {
  const row = database
    .prepare(`SELECT start_time, end_time FROM test_sessions
      WHERE project_path = ? AND duration_minutes = ? AND status = 'completed' AND end_time IS NOT NULL
      ORDER BY start_time DESC LIMIT 1`)
    .get(projectPath, durationMinutes) as
    | { readonly start_time: string; readonly end_time: string }
    | undefined;
  return row === undefined ? null : Date.parse(row.end_time) - Date.parse(row.start_time);
}
