import type { MetricNote, Scenario } from '../../model.js';
import { draftIssue, type Rule } from './rule.js';

/** Methods that failed, succeeded and failed again on the same input, and scenarios that passed only when tried again. */
export const findFlaky: Rule = ({ facts }) => [
  ...worstByMethod(facts.notes.filter(({ metricType }) => metricType === 'flaky_input')).map(
    ({ capability, taskId, context }) => {
      const method = String(context.method);
      const failed = Number(context.failed);
      const calls = failed + Number(context.succeeded);
      return draftIssue(facts, {
        severity: 'medium',
        capability,
        issueType: 'flaky',
        subject: method,
        taskId,
        description: `${method} fails and succeeds on the same input: ${failed} of ${calls} calls failed from the first failure on.`,
        suggestedFix: `Compare activity ${String(context.failedActivityId)} with ${String(context.succeededActivityId)}, which was given the same: what differs is time, order or shared state.`,
        reproducible: false,
        evidenceActivityId: String(context.failedActivityId),
      });
    },
  ),
  ...facts.scenarios.filter(passedLate).map((scenario) =>
    draftIssue(facts, {
      severity: 'medium',
      capability: scenario.kind,
      issueType: 'flaky',
      subject: scenario.taskId,
      taskId: scenario.taskId,
      description: `Scenario "${scenario.name}" passed only at attempt ${scenario.attempts}.`,
      suggestedFix:
        'Look at the calls of its first attempt that failed: column attempt of the table activities.',
      reproducible: false,
      evidenceActivityId: facts.failures[0]?.activityId ?? null,
    }),
  ),
];

/** One issue a method: that it is flaky is the finding, not on how many inputs. */
function worstByMethod(notes: readonly MetricNote[]): readonly MetricNote[] {
  const worst = new Map<string, MetricNote>();
  for (const note of notes) {
    const key = `${note.capability}\n${String(note.context.method)}`;
    const known = worst.get(key);
    if (known === undefined || Number(note.context.failed) > Number(known.context.failed))
      worst.set(key, note);
  }
  return [...worst.values()];
}

function passedLate({ outcome, attempts }: Scenario): boolean {
  return outcome === 'passed' && attempts > 1;
}
