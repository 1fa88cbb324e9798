import type { HistoryChange } from '../../history.js';
import { draftIssue, type Rule } from './rule.js';

/** From here on a change is high: half as much again, or five points of the success rate. */
const highRatio = 1.5;
const highSuccessLoss = 0.05;

/** Metrics that are worse than in earlier runs, after the correction for all that were compared. */
export const findRegressions: Rule = ({ facts, history, capabilities }) =>
  history.changes
    .filter(({ verdict }) => verdict === 'regressed')
    .map((change) =>
      draftIssue(facts, {
        severity: isHigh(change) ? 'high' : 'medium',
        capability: change.capability,
        issueType: 'regression',
        subject: `${change.method}:${change.metric}:${change.file} > ${change.scenario}`,
        description: `Got worse: ${change.statement}, in "${change.scenario}".`,
        suggestedFix:
          change.sinceCommit === null
            ? `Look at what changed in ${change.capability} since the runs before.`
            : `Look at what changed in ${change.capability} up to commit ${change.sinceCommit.slice(0, 10)}, the first that is worse.`,
        // It was seen in every fresh run.
        reproducible: true,
        evidenceActivityId:
          capabilities
            .flatMap(({ methods }) => methods)
            .find(({ capability, method }) => capability === change.capability && method === change.method)
            ?.slowestActivityId ?? null,
      }),
    );

function isHigh({ metric, ratio, baselineMedian, freshMedian }: HistoryChange): boolean {
  if (metric === 'success_rate') return baselineMedian - freshMedian >= highSuccessLoss;
  return ratio === null || ratio >= highRatio;
}
