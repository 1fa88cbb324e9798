import { analyzeSession } from '../analysis/analyze-session.js';
import { type GateSettings, judgeGate, type ScenarioGates } from '../analysis/gate/judge-gate.js';
import { systemClock } from '../clock.js';
import type { Issue, SessionFacts, SessionReport } from '../model.js';
import type { DamagedLine } from '../recording/journal-reader.js';
import type { SessionPage } from '../session-page.js';
import type { SessionStore } from '../storage/session-store.js';
import { describeCrash } from './describe-crash.js';
import { assemblePage } from './read-session-page.js';
import type { SessionFeed } from './session-feed.js';
import type { SessionEnd } from './session-log.js';
import { storeAnalysis } from './store-analysis.js';

/** What a session is held to when it ends. */
export interface SessionGate {
  readonly settings: GateSettings;
  readonly scenarios: ScenarioGates;
}

export interface ConcludeOptions {
  readonly lockTimeoutMs: number;
  /** True when a worker may still write: what it has not ended is then left open for the run that reads it later. */
  readonly workersLive: () => boolean;
  /** Left out, the session keeps what its gate said before, if anything. */
  readonly gate?: SessionGate;
}

export interface Conclusion {
  readonly report: SessionReport;
  /** Rows of activities that were not in the database before. */
  readonly added: number;
  /** All that a page about the session shows; for as long as its store is open. */
  readonly readPage: () => SessionPage;
}

/**
 * Ends a session: stores all that its journals hold, notes what crashed, and keeps what the analysis finds. Doing it
 * again changes nothing, so that it can be tried until it succeeds.
 *
 * @param endOf tells how the session ended, once everything is stored
 * @throws what the database throws; the journals hold everything as before
 */
export function concludeSession(
  { store, feed, sessionId }: { store: SessionStore; feed: SessionFeed; sessionId: string },
  endOf: () => SessionEnd,
  { lockTimeoutMs, workersLive, gate }: ConcludeOptions,
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
  const { facts, report } = analyze(store, sessionId, end.endedAtMs, gate);
  store.checkStored(sessionId);
  return { report, added, readPage: () => assemblePage(store.samples, facts, report) };
}

function analyze(
  store: SessionStore,
  sessionId: string,
  endedAtMs: number,
  gate: SessionGate | undefined,
): { readonly facts: SessionFacts; readonly report: SessionReport } {
  const facts = store.readFacts(sessionId);
  const ungated = analyzeSession(facts);
  const report =
    gate === undefined
      ? ungated
      : { ...ungated, gate: judgeGate(ungated, facts, gate.settings, gate.scenarios) };
  if (report.gate !== null) store.saveGate(sessionId, report.gate);
  storeAnalysis(store, report, facts, endedAtMs);
  return { facts, report };
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
