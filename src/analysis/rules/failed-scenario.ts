import type { SessionFacts } from '../../model.js';
import { draftIssue, type Rule } from './rule.js';

/** Scenarios that did not end well, so that no report is silent about them. */
export const findFailedScenarios: Rule = ({ facts }) =>
  facts.scenarios
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'crashed')
    // Where the last activities are known, the crash is told with them already.
    .filter(({ taskId }) => !reportedCrashes(facts).has(taskId))
    .map((scenario) =>
      draftIssue(facts, {
        severity: scenario.outcome === 'crashed' ? 'critical' : 'high',
        capability: scenario.kind,
        issueType: scenario.outcome === 'crashed' ? 'worker_crash' : 'scenario_failed',
        subject: scenario.taskId,
        taskId: scenario.taskId,
        description:
          scenario.outcome === 'crashed'
            ? `The worker died during scenario "${scenario.name}".`
            : `Scenario "${scenario.name}" failed: ${scenario.errorMessage ?? 'no message'}`,
        suggestedFix: `See ${scenario.file}${scenario.line === null ? '' : `:${scenario.line}`}.`,
      }),
    );

function reportedCrashes({ reportedIssues }: SessionFacts): ReadonlySet<string | null> {
  return new Set(
    reportedIssues.filter(({ issueType }) => issueType === 'worker_crash').map(({ taskId }) => taskId),
  );
}
