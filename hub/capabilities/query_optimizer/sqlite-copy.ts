import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import type { TableShape } from './candidate-indexes.js';

/** A file of SQLite, or a script that makes tables in SQLite and fills them. */
export type SqliteTarget = { readonly database: string } | { readonly schema: string };

/** A private copy of a database, in files of its own. */
export interface SqliteCopy {
  readonly connection: Database.Database;
  /** One more copy, of the state at the beginning. */
  readonly duplicate: () => Database.Database;
  /** Closes all connections and removes the files. */
  readonly release: () => void;
}

/**
 * Copies a database with SQLite's online backup, or makes one by a script. The original is opened for reading only.
 *
 * @throws CapabilityError NOT_FOUND when the file cannot be opened, BAD_INPUT when it is no database or the script fails
 */
export async function copyDatabase(target: SqliteTarget): Promise<SqliteCopy> {
  const directory = mkdtempSync(join(tmpdir(), 'query-optimizer-'));
  const open: Database.Database[] = [];
  const release = () => {
    for (const connection of open) connection.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const path = join(directory, 'copy.db');
  const openCopy = (file: string) => {
    const connection = new Database(file);
    open.push(connection);
    connection.pragma('journal_mode = MEMORY');
    connection.pragma('synchronous = OFF');
    return connection;
  };
  try {
    if ('database' in target) await backUp(target.database, path);
    else runScript(path, target.schema);
    const connection = openCopy(path);
    let duplicates = 0;
    return {
      connection,
      release,
      duplicate: () => {
        duplicates += 1;
        const file = join(directory, `copy-${duplicates}.db`);
        copyFileSync(path, file);
        return openCopy(file);
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function backUp(original: string, path: string): Promise<void> {
  if (copyUnusedWal(original, path)) return;
  let source: Database.Database;
  try {
    source = new Database(original, { readonly: true, fileMustExist: true });
  } catch (cause) {
    throw new CapabilityError('NOT_FOUND', `Database ${original} cannot be opened: ${messageOf(cause)}.`, {
      cause,
    });
  }
  try {
    await source.backup(path);
  } catch (cause) {
    throw new CapabilityError('BAD_INPUT', `Database ${original} cannot be copied: ${messageOf(cause)}.`, {
      cause,
    });
  } finally {
    source.close();
  }
}

/**
 * Copies a database with a write-ahead log that nobody has open: then it has no log file, and opening it would make one beside it.
 * False when it is none or came into use meanwhile.
 */
function copyUnusedWal(original: string, path: string): boolean {
  const inUse = () => existsSync(`${original}-wal`);
  if (!existsSync(original) || !hasWal(original) || inUse()) return false;
  const { mtimeMs } = statSync(original);
  copyFileSync(original, path);
  return !inUse() && statSync(original).mtimeMs === mtimeMs;
}

/** Byte 18 of a database file is 2 when it is written with a write-ahead log. */
function hasWal(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(20);
    readSync(file, header, 0, 20, 0);
    return header.toString('latin1', 0, 15) === 'SQLite format 3' && header[18] === 2;
  } finally {
    closeSync(file);
  }
}

function runScript(path: string, script: string): void {
  // The script is the caller's; ATTACH in it would reach files that are not a copy.
  if (/\b(?:attach|vacuum|pragma|detach)\b/i.test(script)) {
    throw new CapabilityError(
      'BAD_INPUT',
      'The schema holds ATTACH, DETACH, VACUUM or PRAGMA. Leave it out.',
    );
  }
  const database = new Database(path);
  try {
    database.transaction(() => database.exec(script))();
  } catch (cause) {
    throw new CapabilityError('BAD_INPUT', `The schema fails: ${messageOf(cause)}.`, { cause });
  } finally {
    database.close();
  }
}

/** Ordinary tables with their columns. */
export function readTables(database: Database.Database): readonly TableShape[] {
  return database
    .prepare<[], { name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all()
    .map(({ name }) => ({
      table: name,
      columns: database
        .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)')
        .all(name)
        .map((column) => column.name),
    }));
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
