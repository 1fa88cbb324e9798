import { resolve } from 'node:path';
import { systemClock, toTimestamp } from '../clock.js';
import { toPlainText } from '../report/plain-text.js';
import { findSessionsAtWork } from '../session/session-directories.js';
import { type MaintainedDatabase, maintainDatabase, readArchivePlan } from '../storage/maintain-database.js';
import type { ArchivePlan } from '../storage/plan-archive.js';
import { msPerMinute } from '../units.js';
import { type Command, databaseOption, directoryOption, type Given, jsonOption } from './command.js';
import { describeBytes } from './describe-bytes.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { existingDatabase, resolveDirectory, type Surroundings } from './surroundings.js';

const daysUsual = 30;
const msPerDay = 24 * 60 * msPerMinute;

/** Moves old sessions into archives and gives the room back; without `--yes` it only says what it would do. */
export const maintainCommand: Command = {
  words: 'none',
  options: [
    databaseOption,
    directoryOption,
    { flags: '--older-than <days>', summary: `Sessions that began before that (default: ${daysUsual})` },
    {
      flags: '--archive <file>',
      summary: 'Archive into this file (default: one for each month, beside the database)',
    },
    { flags: '--yes', summary: 'Do it; without, it is only said what would be done' },
    jsonOption,
  ],
  examples: ['maintain', 'maintain --older-than 90 --yes', 'maintain --archive old.db --yes'],
  run: maintain,
};

function maintain(given: Given, surroundings: Surroundings): ExitCode {
  const { complain, directory, print } = surroundings;
  const database = existingDatabase(given.text('db'), surroundings);
  const days = given.number('olderThan', { min: 0, max: 36_500 }) ?? daysUsual;
  const archive = given.text('archive');
  const journalRoot = resolve(resolveDirectory(given.text('directory'), surroundings), 'journal');
  const atWork = findSessionsAtWork(journalRoot, database);
  const choice = {
    before: toTimestamp(systemClock.epochMs() - days * msPerDay),
    archivePathOf: (month: string) =>
      archive === undefined ? archiveBeside(database, month) : resolve(directory, archive),
  };
  const options = { onNotice: (sentence: string) => complain(`${sentence}\n`) };
  if (!given.has('yes')) {
    const plan = readArchivePlan(database, choice, options);
    print(given.has('json') ? toJson({ database, done: false, ...plan }) : describePlan(plan, days));
    return exitCodes.fine;
  }
  const maintained = maintainDatabase(database, choice, { ...options, tidy: atWork.length === 0 });
  print(given.has('json') ? toJson({ database, done: true, ...maintained }) : describeDone(maintained));
  return exitCodes.fine;
}

function archiveBeside(database: string, month: string): string {
  return `${database.replace(/\.db$/, '')}-archive-${month}.db`;
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function describePlan(plan: ArchivePlan, days: number): string {
  const { archives, bytes } = plan;
  const lines =
    archives.length === 0
      ? [`No session that can be archived is older than ${days} days.`]
      : [
          ...describeArchives(plan, 'would be archived in'),
          `That is about ${describeBytes(bytes)} of the database. Do it with: vitest-realworld maintain --yes`,
        ];
  return toLines([...lines, ...describeKept(plan)]);
}

function describeDone({ plan, bytesBefore, bytesAfter, tidied }: MaintainedDatabase): string {
  return toLines([
    ...(plan.archives.length === 0
      ? ['There was nothing to archive.']
      : describeArchives(plan, 'archived in')),
    ...describeKept(plan),
    tidied
      ? `The database has ${describeBytes(bytesAfter)}, before ${describeBytes(bytesBefore)}.`
      : 'The room is not given back to the disk while a session is running; maintain again when it is over.',
  ]);
}

function describeArchives({ archives }: ArchivePlan, what: string): readonly string[] {
  return archives.map(
    ({ archivePath, sessionIds, activities }) =>
      `${sessionIds.length} ${sessionIds.length === 1 ? 'session' : 'sessions'} with ${activities} activities ${what} ${archivePath}`,
  );
}

function describeKept({ unfinished, ofBaselines }: ArchivePlan): readonly string[] {
  return [
    ...unfinished.map((id) => `Session ${toPlainText(id)} is not over and stays.`),
    ...(ofBaselines.length === 0
      ? []
      : [`${ofBaselines.length} of the old sessions are those of a baseline and stay.`]),
  ];
}

function toLines(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
