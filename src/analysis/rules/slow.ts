import type { MethodFigures } from '../../model.js';
import { formatDuration } from '../../units.js';
import { responseBand, responseLimitsMs } from '../bands.js';
import { draftIssue, type Rule } from './rule.js';

/** Methods whose calls take two seconds and more on average: no longer good by the customer's bands. */
export const findSlow: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    .filter(({ meanMs }) => meanMs >= responseLimitsMs.good)
    .map((figures) =>
      draftIssue(facts, {
        severity: responseBand(figures.meanMs) === 'poor' ? 'high' : 'medium',
        capability: figures.capability,
        issueType: 'slow',
        subject: figures.method,
        description: describeSlowness(figures),
        suggestedFix: suggestFix(figures),
        evidenceActivityId: figures.slowestActivityId,
      }),
    );

function describeSlowness({ method, meanMs, maxMs, calls }: MethodFigures): string {
  const sample = calls === 1 ? '1 call' : `${calls} calls`;
  return `${method} takes ${formatDuration(meanMs)} on average, ${formatDuration(maxMs)} at most (${sample}).`;
}

/** Whether the time goes into computing or waiting decides what helps. */
function suggestFix({ method, cpuTimeMs, meanMs, calls }: MethodFigures): string {
  const busyShare = cpuTimeMs / (meanMs * calls);
  return busyShare > 0.7
    ? `${method} computes for most of that time: profile it, do less work a call, or cache what repeats.`
    : `${method} waits for most of that time: run what it waits for side by side, or cache it.`;
}
