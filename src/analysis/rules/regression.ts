import type { HistoryChange, RatchetLoss } from '../../history.js';
import type { Issue } from '../../model.js';
import { draftIssue, type Rule, type RuleInput } from './rule.js';

/** From here on a change is high: half as much again, or five points of the success rate. */
const highRatio = 1.5;
const highSuccessLoss = 0.05;

type Subject = Pick<HistoryChange, 'capability' | 'method' | 'metric' | 'file' | 'scenario'>;

/**
 * Metrics that are worse than in earlier runs, after the correction for all that were compared, and those that crept away from their
 * best level while no comparison with the runs just before said so.
 */
export const findRegressions: Rule = (input) => {
  const regressed = input.history.changes.filter(({ verdict }) => verdict === 'regressed');
  const told = new Set(regressed.map((change) => `${change.capability}:${subjectOf(change)}`));
  const crept = input.history.ratchet.filter((loss) => !told.has(`${loss.capability}:${subjectOf(loss)}`));
  return [
    ...regressed.map((change) => issueOfChange(input, change)),
    ...crept.map((loss) => issueOfLoss(input, loss)),
  ];
};

function issueOfChange({ facts, capabilities }: RuleInput, change: HistoryChange): Issue {
  const { baselineMedian, freshMedian, sinceCommit, capability, baseline } = change;
  const before = baseline === null ? 'the runs before' : `baseline "${baseline}"`;
  return draftIssue(facts, {
    severity: isHigh(change, baselineMedian, freshMedian) ? 'high' : 'medium',
    capability,
    issueType: 'regression',
    subject: subjectOf(change),
    description: `Got worse: ${change.statement}, in "${change.scenario}".`,
    suggestedFix:
      sinceCommit === null
        ? `Look at what changed in ${capability} since ${before}.`
        : `Look at what changed in ${capability} up to commit ${sinceCommit.slice(0, 10)}, the first that is worse.`,
    // It was seen in every fresh run.
    reproducible: true,
    evidenceActivityId: evidenceFor(capabilities, change),
  });
}

function issueOfLoss({ facts, capabilities }: RuleInput, loss: RatchetLoss): Issue {
  const { bestMedian, nowMedian, bestSinceCommit, capability } = loss;
  const since = bestSinceCommit === null ? 'its best runs' : `commit ${bestSinceCommit.slice(0, 10)}`;
  return draftIssue(facts, {
    severity: isHigh(loss, bestMedian, nowMedian) ? 'high' : 'medium',
    capability,
    issueType: 'regression',
    subject: `ratchet:${subjectOf(loss)}`,
    description: `Crept away from its best: ${loss.statement}, in "${loss.scenario}".`,
    suggestedFix: `Go through what changed in ${capability} since ${since}: no single change need be large. If this is the level that is wanted, set a baseline from runs that have it.`,
    reproducible: true,
    evidenceActivityId: evidenceFor(capabilities, loss),
  });
}

function subjectOf({ method, metric, file, scenario }: Subject): string {
  return `${method}:${metric}:${file} > ${scenario}`;
}

function evidenceFor(
  capabilities: RuleInput['capabilities'],
  { capability, method }: Subject,
): string | null {
  return (
    capabilities
      .flatMap(({ methods }) => methods)
      .find((known) => known.capability === capability && known.method === method)?.slowestActivityId ?? null
  );
}

function isHigh(
  { metric, ratio }: Pick<HistoryChange, 'metric' | 'ratio'>,
  before: number,
  after: number,
): boolean {
  if (metric === 'success_rate') return before - after >= highSuccessLoss;
  return ratio === null || ratio >= highRatio;
}
