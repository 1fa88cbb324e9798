import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { messageOf, RealWorldError } from '../errors.js';
import { backUpDatabase } from './back-up-database.js';
import { applicationId, customerTables, migrations, newestVersion } from './schema.js';

export type SqliteDatabase = Database.Database;

/**
 * How long a statement waits for another run's transaction on the same file. The variable is for the tests of this
 * tool and for nobody else.
 */
export const lockTimeoutMs = Number(process.env.REALWORLD_INTERNAL_LOCK_TIMEOUT_MS ?? 15_000);

const pauseForLockMs = 10;

export interface OpenOptions {
  /** How long to wait for another process's lock, in milliseconds. @default 15000 */
  readonly lockTimeoutMs?: number;
  /** Told in a sentence what was done beside opening, such as a backup. */
  readonly onNotice?: (sentence: string) => void;
}

/**
 * Opens the database, makes it when it is missing, and brings its schema up to date; what it held before is first
 * checked and copied into a backup beside it.
 * A file that is not this tool's, is damaged, or comes from a newer version, is left as it is.
 *
 * @param path absolute path of the file
 * @throws RealWorldError `DATABASE_UNWRITABLE`, `DATABASE_NOT_SQLITE`, `DATABASE_CORRUPT`, `DATABASE_FOREIGN`,
 *   `DATABASE_NEWER`, `DATABASE_LOCKED` or `NATIVE_MODULE_MISMATCH`
 */
export function openDatabase(path: string, options: OpenOptions = {}): SqliteDatabase {
  refuseMismatchedDriver();
  const isDirectory = existsSync(path) && statSync(path).isDirectory();
  if (isDirectory) {
    throw new RealWorldError(
      'DATABASE_UNWRITABLE',
      `The database path ${path} is a directory. Name a file, such as ${path}/realworld_testing.db.`,
    );
  }
  const waitMs = options.lockTimeoutMs ?? lockTimeoutMs;
  lookBeforeWriting(path, waitMs);
  const database = connect(path, waitMs);
  try {
    refuseForeign(database, path);
    refuseCorrupt(database, path);
    const oldVersion = outdatedVersion(database);
    const backup = oldVersion === null ? null : backUpDatabase(database, path, oldVersion);
    if (backup !== null) {
      options.onNotice?.(
        `The database ${path} was brought up to date; as it was before it is kept in ${backup}.`,
      );
    }
    switchToWriteAheadLog(database, waitMs);
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    migrate(database);
    return database;
  } catch (thrown) {
    database.close();
    throw asDatabaseError(thrown, path, waitMs);
  }
}

/** Line 13 of better-sqlite3 ends a Node older than 22 with a segmentation fault, so it must not be loaded there. */
export function refuseMismatchedDriver(): void {
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
function lookBeforeWriting(path: string, waitMs: number): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  if (!beginsAsDatabase(path)) throw notSqlite(path);
  if (!existsSync(`${path}-wal`)) return;
  const database = connect(path, waitMs, true);
  try {
    refuseForeign(database, path);
    refuseCorrupt(database, path);
  } catch (thrown) {
    const code = codeOf(thrown);
    // A file that its last writer left in the middle of a transaction can only be read by one that may write.
    if (!code.startsWith('SQLITE_READONLY') && !code.startsWith('SQLITE_CANTOPEN')) {
      throw asDatabaseError(thrown, path);
    }
  } finally {
    database.close();
  }
}

const fileHeader = Buffer.from('SQLite format 3\0');

/** Whether a file begins as every SQLite database does. */
export function beginsAsDatabase(path: string): boolean {
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

function connect(path: string, waitMs: number, readonly = false): SqliteDatabase {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return new Database(path, { timeout: waitMs, readonly });
  } catch (thrown) {
    throw asDatabaseError(thrown, path);
  }
}

/** The version of a database that holds something and is older than this tool; null for every other. */
function outdatedVersion(database: SqliteDatabase): number | null {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version >= newestVersion) return null;
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined;
  return isEmpty ? null : version;
}

/** When a database is opened, damage is looked for before a migration only: reading all of it takes time. */
function refuseCorrupt(database: SqliteDatabase, path: string): void {
  if (outdatedVersion(database) !== null) refuseDamaged(database, path);
}

/** @throws RealWorldError `DATABASE_CORRUPT` */
export function refuseDamaged(database: SqliteDatabase, path: string): void {
  const finding = findDamage(database);
  if (finding !== null) throw corrupt(path, finding);
}

function findDamage(database: SqliteDatabase): string | null {
  try {
    const finding = database.pragma('quick_check(1)', { simple: true }) as string;
    return finding === 'ok' ? null : finding;
  } catch (thrown) {
    if (isDamaged(thrown)) return messageOf(thrown);
    throw thrown;
  }
}

/** @throws RealWorldError `DATABASE_FOREIGN` or `DATABASE_NEWER` */
export function refuseForeign(database: SqliteDatabase, path: string): void {
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

/**
 * SQLite does not wait for the lock that this takes: of two runs that open a new file at once, one is refused at once, so it is tried
 * again.
 */
function switchToWriteAheadLog(database: SqliteDatabase, waitMs: number): void {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (thrown) {
      if (!isLocked(thrown) || performance.now() >= deadlineMs) throw thrown;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseForLockMs);
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

/** The refusal of a file that is no database. */
export function notSqlite(path: string, options?: ErrorOptions): RealWorldError {
  return new RealWorldError(
    'DATABASE_NOT_SQLITE',
    `The file ${path} is not a readable SQLite database. It was left as it is; set \`database\` to another path or move the file away.`,
    options,
  );
}

function corrupt(path: string, finding: string, options?: ErrorOptions): RealWorldError {
  return new RealWorldError(
    'DATABASE_CORRUPT',
    `The database ${path} is damaged (${finding.trim()}). It was left as it is; move it away, or rescue what is whole with: sqlite3 FILE .recover.`,
    options,
  );
}

/** True when another process held the file; nothing was changed then, and trying again is enough. */
export function isLocked(thrown: unknown): boolean {
  return codeOf(thrown).startsWith('SQLITE_BUSY') || codeOf(thrown) === 'DATABASE_LOCKED';
}

/** True when the file has to be replaced before anything can be written into it. */
export function isDamaged(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return (
    code === 'SQLITE_NOTADB' ||
    code.startsWith('SQLITE_CORRUPT') ||
    code === 'DATABASE_CORRUPT' ||
    code === 'DATABASE_NOT_SQLITE'
  );
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}

/** What went wrong with a database, as a person is told. */
export function asDatabaseError(thrown: unknown, path: string, waitMs = lockTimeoutMs): RealWorldError {
  if (thrown instanceof RealWorldError) return thrown;
  const code = codeOf(thrown);
  const cause = { cause: thrown };
  if (code === 'SQLITE_NOTADB') return notSqlite(path, cause);
  if (code.startsWith('SQLITE_CORRUPT')) return corrupt(path, messageOf(thrown), cause);
  if (code.startsWith('SQLITE_BUSY')) {
    return new RealWorldError(
      'DATABASE_LOCKED',
      `The database ${path} was locked by another process for ${waitMs / 1_000} seconds. End that process, or set \`database\` to another path.`,
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
