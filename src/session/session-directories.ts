import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RetentionOptions } from '../storage/retention.js';
import type { SessionStart } from '../storage/session-start.js';
import { SessionLog } from './session-log.js';

const ownerFile = 'owner.json';

/** Who writes a session, kept beside its journals, so that a later run can tell an orphan from a session at work. */
export interface SessionOwner {
  readonly pid: number;
  /** What tells this process from a later one with the same id; null where the system does not say. */
  readonly processStart: string | null;
  /** Absolute path. */
  readonly database: string;
  readonly start: SessionStart;
  /** Which rows are kept; null when all are. */
  readonly retention: RetentionOptions | null;
}

export interface OrphanedSession {
  readonly directory: string;
  readonly owner: SessionOwner;
}

/** Where the journals of a session lie. */
export function sessionDirectory(journalRoot: string, sessionId: string): string {
  return join(journalRoot, sessionId);
}

/** Makes the folder of a session's journals and names its owner. */
export function createSessionDirectory(
  directory: string,
  session: Pick<SessionOwner, 'database' | 'start' | 'retention'>,
): void {
  mkdirSync(directory, { recursive: true });
  const owner: SessionOwner = { pid: process.pid, processStart: processStart(process.pid), ...session };
  writeFileSync(join(directory, ownerFile), JSON.stringify(owner));
}

/** Sessions whose process is gone, or has given them up. */
export function findOrphans(journalRoot: string): readonly OrphanedSession[] {
  return listDirectories(journalRoot).flatMap((directory) => {
    const owner = readOwner(directory);
    return owner !== null && (!isAlive(owner) || wasLeft(directory)) ? [{ directory, owner }] : [];
  });
}

/**
 * Whether the process that writes a session is at work or gone, by its folder of journals; null when there is none that names
 * its owner.
 */
export function stateOfRun(journalRoot: string, sessionId: string): 'at_work' | 'gone' | null {
  const directory = sessionDirectory(journalRoot, sessionId);
  const owner = readOwner(directory);
  if (owner === null) return null;
  return isAlive(owner) && !wasLeft(directory) ? 'at_work' : 'gone';
}

/** Ids of the sessions that a process is writing into a database at this moment. */
export function findSessionsAtWork(journalRoot: string, database: string): readonly string[] {
  return listDirectories(journalRoot).flatMap((directory) => {
    const owner = readOwner(directory);
    if (owner === null || owner.database !== database) return [];
    return isAlive(owner) && !wasLeft(directory) ? [owner.start.sessionId] : [];
  });
}

/** Folders of sessions without a readable owner; a person has to look at them. */
export function findOwnerless(journalRoot: string): readonly string[] {
  return listDirectories(journalRoot).filter((directory) => readOwner(directory) === null);
}

export function removeSessionDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

function listDirectories(journalRoot: string): readonly string[] {
  if (!existsSync(journalRoot)) return [];
  return readdirSync(journalRoot, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(journalRoot, name));
}

function readOwner(directory: string): SessionOwner | null {
  try {
    const owner = JSON.parse(readFileSync(join(directory, ownerFile), 'utf8')) as SessionOwner;
    return { ...owner, retention: owner.retention ?? null };
  } catch {
    // A folder without a readable owner is not one that this tool can finish.
    return null;
  }
}

function wasLeft(directory: string): boolean {
  return new SessionLog(directory).readNew().some(({ fact }) => fact === 'left');
}

function isAlive({ pid, processStart: startedAt }: SessionOwner): boolean {
  return isRunning(pid) && (startedAt === null || processStart(pid) === startedAt);
}

/** A process that has ended and was not yet asked about by its parent still has its id, and does nothing any more. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readProcessStatus(pid)?.[0] !== 'Z';
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The start time in clock ticks, where the system tells it: process ids are used again. */
function processStart(pid: number): string | null {
  return readProcessStatus(pid)?.[19] ?? null;
}

/** The fields behind the command's name in `/proc/<pid>/stat`, the state first; null where there is none. */
function readProcessStatus(pid: number): readonly string[] | null {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ');
  } catch {
    // No /proc here, or the process is gone: then its id alone has to do.
    return null;
  }
}
