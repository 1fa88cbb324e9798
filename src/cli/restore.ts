import { join, resolve } from 'node:path';
import { toPlainText } from '../report/plain-text.js';
import { findSessionsAtWork } from '../session/session-directories.js';
import { restoreDatabase } from '../storage/restore-database.js';
import { type Command, databaseOption, directoryOption, type Given, jsonOption } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { resolveDatabase, resolveDirectory, type Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/** Puts a backup, an archive or any other database of this tool in the place of the database. */
export const restoreCommand: Command = {
  options: [databaseOption, directoryOption, jsonOption],
  examples: ['restore backups/before-upgrade.db', 'restore shard.db --db .realworld/shard.db --json'],
  run: restore,
};

async function restore(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const [named = ''] = given.words;
  if (named === '') throw new UsageError('Name the file to restore: vitest-realworld restore <file>.');
  const source = resolve(surroundings.directory, named);
  const database = resolveDatabase(given.text('db'), surroundings);
  if (source === database) throw new UsageError(`${source} is the database itself. Name another file.`);
  refuseRunning(database, given.text('directory'), surroundings);
  const replaced = await restoreDatabase(source, database);
  if (given.has('json')) {
    surroundings.print(`${JSON.stringify({ database, source, replaced }, null, 2)}\n`);
    return exitCodes.fine;
  }
  const kept = replaced === null ? '' : `What was there before is kept in ${replaced}.\n`;
  surroundings.print(`Database ${database} is restored from ${source}.\n${kept}`);
  return exitCodes.fine;
}

function refuseRunning(database: string, directory: string | undefined, surroundings: Surroundings): void {
  const journalRoot = join(resolveDirectory(directory, surroundings), 'journal');
  const [session] = findSessionsAtWork(journalRoot, database);
  if (session === undefined) return;
  throw new UsageError(
    `Session ${toPlainText(session)} is running and writes into ${database}. Restore when it is over, or into another file with --db PATH.`,
  );
}
