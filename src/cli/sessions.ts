import { toTimestamp } from '../clock.js';
import { padColumns, toPlainText } from '../report/plain-text.js';
import type { SessionSummary } from '../storage/session-store.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { readingFrom, type Surroundings } from './surroundings.js';

export interface SessionsArguments {
  readonly db?: string;
  readonly json?: boolean;
}

/** Lists the sessions of a database, the newest first. */
export function listSessions(given: SessionsArguments, surroundings: Surroundings): ExitCode {
  const sessions = readingFrom(given.db, surroundings, (store) => store.listSessions());
  if (given.json === true) surroundings.print(`${JSON.stringify(sessions, null, 2)}\n`);
  else surroundings.print(sessions.length === 0 ? 'There is no session yet.\n' : renderTable(sessions));
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
