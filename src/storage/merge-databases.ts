import { mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, RealWorldError } from '../errors.js';
import { copyDatabase, type DatabaseCopy } from './copy-database.js';
import { copySession, countRows, refuseLooseReferences } from './copy-sessions.js';
import { type OpenOptions, openDatabase, type SqliteDatabase } from './open-database.js';

/** SQLite attaches some more than this to one connection. */
export const mergedFilesMax = 100;

/** What came of one of the files that were merged; ids of sessions. */
export interface MergedFile {
  readonly path: string;
  readonly merged: readonly string[];
  /** They are in the database already, or in a file before this one. */
  readonly known: readonly string[];
  /** They were not over. */
  readonly unfinished: readonly string[];
  /** Activities of the sessions that were merged. */
  readonly activities: number;
}

/**
 * Adds the sessions of other databases to one, all of them or none; the others are not changed. A session is the same when its
 * id is. Baselines are not merged.
 *
 * @param path the database that they are added to; it is made when it is missing
 * @throws RealWorldError as `copyDatabase` and `openDatabase`
 */
export async function mergeDatabases(
  path: string,
  sources: readonly string[],
  options: OpenOptions = {},
): Promise<readonly MergedFile[]> {
  refuseItself(path, sources);
  mkdirSync(dirname(path), { recursive: true });
  const copies: DatabaseCopy[] = [];
  try {
    for (const source of sources) copies.push(await copyDatabase(source, dirname(path)));
    const database = openDatabase(path, options);
    try {
      return mergeCopies(database, copies, sources);
    } finally {
      database.close();
    }
  } finally {
    for (const { remove } of copies) remove();
  }
}

function refuseItself(path: string, sources: readonly string[]): void {
  const own = realPathOf(path);
  if (!sources.some((source) => realPathOf(source) === own)) return;
  throw new RealWorldError('MERGE_CONFLICT', `The database ${path} cannot be merged into itself.`);
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A file that is not there is no other one.
    return path;
  }
}

function mergeCopies(
  database: SqliteDatabase,
  copies: readonly DatabaseCopy[],
  sources: readonly string[],
): readonly MergedFile[] {
  copies.forEach(({ path }, index) => void database.prepare(`ATTACH ? AS ${nameOf(index)}`).run(path));
  return database
    .transaction(() => {
      const files = sources.map((source, index) => mergeFile(database, source, nameOf(index)));
      refuseLooseReferences(database, 'main');
      return files;
    })
    .immediate();
}

function nameOf(index: number): string {
  return `source_${index}`;
}

function mergeFile(database: SqliteDatabase, path: string, from: string): MergedFile {
  const sessions = database
    .prepare(`SELECT session_id AS sessionId, status FROM ${from}.test_sessions ORDER BY start_time, rowid`)
    .all() as { sessionId: string; status: string }[];
  const isKnown = database.prepare('SELECT 1 FROM main.test_sessions WHERE session_id = ?').pluck();
  const known = sessions.filter(({ sessionId }) => isKnown.get(sessionId) !== undefined);
  const others = sessions.filter((session) => !known.includes(session));
  const merged = others.filter(({ status }) => status !== 'running');
  let activities = 0;
  for (const { sessionId } of merged) {
    try {
      copySession(database, { from, to: 'main' }, sessionId);
    } catch (thrown) {
      throw new RealWorldError(
        'MERGE_CONFLICT',
        `Session ${sessionId} of ${path} cannot be merged: ${messageOf(thrown)}. Nothing was merged; leave this file out.`,
        { cause: thrown },
      );
    }
    activities += countRows(database, from, sessionId).activities;
  }
  return {
    path,
    activities,
    merged: merged.map(({ sessionId }) => sessionId),
    known: known.map(({ sessionId }) => sessionId),
    unfinished: others.filter(({ status }) => status === 'running').map(({ sessionId }) => sessionId),
  };
}
