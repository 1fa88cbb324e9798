import { systemClock } from '../clock.js';
import type { Issue } from '../model.js';
import { toPlainText } from '../report/plain-text.js';
import { type AnalysisChange, analyzeAgain } from '../session/analyze-again.js';
import type { SessionStore } from '../storage/session-store.js';
import { type Command, databaseOption, type Given, jsonOption } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { findSession, noSessionYet } from './find-session.js';
import { readingFrom, type Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

const issuesTold = 20;

/** Analyses a session again, with the rules and limits of this version, and stores what they find. */
export const analyzeCommand: Command = {
  words: 'sessions',
  options: [databaseOption, jsonOption],
  examples: ['analyze latest', 'analyze test_20260203_121500_k3f9 --json'],
  run: analyze,
};

function analyze(given: Given, surroundings: Surroundings): ExitCode {
  const [named = 'latest'] = given.words;
  const change = readingFrom(given.text('db'), surroundings, (store) => {
    const id = findSession(store, named);
    if (id === null) return null;
    refuseRunning(store, id);
    return analyzeAgain(store, id, systemClock.epochMs());
  });
  if (change === null) {
    surroundings.complain(noSessionYet('nothing to analyse'));
    return exitCodes.inconclusive;
  }
  surroundings.print(given.has('json') ? toJson(change) : describe(change));
  return exitCodes.fine;
}

function refuseRunning(store: SessionStore, sessionId: string): void {
  if (store.readSession(sessionId).status !== 'running') return;
  throw new UsageError(
    `Session ${toPlainText(sessionId)} is not over, so its analysis would be of a part; it is made when the session ends. If its run was killed: vitest-realworld recover`,
  );
}

function toJson({ report, ...change }: AnalysisChange): string {
  return `${JSON.stringify({ sessionId: report.session.sessionId, ...change, issues: report.issues, suggestions: report.suggestions, score: report.score }, null, 2)}\n`;
}

function describe(change: AnalysisChange): string {
  const { report, issuesAdded, issuesGone, issuesChanged } = change;
  const lines = [
    `Session ${toPlainText(report.session.sessionId)} was analysed again and the analysis stored.`,
    `Score: ${describeScore(change)}`,
    `Issues: ${report.issues.length}; ${issuesAdded.length} new, ${issuesGone.length} gone, ${issuesChanged.length} changed`,
    ...tell(issuesAdded.map((issue) => `  + ${describeIssue(issue)}`)),
    ...tell(issuesGone.map((issue) => `  - ${describeIssue(issue)}`)),
    ...tell(
      issuesChanged.map(
        ({ before, after }) =>
          `  ~ ${describeIssue(after)}${before.severity === after.severity ? '' : ` (was ${before.severity})`}`,
      ),
    ),
    `Suggestions: ${change.suggestionsAfter}, ${change.suggestionsNew} of them new; ${change.suggestionsBefore} before`,
  ];
  return `${lines.join('\n')}\n`;
}

function describeScore({ scoreBefore, scoreAfter }: AnalysisChange): string {
  if (scoreAfter === null) return 'nothing was measured';
  const [before, after] = [scoreBefore.toFixed(1), scoreAfter.toFixed(1)];
  return before === after ? `${after}, as before` : `${after}, before ${before}`;
}

function describeIssue({ severity, capability, description }: Issue): string {
  return toPlainText(`[${severity}] ${capability}: ${description}`);
}

function tell(lines: readonly string[]): readonly string[] {
  const more = lines.length - issuesTold;
  return more > 0 ? [...lines.slice(0, issuesTold), `  ... and ${more} more`] : lines;
}
