import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import {
  asDatabaseError,
  beginsAsDatabase,
  notSqlite,
  refuseForeign,
  refuseMismatchedDriver,
  type SqliteDatabase,
} from './open-database.js';

/** A look waits this long for a writer's lock, in milliseconds. */
const waitMs = 1_000;

/**
 * Opens a database to look into it: nothing is made, brought up to date or written.
 *
 * @param path absolute path
 * @returns null when there is no such file
 * @throws RealWorldError as `openDatabase`
 */
export function openForReading(path: string): SqliteDatabase | null {
  refuseMismatchedDriver();
  if (!existsSync(path) || statSync(path).size === 0) return null;
  if (statSync(path).isFile() && !beginsAsDatabase(path)) throw notSqlite(path);
  let database: SqliteDatabase | null = null;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true, timeout: waitMs });
    refuseForeign(database, path);
    return database;
  } catch (thrown) {
    database?.close();
    throw asDatabaseError(thrown, path, waitMs);
  }
}
