import { refuseDamaged } from './open-database.js';
import { openForReading } from './open-for-reading.js';
import { applicationId, customerIndexes, customerTables, newestVersion } from './schema.js';

/** What a look into a database file shows. */
export interface DatabaseInspection {
  /** Names of the five tables and the five indexes that are not there. */
  readonly missingTables: readonly string[];
  readonly missingIndexes: readonly string[];
  readonly version: number;
  /** The version that this tool brings a database to. */
  readonly newestVersion: number;
  /** Whether it carries this tool's application id. */
  readonly isOwn: boolean;
  readonly sessions: number;
}

/**
 * Looks into a database without changing it.
 *
 * @param path absolute path
 * @returns null when there is none
 * @throws RealWorldError as `openDatabase`
 */
export function inspectDatabase(path: string): DatabaseInspection | null {
  const database = openForReading(path);
  if (database === null) return null;
  try {
    refuseDamaged(database, path);
    const names = new Set(database.prepare('SELECT name FROM sqlite_master').pluck().all() as string[]);
    return {
      missingTables: customerTables.filter((name) => !names.has(name)),
      missingIndexes: customerIndexes.filter((name) => !names.has(name)),
      version: database.pragma('user_version', { simple: true }) as number,
      newestVersion,
      isOwn: (database.pragma('application_id', { simple: true }) as number) === applicationId,
      sessions: names.has('test_sessions')
        ? (database.prepare('SELECT count(*) FROM test_sessions').pluck().get() as number)
        : 0,
    };
  } finally {
    database.close();
  }
}
