import { statSync } from 'node:fs';
import { archiveSessions } from './archive-sessions.js';
import { type OpenOptions, openDatabase } from './open-database.js';
import { type ArchivePlan, planArchive } from './plan-archive.js';
import { tidyDatabase } from './tidy-database.js';

/** Which sessions are old, and where they go. */
export interface ArchiveChoice {
  /** Those that began before this timestamp. */
  readonly before: string;
  /** The absolute path of the archive of a month such as `2026-02`. */
  readonly archivePathOf: (month: string) => string;
}

export interface MaintainedDatabase {
  /** What was carried out. */
  readonly plan: ArchivePlan;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly tidied: boolean;
}

/** What maintaining would do. Nothing is changed. @throws RealWorldError as `openDatabase` */
export function readArchivePlan(
  path: string,
  { before, archivePathOf }: ArchiveChoice,
  options: OpenOptions = {},
): ArchivePlan {
  const database = openDatabase(path, options);
  try {
    return planArchive(database, before, archivePathOf);
  } finally {
    database.close();
  }
}

/**
 * Archives the old sessions of a database and tidies it up.
 *
 * @param tidy whether the room of what was archived is given back, which holds up everybody who writes
 * @throws RealWorldError as `archiveSessions`
 */
export function maintainDatabase(
  path: string,
  choice: ArchiveChoice,
  { tidy, ...options }: OpenOptions & { readonly tidy: boolean },
): MaintainedDatabase {
  const bytesBefore = statSync(path).size;
  const plan = readArchivePlan(path, choice, options);
  if (plan.archives.length > 0) archiveSessions(path, plan, options);
  if (tidy) {
    const database = openDatabase(path);
    try {
      tidyDatabase(database);
    } finally {
      database.close();
    }
  }
  return { plan, bytesBefore, bytesAfter: statSync(path).size, tidied: tidy };
}
