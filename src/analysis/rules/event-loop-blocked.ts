import { formatDuration } from '../../units.js';
import { responseLimitsMs } from '../bands.js';
import { draftIssue, type Rule } from './rule.js';

/**
 * Methods that kept the event loop busy for a fifth of a second or longer: whatever else the process does waits for them, for all of
 * it or for a slice at a time, which is not told apart.
 */
export const findEventLoopBlocked: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    // Of one that is slow by itself, that is said already.
    .filter(({ blockingCalls, meanMs }) => blockingCalls > 0 && meanMs < responseLimitsMs.good)
    .map((figures) =>
      draftIssue(facts, {
        severity: 'low',
        capability: figures.capability,
        issueType: 'event_loop_blocked',
        subject: figures.method,
        description: `${figures.method} kept the event loop busy for 200ms or longer in ${figures.blockingCalls} of ${figures.calls} ${figures.calls === 1 ? 'call' : 'calls'}, ${formatDuration(figures.maxMs)} at most, in one piece or in slices.`,
        suggestedFix: `Do the work of ${figures.method} in short slices, if it is not yet, or in a worker thread.`,
        evidenceActivityId: figures.blockingActivityId,
      }),
    );
