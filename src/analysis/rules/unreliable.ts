import type { ErrorGroup, MethodFigures, Severity } from '../../model.js';
import { formatShare } from '../../units.js';
import { successLimits } from '../bands.js';
import { draftIssue, type Rule } from './rule.js';

/** A single failed call shows a problem, not how frequent it is: below this many calls the severity is at most medium. */
const callsForSeverity = 5;

/** Methods whose calls fail without a fault being injected more often than the customer's 95 % allows. */
export const findUnreliable: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    .flatMap((figures) => {
      const failed = figures.errors - figures.timeouts - figures.crashes;
      const judged = figures.calls - figures.errorsUnderFault;
      if (failed <= 0 || judged === 0) return [];
      const successRate = (judged - figures.errors) / judged;
      if (successRate >= successLimits.excellent) return [];
      const group = mostFrequentError(facts.errorGroups, figures);
      const cause =
        group === undefined
          ? ''
          : ` Most often (${group.count}x) ${group.errorType}: ${withPeriod(group.message)}`;
      return [
        draftIssue(facts, {
          severity: severityOf(successRate, judged),
          capability: figures.capability,
          issueType: 'unreliable',
          subject: figures.method,
          description: [
            `${figures.method} failed ${failed} of ${judged} calls (success rate ${formatShare(successRate)}).${cause}`,
            ...figures.failurePatterns.map(({ statement }) => `Pattern: ${statement}.`),
          ].join(' '),
          suggestedFix:
            group === undefined
              ? `Look at the failed calls of ${figures.method}.`
              : `Handle or prevent "${group.errorType}" in ${figures.method}; it accounts for ${group.count} of ${failed} failures.`,
          reproducible: failed === judged && judged >= callsForSeverity ? true : null,
          evidenceActivityId: group?.activityId ?? figures.failedActivityId,
        }),
      ];
    });

function severityOf(successRate: number, judged: number): Severity {
  if (judged < callsForSeverity) return 'medium';
  if (successRate < 0.5) return 'critical';
  return successRate < successLimits.good ? 'high' : 'medium';
}

export function mostFrequentError(
  groups: readonly ErrorGroup[],
  { capability, method }: Pick<MethodFigures, 'capability' | 'method'>,
): ErrorGroup | undefined {
  return groups.find((group) => group.capability === capability && group.method === method);
}

function withPeriod(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
