import { linkSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { messageOf, RealWorldError } from '../errors.js';
import { refuseUnsound } from './copy-database.js';
import { openDatabase, type SqliteDatabase } from './open-database.js';

export interface BackupMade {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Writes what a database holds at one moment into a new file, also while a run writes into it, and reads the file back.
 *
 * @throws RealWorldError `BACKUP_FAILED` when there is such a file already, it cannot be written, or it does not hold the same;
 *   as `openDatabase`
 */
export async function writeVerifiedBackup(path: string, target: string): Promise<BackupMade> {
  const draft = `${target}.draft-${process.pid}`;
  const database = openDatabase(path);
  try {
    rmSync(draft, { force: true });
    // The rows are counted in the moment that is copied: the copy is made inside of the same transaction.
    database.exec('BEGIN');
    const rows = countAllRows(database);
    await database.backup(draft);
    database.exec('COMMIT');
    checkBackup(draft, rows);
    // Unlike renaming, this fails for a name that is taken.
    linkSync(draft, target);
    return { path: target, bytes: statSync(target).size, rows };
  } catch (thrown) {
    throw new RealWorldError(
      'BACKUP_FAILED',
      `No backup was written to ${target}: ${describeFailure(thrown)}. Name another file.`,
      { cause: thrown },
    );
  } finally {
    database.close();
    rmSync(draft, { force: true });
  }
}

function describeFailure(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException).code === 'EEXIST'
    ? 'there is a file of this name'
    : messageOf(thrown);
}

function countAllRows(database: SqliteDatabase): Readonly<Record<string, number>> {
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  const counts = tables.map((table) => [
    table,
    database
      .prepare(`SELECT count(*) FROM "${table.replaceAll('"', '""')}"`)
      .pluck()
      .get(),
  ]);
  return Object.fromEntries(counts) as Record<string, number>;
}

function checkBackup(path: string, rows: Readonly<Record<string, number>>): void {
  const backup = new Database(path);
  try {
    // A file of one piece, which can be carried away without what lies beside it.
    backup.pragma('journal_mode = DELETE');
    refuseUnsound(backup, path);
    const read = countAllRows(backup);
    const table = Object.keys(rows).find((name) => rows[name] !== read[name]);
    if (table === undefined) return;
    throw new Error(`it has ${read[table] ?? 0} rows of ${table}, and the database ${rows[table]}`);
  } finally {
    backup.close();
  }
}
