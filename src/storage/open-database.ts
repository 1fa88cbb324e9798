import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { messageOf, RealWorldError } from '../errors.js';
import { applicationId, customerTables, migrations, newestVersion } from './schema.js';

export type SqliteDatabase = Database.Database;

/** How long a statement waits for another run's transaction on the same file. */
const lockTimeoutMs = 15_000;

/**
 * Opens the database, makes it when it is missing, and brings its schema up to date.
 * A file that is not this tool's, or comes from a newer version, is left as it is.
 *
 * @param path absolute path of the file
 * @throws RealWorldError `DATABASE_UNWRITABLE`, `DATABASE_NOT_SQLITE`, `DATABASE_FOREIGN`, `DATABASE_NEWER`,
 *   `DATABASE_LOCKED` or `NATIVE_MODULE_MISMATCH`
 */
export function openDatabase(path: string): SqliteDatabase {
  refuseMismatchedDriver();
  const isDirectory = existsSync(path) && statSync(path).isDirectory();
  if (isDirectory) {
    throw new RealWorldError(
      'DATABASE_UNWRITABLE',
      `The database path ${path} is a directory. Name a file, such as ${path}/realworld_testing.db.`,
    );
  }
  lookBeforeWriting(path);
  const database = connect(path);
  try {
    refuseForeign(database, path);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    migrate(database);
    return database;
  } catch (thrown) {
    database.close();
    throw asDatabaseError(thrown, path);
  }
}

/** Line 13 of better-sqlite3 ends a Node older than 22 with a segmentation fault, so it must not be loaded there. */
function refuseMismatchedDriver(): void {
  const nodeMajor = Number(process.versions.node.split('.')[0]);
  const driver = createRequire(import.meta.url)('better-sqlite3/package.json') as { version: string };
  if (nodeMajor >= 22 || Number(driver.version.split('.')[0]) < 13) return;
  throw new RealWorldError(
    'NATIVE_MODULE_MISMATCH',
    `better-sqlite3 ${driver.version} needs Node 22 or newer, and this is Node ${process.versions.node}. Install the line for it: npm install better-sqlite3@12.`,
  );
}

/**
 * SQLite takes a file of a few bytes for an empty database and would write over it. And closing a connection that may
 * write moves a write-ahead log that another program left into the file, so the first look at such a file is taken by
 * one that may not.
 */
function lookBeforeWriting(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  if (!beginsAsDatabase(path)) throw notSqlite(path);
  if (!existsSync(`${path}-wal`)) return;
  const database = connect(path, true);
  try {
    refuseForeign(database, path);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    // A file that its last writer left in the middle of a transaction can only be read by one that may write.
    if (!code.startsWith('SQLITE_READONLY') && !code.startsWith('SQLITE_CANTOPEN')) {
      throw asDatabaseError(thrown, path);
    }
  } finally {
    database.close();
  }
}

const fileHeader = Buffer.from('SQLite format 3\0');

function beginsAsDatabase(path: string): boolean {
  const beginning = Buffer.alloc(fileHeader.length);
  try {
    const descriptor = openSync(path, 'r');
    try {
      readSync(descriptor, beginning, 0, beginning.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (thrown) {
    throw asDatabaseError(thrown, path);
  }
  return beginning.equals(fileHeader);
}

function connect(path: string, readonly = false): SqliteDatabase {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return new Database(path, { timeout: lockTimeoutMs, readonly });
  } catch (thrown) {
    throw asDatabaseError(thrown, path);
  }
}

function refuseForeign(database: SqliteDatabase, path: string): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  const application = database.pragma('application_id', { simple: true }) as number;
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  const isEmpty = tables.length === 0 && application === 0 && version === 0;
  // The program that the customer came with wrote the five tables and set no id; its history can be taken over.
  const isCustomers =
    application === 0 && version === 0 && customerTables.every((name) => tables.includes(name));
  if (application !== applicationId && !isEmpty && !isCustomers) {
    throw new RealWorldError(
      'DATABASE_FOREIGN',
      `The database ${path} belongs to another program. It was left as it is; set \`database\` to another path.`,
    );
  }
  if (application === applicationId && version > newestVersion) {
    throw new RealWorldError(
      'DATABASE_NEWER',
      `The database ${path} has schema version ${version}; this vitest-realworld knows versions up to ${newestVersion}. It was left as it is; update vitest-realworld, or set \`database\` to another path.`,
    );
  }
}

/** Two runs may open a new file at once: the version is read again inside the transaction that changes it. */
function migrate(database: SqliteDatabase): void {
  if ((database.pragma('user_version', { simple: true }) as number) === newestVersion) return;
  database
    .transaction(() => {
      const version = database.pragma('user_version', { simple: true }) as number;
      for (const migration of migrations) {
        if (migration.version > version) database.exec(migration.sql);
      }
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${newestVersion}`);
    })
    .immediate();
}

function notSqlite(path: string, options?: ErrorOptions): RealWorldError {
  return new RealWorldError(
    'DATABASE_NOT_SQLITE',
    `The file ${path} is not a readable SQLite database. It was left as it is; set \`database\` to another path or move the file away.`,
    options,
  );
}

function asDatabaseError(thrown: unknown, path: string): RealWorldError {
  if (thrown instanceof RealWorldError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const cause = { cause: thrown };
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return notSqlite(path, cause);
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new RealWorldError(
      'DATABASE_LOCKED',
      `The database ${path} was locked by another process for ${lockTimeoutMs / 1_000} seconds. End that process, or set \`database\` to another path.`,
      cause,
    );
  }
  if (
    code === 'ERR_DLOPEN_FAILED' ||
    code === 'MODULE_NOT_FOUND' ||
    messageOf(thrown).includes('bindings file')
  ) {
    return new RealWorldError(
      'NATIVE_MODULE_MISMATCH',
      `better-sqlite3 cannot be loaded by Node ${process.version}: ${messageOf(thrown)}. Install the line for this Node again: npm rebuild better-sqlite3 (12.x for Node 20, 13.x for Node 22 and newer).`,
      cause,
    );
  }
  return new RealWorldError(
    'DATABASE_UNWRITABLE',
    `The database ${path} cannot be opened for writing: ${messageOf(thrown)}. Check the path and its permissions, or set \`database\` to another path.`,
    cause,
  );
}
