import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { analyzeSession } from '../../analysis/analyze-session.js';
import { messageOf } from '../../errors.js';
import { renderJson } from '../../report/json.js';
import { renderTerminal } from '../../report/terminal.js';
import { SessionStore } from '../../storage/session-store.js';
import type { Given } from '../command.js';
import { UsageError } from '../usage-error.js';

/** The session that a run made. */
export interface RunSession {
  readonly sessionId: string;
  /** Absolute path of the folder of saved reports. */
  readonly reports: string;
  /** Absolute path. */
  readonly database: string;
}

/**
 * Where the report is to be saved, or null; looked at before an hour of running, and not after.
 *
 * @throws UsageError when nothing can be written there
 */
export function checkReportPlace(given: Given, directory: string): string | null {
  const named = given.text('saveReport');
  if (named === undefined) return null;
  const path = resolve(directory, named);
  const refuse = (why: string): never => {
    throw new UsageError(
      `The report cannot be saved as ${path}: ${why}. Name another file with --save-report FILE.`,
    );
  };
  if (!given.has('report')) refuse('--no-report makes none');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) refuse('that is a folder');
  if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true) {
    refuse(`there is no folder ${dirname(path)}`);
  }
  return path;
}

/** Copies the report of a session, and complains when that cannot be done: the run itself is over and stands. */
export function saveReport(session: RunSession, path: string, complain: (text: string) => void): void {
  try {
    writeFileSync(path, readReport(session, extname(path) === '.json' ? 'json' : 'txt'));
  } catch (thrown) {
    complain(`The report was not saved as ${path}: ${messageOf(thrown)}.\n`);
  }
}

/** The report as the run saved it, else made from the database. @throws RealWorldError when there is neither */
export function readReport({ sessionId, reports, database }: RunSession, format: 'txt' | 'json'): string {
  const saved = join(reports, `${sessionId}.${format}`);
  if (existsSync(saved)) return readFileSync(saved, 'utf8');
  const store = new SessionStore(database);
  try {
    const report = analyzeSession(store.readFacts(sessionId));
    return format === 'json' ? renderJson(report) : renderTerminal(report, { colors: false });
  } finally {
    store.close();
  }
}
