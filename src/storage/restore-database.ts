import { chmodSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { messageOf, RealWorldError } from '../errors.js';
import { copyDatabase } from './copy-database.js';
import { refuseForeign } from './open-database.js';

const keptMax = 100;
/** A run that is in the middle of a batch is through with it by then. */
const waitMs = 2_000;

/**
 * Puts a database in the place of another. What is restored is checked, and brought up to date, on a copy; the name then changes
 * hands in one step.
 *
 * @param source absolute path; it is not changed
 * @param path absolute path of the database that is replaced, if there is one
 * @returns where the one that was replaced is kept, or null when there was none
 * @throws RealWorldError `DATABASE_IN_USE` while another process has the one that is replaced open, `DATABASE_FOREIGN` when it is
 *   another program's, and as `copyDatabase`
 */
export async function restoreDatabase(source: string, path: string): Promise<string | null> {
  mkdirSync(dirname(path), { recursive: true });
  const copy = await copyDatabase(source, dirname(path));
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) {
      throw new RealWorldError(
        'DATABASE_UNWRITABLE',
        `The database path ${path} is a directory. Name a file.`,
      );
    }
    if (found === undefined || found.size === 0) {
      renameSync(copy.path, path);
      return null;
    }
    chmodSync(copy.path, found.mode);
    return replace(path, copy.path);
  } finally {
    copy.remove();
  }
}

function replace(path: string, restored: string): string {
  const replaced = new Database(path, { timeout: waitMs });
  try {
    if (lockAlone(replaced, path)) {
      const kept = keep(path);
      renameSync(restored, path);
      return kept;
    }
  } finally {
    replaced.close();
  }
  // A log that could not be put into a damaged file belongs to that file, and must not be read into the new one.
  const kept = keep(path);
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${kept}-wal`);
  rmSync(`${path}-shm`, { force: true });
  renameSync(restored, path);
  return kept;
}

/**
 * Leaving the write-ahead log puts all that it holds into the file, and SQLite only allows it to the one process that has the
 * file open; the lock then keeps others out until the name has changed hands.
 *
 * @returns false when the database is damaged: then it is the very reason to restore one
 */
function lockAlone(database: Database.Database, path: string): boolean {
  try {
    refuseOthers(database, path);
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code.startsWith('SQLITE_CORRUPT')) return false;
    if (code.startsWith('SQLITE_BUSY')) {
      throw new RealWorldError(
        'DATABASE_IN_USE',
        `The database ${path} is in use, by a run or another program. Nothing was restored; end it, or restore into another file with --db PATH.`,
        { cause: thrown },
      );
    }
    if (code !== 'SQLITE_NOTADB') throw thrown;
    throw new RealWorldError(
      'DATABASE_NOT_SQLITE',
      `The file ${path} is not a readable SQLite database. It was left as it is; move it away and restore again.`,
      { cause: thrown },
    );
  }
}

/** One of a newer version is kept beside as any other; another program's is none of ours to replace. */
function refuseOthers(database: Database.Database, path: string): void {
  try {
    refuseForeign(database, path);
  } catch (thrown) {
    if (!(thrown instanceof RealWorldError && thrown.code === 'DATABASE_NEWER')) throw thrown;
  }
}

/** Gives a file a second name, which is not taken. */
function keep(path: string): string {
  for (let number = 1; number <= keptMax; number++) {
    const name = number === 1 ? `${path}.replaced` : `${path}.replaced-${number}`;
    try {
      linkSync(path, name);
      return name;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new RealWorldError(
        'BACKUP_FAILED',
        `The database ${path} cannot be kept as ${name}: ${messageOf(thrown)}. Nothing was restored.`,
        { cause: thrown },
      );
    }
  }
  throw new RealWorldError(
    'BACKUP_FAILED',
    `There are ${keptMax} replaced databases beside ${path} already. Nothing was restored; remove some.`,
  );
}
