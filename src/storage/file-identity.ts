import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import type { SqliteDatabase } from './open-database.js';

/** What tells one file from another of the same name; null when there is none. */
export function identifyFile(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/**
 * Closes a connection whose file was taken away from its path. SQLite removes the write-ahead log beside a file by its
 * name when it closes; if a new database stands there by now, the log would be that one's, so its names are held.
 */
export function closeDetached(database: SqliteDatabase, path: string): void {
  const names = existsSync(path) ? ['-wal', '-shm'].map((suffix) => `${path}${suffix}`) : [];
  const held = names.filter(holdName);
  try {
    database.close();
  } finally {
    for (const name of held) restoreName(name);
  }
}

function holdName(name: string): boolean {
  try {
    linkSync(name, heldName(name));
    return true;
  } catch {
    // No such file, or a file system without links: then there is nothing to hold, or no way to.
    return false;
  }
}

function restoreName(name: string): void {
  if (existsSync(name)) rmSync(heldName(name), { force: true });
  else renameSync(heldName(name), name);
}

function heldName(name: string): string {
  return `${name}.held-${process.pid}`;
}
