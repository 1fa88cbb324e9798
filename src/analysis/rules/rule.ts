import type { HistoryComparison } from '../../history.js';
import type { CapabilitySummary, Issue, SessionFacts } from '../../model.js';

export interface RuleInput {
  readonly facts: SessionFacts;
  readonly capabilities: readonly CapabilitySummary[];
  readonly history: HistoryComparison;
}

/** Looks at a session for one kind of problem. Pure: the same session, the same issues. */
export type Rule = (input: RuleInput) => readonly Issue[];

type IssueDraft = Pick<Issue, 'severity' | 'capability' | 'issueType' | 'description'> &
  Partial<Pick<Issue, 'suggestedFix' | 'reproducible' | 'evidenceActivityId' | 'taskId'>> & {
    /** What tells two issues of one rule and capability apart, such as the method. */
    readonly subject?: string;
  };

/** An issue of a rule; its id says where it comes from, so that analysing twice finds the same issue. */
export function draftIssue(facts: SessionFacts, draft: IssueDraft): Issue {
  const { subject, ...rest } = draft;
  const parts = [facts.session.sessionId, draft.issueType, draft.capability, subject ?? ''];
  return {
    taskId: null,
    suggestedFix: null,
    reproducible: null,
    evidenceActivityId: null,
    ...rest,
    issueId: parts.filter((part) => part !== '').join(':'),
    atMs: facts.session.endedAtMs ?? facts.session.startedAtMs,
  };
}
