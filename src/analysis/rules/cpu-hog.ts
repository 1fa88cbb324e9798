import { formatDuration } from '../../units.js';
import { total } from '../total.js';
import { draftIssue, type Rule } from './rule.js';

/** Share of the CPU time of all calls, in a session that used so much of it, by calls that use so much each. */
const shareMin = 0.6;
const sessionCpuMinMs = 2_000;
const callCpuMinMs = 50;
/** A method that is the only one of its session has all of its CPU time, which says nothing. */
const methodsMin = 3;

/** Methods that take most of the CPU time of a session for themselves. */
export const findCpuHogs: Rule = ({ facts, capabilities }) => {
  const methods = capabilities.flatMap((capability) => capability.methods);
  const allMs = total(methods, ({ cpuTimeMs }) => cpuTimeMs);
  if (methods.length < methodsMin || allMs < sessionCpuMinMs) return [];
  return methods
    .filter(({ cpuTimeMs, calls }) => cpuTimeMs >= shareMin * allMs && cpuTimeMs / calls >= callCpuMinMs)
    .map(({ capability, method, cpuTimeMs, calls, slowestActivityId }) =>
      draftIssue(facts, {
        severity: 'medium',
        capability,
        issueType: 'cpu_hog',
        subject: method,
        description: `${method} takes ${Math.round((cpuTimeMs / allMs) * 100)} % of the CPU time of all calls: ${formatDuration(cpuTimeMs)} in ${calls} ${calls === 1 ? 'call' : 'calls'}, ${formatDuration(cpuTimeMs / calls)} each.`,
        suggestedFix: `Profile ${method} first: every tenth taken from it is worth more than all of the others together.`,
        evidenceActivityId: slowestActivityId,
      }),
    );
};
