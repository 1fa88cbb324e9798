import { analyzeSession, ruleIssues } from '../analysis/analyze-session.js';
import type { Issue, SessionReport } from '../model.js';
import type { SessionStore } from '../storage/session-store.js';
import { storeAnalysis } from './store-analysis.js';

/** An analysis, and what it says otherwise than the one that was stored. */
export interface AnalysisChange {
  readonly report: SessionReport;
  readonly issuesAdded: readonly Issue[];
  readonly issuesGone: readonly Issue[];
  /** Issues whose severity or description is another one. */
  readonly issuesChanged: readonly { readonly before: Issue; readonly after: Issue }[];
  readonly suggestionsBefore: number;
  readonly suggestionsAfter: number;
  /** Suggestions that were not stored in these words. */
  readonly suggestionsNew: number;
  /** 0 to 100. */
  readonly scoreBefore: number;
  /** 0 to 100, or null when nothing was measured; the stored one then stays. */
  readonly scoreAfter: number | null;
}

/**
 * Analyses a session with the rules and limits of this version and stores what they find, all of it or nothing. The gate stays as
 * it was judged when the session ended.
 *
 * @param atMs when the suggestions are made
 * @throws RealWorldError `SESSION_UNKNOWN`
 */
export function analyzeAgain(store: SessionStore, sessionId: string, atMs: number): AnalysisChange {
  return store.atOnce(() => {
    const facts = store.readFacts(sessionId);
    const stored = store.readAnalysis(sessionId);
    const report = analyzeSession(facts);
    storeAnalysis(store, report, facts, atMs);
    const before = new Map(stored.issues.map((issue) => [issue.issueId, issue]));
    const found = ruleIssues(report, facts);
    const after = new Set(found.map(({ issueId }) => issueId));
    const wordings = new Set(stored.suggestions.map(({ suggestion }) => suggestion));
    return {
      report,
      issuesAdded: found.filter(({ issueId }) => !before.has(issueId)),
      issuesGone: stored.issues.filter(({ issueId }) => !after.has(issueId)),
      issuesChanged: found.flatMap((issue) => {
        const known = before.get(issue.issueId);
        return known === undefined || isSame(known, issue) ? [] : [{ before: known, after: issue }];
      }),
      suggestionsBefore: stored.suggestions.length,
      suggestionsAfter: report.suggestions.length,
      suggestionsNew: report.suggestions.filter(({ suggestion }) => !wordings.has(suggestion)).length,
      scoreBefore: stored.score,
      scoreAfter: report.score?.total ?? null,
    };
  });
}

function isSame(one: Issue, other: Issue): boolean {
  return one.severity === other.severity && one.description === other.description;
}
