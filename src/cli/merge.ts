import { resolve } from 'node:path';
import { toPlainText } from '../report/plain-text.js';
import { type MergedFile, mergeDatabases, mergedFilesMax } from '../storage/merge-databases.js';
import { type Command, databaseOption, type Given, jsonOption } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { resolveDatabase, type Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/** Adds the sessions of other databases, such as those of the shards of a CI run. */
export const mergeCommand: Command = {
  options: [databaseOption, jsonOption],
  examples: ['merge shard-1.db shard-2.db', 'merge shards/*.db --db all.db --json'],
  run: merge,
};

async function merge(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const { complain, directory, print } = surroundings;
  const sources = [...new Set(given.words.map((word) => resolve(directory, word)))];
  if (sources.length === 0) {
    throw new UsageError('Name the databases to merge: vitest-realworld merge <file> [...files].');
  }
  if (sources.length > mergedFilesMax) {
    throw new UsageError(
      `At most ${mergedFilesMax} files can be merged at once, and these are ${sources.length}. Merge them in several steps.`,
    );
  }
  const database = resolveDatabase(given.text('db'), surroundings);
  const files = await mergeDatabases(database, sources, {
    onNotice: (sentence) => complain(`${sentence}\n`),
  });
  print(given.has('json') ? `${JSON.stringify({ database, files }, null, 2)}\n` : describe(database, files));
  return exitCodes.fine;
}

function describe(database: string, files: readonly MergedFile[]): string {
  const lines = files.flatMap(({ path, merged, known, unfinished, activities }) => [
    `${path}: ${count(merged, 'session')} merged, ${activities} activities.`,
    ...tell(known, 'in the database already, skipped'),
    ...tell(unfinished, 'not over, skipped; recover it where it ran first (vitest-realworld recover)'),
  ]);
  return `${lines.join('\n')}\nMerged into ${database}.\n`;
}

function tell(ids: readonly string[], what: string): readonly string[] {
  return ids.map((id) => `  ${toPlainText(id)}: ${what}`);
}

function count(items: readonly unknown[], noun: string): string {
  return `${items.length} ${noun}${items.length === 1 ? '' : 's'}`;
}
