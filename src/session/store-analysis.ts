import { ruleIssues } from '../analysis/analyze-session.js';
import type { SessionFacts, SessionReport } from '../model.js';
import type { SessionStore } from '../storage/session-store.js';

/** Puts what an analysis found, its issues, suggestions and score, in the place of what an earlier one of the session left. */
export function storeAnalysis(
  store: SessionStore,
  report: SessionReport,
  facts: SessionFacts,
  atMs: number,
): void {
  const { sessionId } = report.session;
  store.replaceRuleIssues(sessionId, ruleIssues(report, facts));
  store.replaceSuggestions(sessionId, report.suggestions, atMs);
  if (report.score !== null) store.saveScore(sessionId, report.score.total);
}
