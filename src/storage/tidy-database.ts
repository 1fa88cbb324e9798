import type { SqliteDatabase } from './open-database.js';

/** Gives the room of deleted rows back to the disk and counts what SQLite plans its queries by. */
export function tidyDatabase(database: SqliteDatabase): void {
  database.exec('VACUUM');
  database.exec('ANALYZE');
  database.pragma('wal_checkpoint(TRUNCATE)');
}
