import { draftIssue, type Rule } from './rule.js';

/** Scenarios that did not end well, so that no report is silent about them. */
export const findFailedScenarios: Rule = ({ facts }) =>
  facts.scenarios
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'crashed')
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
