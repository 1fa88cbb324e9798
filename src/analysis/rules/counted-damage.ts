import type { Issue } from '../../model.js';
import { typicalActivityOf } from './evidence.js';
import { isReported } from './reported.js';
import { draftIssue, type RuleInput } from './rule.js';

/** Damage that a scenario counted as a metric: one that is above zero is an issue, unless the scenario reported it by itself. */
export function findCountedDamage(
  { facts }: RuleInput,
  damage: {
    readonly metricType: string;
    readonly issueType: string;
    readonly describe: (count: number) => string;
    readonly suggestedFix: string;
  },
): readonly Issue[] {
  return facts.notes.flatMap(({ metricType, value, capability, taskId }) => {
    if (metricType !== damage.metricType || value <= 0 || isReported(facts, damage.issueType, capability))
      return [];
    return [
      draftIssue(facts, {
        severity: 'critical',
        capability,
        issueType: damage.issueType,
        subject: taskId ?? '',
        taskId,
        description: damage.describe(value),
        suggestedFix: damage.suggestedFix,
        reproducible: null,
        evidenceActivityId: typicalActivityOf(facts, capability),
      }),
    ];
  });
}
