import type { MetricNote } from '../../model.js';
import { isReported } from './reported.js';
import { draftIssue, type Rule } from './rule.js';

/** Kinds of fault from which the system did not recover, by the trials that were recorded. */
export const findFailedRecoveries: Rule = ({ facts }) => {
  const trials = new Map<string, MetricNote[]>();
  for (const note of facts.notes) {
    if (note.metricType !== 'recovered') continue;
    const fault = String(note.context.fault ?? 'unknown');
    const key = `${note.capability}\n${fault}`;
    trials.set(key, [...(trials.get(key) ?? []), note]);
  }
  return [...trials.values()].flatMap((notes) => {
    const failed = notes.filter(({ value }) => value < 1);
    const [first] = failed;
    if (first === undefined || isReported(facts, 'failed_recovery', first.capability)) return [];
    const fault = String(first.context.fault ?? 'unknown');
    const evidence = facts.failures.find(({ capability }) => capability === first.capability);
    return [
      draftIssue(facts, {
        severity: 'high',
        capability: first.capability,
        issueType: 'failed_recovery',
        subject: fault,
        taskId: first.taskId,
        description: `After the fault "${fault}" was gone the system did not work again in ${failed.length} of ${notes.length} ${notes.length === 1 ? 'trial' : 'trials'}.`,
        suggestedFix: `Find what the fault "${fault}" leaves behind: a connection, a lock, a cache, a half-written file.`,
        reproducible: failed.length === notes.length && notes.length > 1 ? true : null,
        evidenceActivityId: evidence?.activityId ?? null,
      }),
    ];
  });
};
