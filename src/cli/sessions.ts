import { toTimestamp } from '../clock.js';
import { padColumns, toPlainText } from '../report/plain-text.js';
import type { SessionSummary } from '../storage/session-store.js';
import { type Command, databaseOption, type Given, jsonOption } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { readingFrom, type Surroundings } from './surroundings.js';

/** Lists the sessions of a database, the newest first. */
export const sessionsCommand: Command = {
  words: 'none',
  options: [databaseOption, jsonOption],
  examples: ['sessions', 'sessions --json'],
  run: listSessions,
};

function listSessions(given: Given, surroundings: Surroundings): ExitCode {
  const sessions = readingFrom(given.text('db'), surroundings, (store) => store.listSessions());
  if (given.has('json')) surroundings.print(`${JSON.stringify(sessions, null, 2)}\n`);
  else
    surroundings.print(
      sessions.length === 0
        ? 'There is no session yet. Run the scenarios first: npx vitest run --project realworld\n'
        : renderTable(sessions),
    );
  return exitCodes.fine;
}

function renderTable(sessions: readonly SessionSummary[]): string {
  const rows = [
    ['session', 'started', 'status', 'activities', 'errors', 'score'],
    ...sessions.map((session) => [
      toPlainText(session.sessionId),
      describeStart(session),
      session.status,
      String(session.activities),
      String(session.errors),
      session.score === null ? '-' : session.score.toFixed(1),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `${row.map((cell, column) => padColumns(cell, widths[column] ?? 0)).join('  ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

function describeStart({ startedAtMs }: SessionSummary): string {
  return Number.isNaN(startedAtMs) ? 'unknown' : toTimestamp(startedAtMs).slice(0, 19).replace('T', ' ');
}
