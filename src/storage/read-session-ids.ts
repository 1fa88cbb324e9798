import Database from 'better-sqlite3';

/**
 * The ids of the sessions of a database, the newest first, without changing it: it is neither made, nor migrated, nor waited for.
 *
 * @throws what SQLite throws for a file that is none of this tool's
 */
export function readSessionIds(path: string): readonly string[] {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    return database
      .prepare('SELECT session_id FROM test_sessions ORDER BY start_time DESC, rowid DESC')
      .pluck()
      .all() as string[];
  } finally {
    database.close();
  }
}
