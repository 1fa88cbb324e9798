import type { SessionFacts } from '../../model.js';

/** Whether a scenario reported such an issue of a capability by itself: then it knows more than the figures do. */
export function isReported({ reportedIssues }: SessionFacts, issueType: string, capability: string): boolean {
  return reportedIssues.some((issue) => issue.issueType === issueType && issue.capability === capability);
}
