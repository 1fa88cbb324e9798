import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { analyzeSession } from '../analysis/analyze-session.js';
import { messageOf } from '../errors.js';
import type { SessionReport } from '../model.js';
import { nearestName } from '../nearest-name.js';
import { renderJson } from '../report/json.js';
import { renderTerminal } from '../report/terminal.js';
import type { SessionStore } from '../storage/session-store.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { readingFrom, type Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

export interface ReportArguments {
  readonly db?: string;
  readonly format?: string;
  readonly output?: string;
}

const renderers = {
  text: (report: SessionReport, colors: boolean) => renderTerminal(report, { colors }),
  json: (report: SessionReport) => renderJson(report),
} as const;

const idsTold = 3;

/** Prints the report of one session, or writes it to a file. @param session its id, or `latest` */
export function printReport(session: string, given: ReportArguments, surroundings: Surroundings): ExitCode {
  const render = rendererFor(given.format ?? 'text');
  const report = readingFrom(given.db, surroundings, (store) => readReport(store, session));
  if (report === null) {
    surroundings.complain('There is no session yet, so there is nothing to report.\n');
    return exitCodes.inconclusive;
  }
  if (given.output === undefined) surroundings.print(render(report, surroundings.colors));
  else writeReport(resolve(surroundings.directory, given.output), render(report, false), surroundings);
  return exitCodes.fine;
}

/** Null when there is no session at all. */
function readReport(store: SessionStore, session: string): SessionReport | null {
  const ids = store.listSessions().map(({ sessionId }) => sessionId);
  const [newest] = ids;
  if (newest === undefined) return null;
  const id = session === 'latest' ? newest : session;
  if (!ids.includes(id)) throw new UsageError(describeUnknown(session, ids));
  return analyzeSession(store.readFacts(id));
}

function describeUnknown(session: string, ids: readonly string[]): string {
  const near: string[] = [];
  while (near.length < idsTold) {
    const next = nearestName(
      session,
      ids.filter((id) => !near.includes(id)),
    );
    if (next === null) break;
    near.push(next);
  }
  const advice =
    near.length > 0
      ? `Did you mean ${near.join(', ')}?`
      : `The newest are ${ids.slice(0, idsTold).join(', ')}.`;
  return `There is no session "${session}". ${advice} See all with: vitest-realworld sessions`;
}

function rendererFor(format: string): (report: SessionReport, colors: boolean) => string {
  const names = Object.keys(renderers);
  if (names.includes(format)) return renderers[format as keyof typeof renderers];
  const nearest = nearestName(format, names);
  throw new UsageError(
    `Unknown format "${format}".${nearest === null ? '' : ` Did you mean "${nearest}"?`} Use one of: ${names.join(', ')}.`,
  );
}

function writeReport(path: string, text: string, { print }: Surroundings): void {
  try {
    writeFileSync(path, text);
  } catch (thrown) {
    throw new UsageError(
      `The report cannot be written to ${path}: ${messageOf(thrown)}. Name another file.`,
      {
        cause: thrown,
      },
    );
  }
  print(`Report: ${path}\n`);
}
