import { linkSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { messageOf, RealWorldError } from '../errors.js';

const backupsMax = 100;

/**
 * Writes what a database holds into a new file beside it, before a migration changes it.
 *
 * @param version the version that the migration begins at
 * @returns the absolute path of the backup, or null when another process has migrated the database meanwhile
 * @throws RealWorldError `DATABASE_UNWRITABLE` when there is no room for it; the database is then not migrated
 */
export function backUpDatabase(database: Database.Database, path: string, version: number): string | null {
  const draft = `${path}.backup-v${version}.${process.pid}`;
  try {
    rmSync(draft, { force: true });
    database.prepare('VACUUM INTO ?').run(draft);
    return readVersion(draft) === version ? publish(draft, `${path}.backup-v${version}`) : null;
  } catch (thrown) {
    throw new RealWorldError(
      'DATABASE_UNWRITABLE',
      `The database ${path} has to be brought up to date, and no backup of it could be written: ${messageOf(thrown)}. It was left as it is; make room beside it.`,
      { cause: thrown },
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

function readVersion(path: string): number {
  const backup = new Database(path, { readonly: true });
  try {
    return backup.pragma('user_version', { simple: true }) as number;
  } finally {
    backup.close();
  }
}

/** Gives the draft its name; one that is taken, by a backup of an earlier day, is never written over. */
function publish(draft: string, wanted: string): string {
  for (let number = 1; number <= backupsMax; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    try {
      linkSync(draft, name);
      return name;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    }
  }
  throw new Error(`there are ${backupsMax} backups already`);
}
