import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionStart } from '../src/storage/session-store.js';

const ownerFile = 'owner.json';

/** Who writes a session, kept beside its journals, so that a later run can tell an orphan from a session at work. */
export interface SessionOwner {
  readonly pid: number;
  /** What tells this process from a later one with the same id; null where the system does not say. */
  readonly processStart: string | null;
  readonly database: string;
  readonly start: SessionStart;
}

export interface OrphanedSession {
  readonly directory: string;
  readonly owner: SessionOwner;
}

/** Makes the folder of a session's journals. @returns its absolute path */
export function createSessionDirectory(journalRoot: string, database: string, start: SessionStart): string {
  const directory = join(journalRoot, start.sessionId);
  mkdirSync(directory, { recursive: true });
  const owner: SessionOwner = { pid: process.pid, processStart: processStart(process.pid), database, start };
  writeFileSync(join(directory, ownerFile), JSON.stringify(owner));
  return directory;
}

/** Sessions for this database whose process is gone. */
export function findOrphans(journalRoot: string, database: string): readonly OrphanedSession[] {
  if (!existsSync(journalRoot)) return [];
  return readdirSync(journalRoot, { withFileTypes: true }).flatMap((entry) => {
    const directory = join(journalRoot, entry.name);
    const owner = entry.isDirectory() ? readOwner(directory) : null;
    return owner !== null && owner.database === database && !isAlive(owner) ? [{ directory, owner }] : [];
  });
}

export function removeSessionDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

function readOwner(directory: string): SessionOwner | null {
  try {
    return JSON.parse(readFileSync(join(directory, ownerFile), 'utf8')) as SessionOwner;
  } catch {
    // A folder without a readable owner is not one that this tool can finish; it is left for a person to look at.
    return null;
  }
}

function isAlive({ pid, processStart: startedAt }: SessionOwner): boolean {
  return isRunning(pid) && (startedAt === null || processStart(pid) === startedAt);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The start time in clock ticks out of `/proc`, where there is one: process ids are used again. */
function processStart(pid: number): string | null {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
