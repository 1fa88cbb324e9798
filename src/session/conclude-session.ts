import { analyzeSession, ruleIssues } from '../analysis/analyze-session.js';
import { systemClock } from '../clock.js';
import type { Issue, SessionReport } from '../model.js';
import type { DamagedLine } from '../recording/journal-reader.js';
import type { SessionStore } from '../storage/session-store.js';
import { describeCrash } from './describe-crash.js';
import type { SessionFeed } from './session-feed.js';
import type { SessionEnd } from './session-log.js';

export interface Conclusion {
  readonly report: SessionReport;
  /** Rows of activities that were not in the database before. */
  readonly added: number;
}

/**
 * Ends a session: stores all that its journals hold, notes what crashed, and keeps what the analysis finds. Doing it
 * again changes nothing, so that it can be tried until it succeeds.
 *
 * @param endOf tells how the session ended, once everything is stored
 * @param workersLive true when a worker may still write: what it has not ended is then left open for the run that reads it later
 * @throws what the database throws; the journals hold everything as before
 */
export function concludeSession(
  { store, feed, sessionId }: { store: SessionStore; feed: SessionFeed; sessionId: string },
  endOf: () => SessionEnd,
  { lockTimeoutMs, workersLive }: { readonly lockTimeoutMs: number; readonly workersLive: () => boolean },
): Conclusion {
  let added = feed.drain(lockTimeoutMs);
  const end = endOf();
  const crashedCalls = workersLive() ? 0 : feed.settleCrashed(lockTimeoutMs);
  added += crashedCalls;
  feed.saveSums(lockTimeoutMs);
  if (end.status === 'stopped') {
    store.markStoppedScenarios(sessionId, end.stopReason ?? 'the session was stopped');
  } else store.markCrashedScenarios(sessionId);
  if (end.stopReason !== null) store.tellStoppedFromSkipped(sessionId, end.stopReason);
  const crashes = store.readCrashes(sessionId);
  store.saveIssues(sessionId, [
    ...crashes.map((scenario) => describeCrash(sessionId, scenario, end.endedAtMs)),
    ...describeDamage(sessionId, feed.damagedLines()),
  ]);
  const crashed = end.status === 'completed' && (crashedCalls > 0 || crashes.length > 0);
  store.finishSession(sessionId, {
    status: crashed ? 'error' : end.status,
    endedAtMs: end.endedAtMs,
    stopReason: end.stopReason ?? (crashed ? 'a worker died' : null),
  });
  const report = analyze(store, sessionId, end.endedAtMs);
  store.checkStored(sessionId);
  return { report, added };
}

function analyze(store: SessionStore, sessionId: string, endedAtMs: number): SessionReport {
  const facts = store.readFacts(sessionId);
  const report = analyzeSession(facts);
  store.replaceRuleIssues(sessionId, ruleIssues(report, facts));
  store.replaceSuggestions(sessionId, report.suggestions, endedAtMs);
  if (report.score !== null) store.saveScore(sessionId, report.score.total);
  return report;
}

function describeDamage(sessionId: string, damaged: readonly DamagedLine[]): readonly Issue[] {
  const first = damaged[0];
  if (first === undefined) return [];
  return [
    {
      issueId: `${sessionId}:damaged_journal`,
      taskId: null,
      atMs: systemClock.epochMs(),
      severity: 'medium',
      capability: 'recorder',
      issueType: 'damaged_journal',
      description: `${damaged.length} journal ${damaged.length === 1 ? 'line' : 'lines'} could not be read (${first.reason}); what stood there is not in the database.`,
      suggestedFix: 'A worker that was killed while it wrote leaves such a line. Look at the crash first.',
      reproducible: null,
      evidenceActivityId: null,
    },
  ];
}
