import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, RealWorldError } from '../errors.js';
import { refuseUnsound } from './copy-database.js';
import {
  copySession,
  countRows,
  deleteSession,
  type RowCounts,
  refuseLooseReferences,
  sessionTables,
} from './copy-sessions.js';
import { type OpenOptions, openDatabase, type SqliteDatabase } from './open-database.js';
import type { ArchivePlan } from './plan-archive.js';

/**
 * Moves sessions into databases of their own: each is copied, the archive is committed to the disk and checked, and only then the
 * sessions are taken away, all at once and only while they are still what was copied. A process that dies on the way leaves every
 * session in the database; the next try replaces what it had copied.
 *
 * @param onArchived told after each archive that is complete
 * @throws RealWorldError `ARCHIVE_FAILED` when an archive does not hold what was copied, or as `openDatabase`
 */
export function archiveSessions(
  path: string,
  plan: ArchivePlan,
  options: OpenOptions & { readonly onArchived?: (archivePath: string) => void } = {},
): void {
  const database = openDatabase(path, options);
  try {
    // With foreign keys on, every scenario that is deleted has all activities searched; they are checked at the end instead.
    database.pragma('foreign_keys = OFF');
    const counts = new Map<string, RowCounts>();
    for (const { archivePath, sessionIds } of plan.archives) {
      try {
        copyInto(database, archivePath, sessionIds, counts);
        checkArchive(archivePath, sessionIds, counts);
      } catch (thrown) {
        throw new RealWorldError(
          'ARCHIVE_FAILED',
          `The sessions cannot be archived in ${archivePath}: ${messageOf(thrown)} Nothing was taken out of the database; name another archive with --archive FILE.`,
          { cause: thrown },
        );
      }
      options.onArchived?.(archivePath);
    }
    takeAway(database, counts);
  } finally {
    database.close();
  }
}

function copyInto(
  database: SqliteDatabase,
  archivePath: string,
  sessionIds: readonly string[],
  counts: Map<string, RowCounts>,
): void {
  mkdirSync(dirname(archivePath), { recursive: true });
  // Opening makes it, refuses one that is another program's, and brings one of an earlier version up to date.
  openDatabase(archivePath).close();
  database.prepare('ATTACH ? AS archive').run(archivePath);
  try {
    // The sessions are deleted from the database when this is through: it has to be on the disk by then.
    database.pragma('archive.synchronous = FULL');
    database.transaction(() => {
      for (const sessionId of sessionIds) {
        deleteSession(database, 'archive', sessionId);
        copySession(database, { from: 'main', to: 'archive' }, sessionId);
        counts.set(sessionId, countRows(database, 'main', sessionId));
      }
    })();
    database.pragma('archive.wal_checkpoint(TRUNCATE)');
  } finally {
    database.exec('DETACH archive');
  }
}

/** Reads the archive back through a connection of its own, which knows only what is in the file. */
function checkArchive(
  archivePath: string,
  sessionIds: readonly string[],
  counts: ReadonlyMap<string, RowCounts>,
): void {
  const archive = openDatabase(archivePath);
  try {
    refuseUnsound(archive, archivePath);
    for (const sessionId of sessionIds) {
      if (isSame(countRows(archive, 'main', sessionId), counts.get(sessionId))) continue;
      throw new Error(`it does not hold all of session ${sessionId}.`);
    }
    refuseLooseReferences(archive, 'main');
    // A file of one piece, which can be carried away without what lies beside it.
    archive.pragma('journal_mode = DELETE');
  } finally {
    archive.close();
  }
}

function takeAway(database: SqliteDatabase, counts: ReadonlyMap<string, RowCounts>): void {
  database
    .transaction(() => {
      for (const [sessionId, copied] of counts) {
        if (!isSame(countRows(database, 'main', sessionId), copied)) {
          throw new RealWorldError(
            'ARCHIVE_FAILED',
            `Session ${sessionId} was changed while it was archived. Nothing was taken out of the database; try again.`,
          );
        }
        deleteSession(database, 'main', sessionId);
      }
      refuseLooseReferences(database, 'main');
    })
    .immediate();
}

function isSame(counts: RowCounts, others: RowCounts | undefined): boolean {
  return sessionTables.every((table) => counts[table] === others?.[table]);
}
