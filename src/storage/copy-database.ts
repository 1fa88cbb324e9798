import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { messageOf, RealWorldError } from '../errors.js';
import { openDatabase, type SqliteDatabase } from './open-database.js';

/** A copy of a database in a folder of its own, at the newest schema version and without a write-ahead log beside it. */
export interface DatabaseCopy {
  /** Absolute path. */
  readonly path: string;
  /** Removes what is left of the copy. */
  readonly remove: () => void;
}

/**
 * Copies a database that shall not be changed, checks all of it, and brings the copy up to date.
 *
 * @param beside the folder that the copy is made in
 * @throws RealWorldError `DATABASE_MISSING`, or as `openDatabase` for a file that is not this tool's, is damaged or newer
 */
export async function copyDatabase(source: string, beside: string): Promise<DatabaseCopy> {
  refuseMissing(source);
  const directory = mkdtempSync(join(beside, '.realworld-copy-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const path = join(directory, 'copy.db');
  try {
    await copyFile(source, path);
    const database = openNamed(path, source);
    try {
      refuseUnsound(database, source);
      database.pragma('journal_mode = DELETE');
    } finally {
      database.close();
    }
    return { path, remove };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}

/**
 * Looks at every page, index and value of a database.
 *
 * @throws RealWorldError `DATABASE_CORRUPT`
 */
export function refuseUnsound(database: SqliteDatabase, path: string): void {
  const finding = findFault(database);
  if (finding === 'ok') return;
  throw new RealWorldError(
    'DATABASE_CORRUPT',
    `The database ${path} is damaged (${finding.trim()}). It was left as it is; rescue what is whole with: sqlite3 FILE .recover.`,
  );
}

function findFault(database: SqliteDatabase): string {
  try {
    return database.pragma('integrity_check(1)', { simple: true }) as string;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

function refuseMissing(source: string): void {
  const found = statSync(source, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new RealWorldError(
      'DATABASE_MISSING',
      `There is no file ${source}. Name a database that is there.`,
    );
  }
  if (!found.isDirectory() && found.size > 0) return;
  throw new RealWorldError(
    'DATABASE_NOT_SQLITE',
    `${source} is ${found.isDirectory() ? 'a directory' : 'an empty file'}, and no database. Name the file of a database.`,
  );
}

/** A file that nobody has open is copied as it is; what another process still writes is copied as of one moment. */
async function copyFile(source: string, target: string): Promise<void> {
  const log = statSync(`${source}-wal`, { throwIfNoEntry: false });
  if (log === undefined || log.size === 0) {
    copyFileSync(source, target);
    return;
  }
  const database = new Database(source, { readonly: true });
  try {
    await database.backup(target);
  } finally {
    database.close();
  }
}

/** What is wrong with the copy is wrong with its source, and that is the name which people know. */
function openNamed(path: string, source: string): SqliteDatabase {
  try {
    return openDatabase(path);
  } catch (thrown) {
    if (!(thrown instanceof RealWorldError)) throw thrown;
    throw new RealWorldError(thrown.code, thrown.message.replaceAll(path, source), { cause: thrown });
  }
}
