import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { toPlainText } from '../report/plain-text.js';
import { type RecoveredSession, recoverOrphans } from '../session/recover-orphans.js';
import { findOrphans, findOwnerless, type OrphanedSession } from '../session/session-directories.js';
import { lockTimeoutMs } from '../storage/open-database.js';
import { SessionStore } from '../storage/session-store.js';
import { type Command, directoryOption, type Given, jsonOption } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { resolveDatabase, resolveDirectory, type Surroundings } from './surroundings.js';

interface Recovered extends RecoveredSession {
  readonly database: string;
}

/** Stores the sessions whose run was killed, or whose database could not be used when they ended. */
export const recoverCommand: Command = {
  words: 'none',
  options: [
    {
      flags: '--db <path>',
      summary: 'Store them here, instead of in the database that each was meant for',
    },
    directoryOption,
    jsonOption,
  ],
  examples: ['recover', 'recover --db rescued.db --json'],
  run: recover,
};

function recover(given: Given, surroundings: Surroundings): ExitCode {
  const { print, complain } = surroundings;
  const journalRoot = join(resolveDirectory(given.text('directory'), surroundings), 'journal');
  const byDatabase = groupByDatabase(findOrphans(journalRoot), given.text('db'), surroundings);
  const sessions = [...byDatabase].flatMap(([database, orphans]) =>
    recoverInto(database, orphans, surroundings),
  );
  const unreadable = findOwnerless(journalRoot).filter(holdsJournals);
  if (given.has('json')) print(`${JSON.stringify({ sessions, unreadable }, null, 2)}\n`);
  else {
    for (const session of sessions) print(`${describe(session)}\n`);
    if (sessions.length === 0) print(`There is nothing to recover in ${journalRoot}.\n`);
  }
  for (const directory of unreadable) {
    complain(
      `The journals in ${directory} have no readable owner.json, so it is not known which session they are of.\n`,
    );
  }
  const failed = unreadable.length > 0 || sessions.some(({ failure }) => failure !== null);
  return failed ? exitCodes.failed : exitCodes.fine;
}

function groupByDatabase(
  orphans: readonly OrphanedSession[],
  db: string | undefined,
  surroundings: Surroundings,
): ReadonlyMap<string, readonly OrphanedSession[]> {
  const groups = new Map<string, OrphanedSession[]>();
  for (const orphan of orphans) {
    const database = db === undefined ? orphan.owner.database : resolveDatabase(db, surroundings);
    groups.set(database, [...(groups.get(database) ?? []), orphan]);
  }
  return groups;
}

function recoverInto(
  database: string,
  orphans: readonly OrphanedSession[],
  { complain }: Surroundings,
): readonly Recovered[] {
  const store = new SessionStore(database, { onNotice: (sentence) => complain(`${sentence}\n`) });
  try {
    return recoverOrphans(store, orphans, lockTimeoutMs).map((session) => ({ ...session, database }));
  } finally {
    store.close();
  }
}

function describe({ sessionId, activities, failure, directory, database }: Recovered): string {
  const id = toPlainText(sessionId);
  return failure === null
    ? `Recovered session ${id}: ${activities} ${activities === 1 ? 'activity' : 'activities'} that ${activities === 1 ? 'was' : 'were'} not in ${database} before.`
    : `Session ${id} could not be recovered: ${toPlainText(failure)}. Its journals stay in ${directory}.`;
}

function holdsJournals(directory: string): boolean {
  return readdirSync(directory).some((name) => name.endsWith('.ndjson'));
}
