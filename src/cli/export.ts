import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { nearestName } from '../nearest-name.js';
import { type ExportTable, exportRows, exportTables } from '../storage/export-rows.js';
import { type Command, databaseOption, type Given } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { exportFormats, renderExport } from './export-formats.js';
import { findSession, noSessionYet } from './find-session.js';
import { existingDatabase, readingFrom, type Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';
import { prepareOutput, unwritable } from './write-output.js';

const tableNames = Object.keys(exportTables) as readonly ExportTable[];

/** Writes the rows of sessions as lines of JSON or as CSV; a row at a time, so that their number does not matter. */
export const exportCommand: Command = {
  words: 'sessions',
  options: [
    databaseOption,
    { flags: '--all', summary: 'Every session, the oldest first' },
    { flags: '--format <format>', summary: 'ndjson or csv (default: ndjson)', values: exportFormats },
    { flags: '--output <file>', summary: 'Write to a file; - is the standard output (default: -)' },
    {
      flags: '--table <name>',
      summary: `${tableNames.join(', ')}; may be repeated (default: all, of csv activities)`,
      values: tableNames,
    },
    { flags: '--raw', summary: 'Leave cells of csv as they are that a spreadsheet takes for formulas' },
  ],
  examples: [
    'export latest --output session.ndjson',
    'export --all --format csv --table issues --output issues.csv',
    'export latest --table activities | head -1',
  ],
  run: exportSessions,
};

async function exportSessions(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const format = chooseFormat(given);
  const tables = chooseTables(given, format);
  const path = existingDatabase(given.text('db'), surroundings);
  const sessionIds = chooseSessions(given, surroundings);
  if (sessionIds.length === 0) {
    surroundings.complain(noSessionYet('nothing to export'));
    return exitCodes.inconclusive;
  }
  const output = given.text('output') ?? '-';
  const text = renderExport(exportRows(path, sessionIds, tables), format, { raw: given.has('raw') });
  if (output === '-') await writeToOutput(text, surroundings.output);
  else await writeToFile(text, output, surroundings);
  return exitCodes.fine;
}

function chooseFormat(given: Given): string {
  const format = given.text('format') ?? 'ndjson';
  if (given.has('raw') && format !== 'csv') throw new UsageError('Option "--raw" is for --format csv.');
  if (exportFormats.includes(format)) return format;
  throw new UsageError(unknown('format', format, exportFormats));
}

function chooseTables(given: Given, format: string): readonly ExportTable[] {
  const named = given.texts('table').flatMap((word) => word.split(','));
  const wrong = named.find((name) => !tableNames.includes(name as ExportTable));
  if (wrong !== undefined) throw new UsageError(unknown('table', wrong, tableNames));
  if (format === 'csv') {
    const [table = 'activities', ...others] = named;
    if (others.length > 0) {
      throw new UsageError('A CSV file holds one table. Name one with --table, or use --format ndjson.');
    }
    return [table as ExportTable];
  }
  return named.length === 0 ? tableNames : tableNames.filter((name) => named.includes(name));
}

function unknown(what: string, given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  return `Unknown ${what} "${given}".${nearest === null ? '' : ` Did you mean "${nearest}"?`} Use one of: ${known.join(', ')}.`;
}

/** In the order in which they were named, or all, the oldest first; none when there is no session. */
function chooseSessions(given: Given, surroundings: Surroundings): readonly string[] {
  const { words } = given;
  if (given.has('all') && words.length > 0) {
    throw new UsageError('Name the sessions, or give --all: only one of them.');
  }
  return readingFrom(given.text('db'), surroundings, (store) => {
    if (given.has('all'))
      return store
        .listSessions()
        .map(({ sessionId }) => sessionId)
        .reverse();
    const found = (words.length === 0 ? ['latest'] : words).map((word) => findSession(store, word));
    return [...new Set(found.filter((id) => id !== null))];
  });
}

/** A reader that closes its end has all that it wants. */
async function writeToOutput(text: Iterable<string>, output: Writable): Promise<void> {
  try {
    await pipeline(Readable.from(text, { objectMode: true }), output, { end: false });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPIPE') throw thrown;
  }
}

/** The file has its name when it is whole. */
async function writeToFile(text: Iterable<string>, named: string, surroundings: Surroundings): Promise<void> {
  const path = prepareOutput(named, 'Export', surroundings.directory);
  const draft = `${path}.draft-${process.pid}`;
  try {
    await pipeline(Readable.from(text, { objectMode: true }), createWriteStream(draft));
    renameSync(draft, path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).syscall === undefined) throw thrown;
    throw unwritable(path, 'Export', thrown);
  } finally {
    rmSync(draft, { force: true });
  }
  surroundings.complain(`Export: ${path}\n`);
}
