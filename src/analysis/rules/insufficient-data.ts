import { formatShare } from '../../units.js';
import { proportionInterval } from '../statistics/proportion-interval.js';
import { draftIssue, type Rule } from './rule.js';

/** With fewer calls the interval of the success rate is wider than half of all there is. */
const callsMin = 5;

/** Capabilities that were called so rarely that nothing that is said of them means much. */
export const findInsufficientData: Rule = ({ facts, capabilities }) =>
  capabilities.flatMap(({ capability, calls, errors, errorsUnderFault, methods }) => {
    const judged = calls - errorsUnderFault;
    const interval = proportionInterval(judged - errors, judged);
    if (judged >= callsMin) return [];
    const known =
      interval === null
        ? 'nothing is known of how it does without a fault'
        : `its success rate is somewhere between ${formatShare(interval.low)} and ${formatShare(interval.high)}`;
    return [
      draftIssue(facts, {
        severity: 'info',
        capability,
        issueType: 'insufficient_data',
        description: `Only ${judged} ${judged === 1 ? 'call' : 'calls'} without an injected fault: ${known}.`,
        suggestedFix: `Call it ${callsMin} times and more in a scenario, or let the session run longer.`,
        reproducible: true,
        evidenceActivityId: methods[0]?.slowestActivityId ?? null,
      }),
    ];
  });
