import { formatDuration } from '../../units.js';
import { responseLimitsMs } from '../bands.js';
import { draftIssue, type Rule } from './rule.js';

/** Methods that kept the event loop from turning for a fifth of a second or longer at a stretch: whatever else the process does waits. */
export const findEventLoopBlocked: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    // Of one that is slow by itself, that is said already; of sessions of an earlier version the stretch is not known.
    .filter(({ blockingMaxMs, meanMs }) => blockingMaxMs > 0 && meanMs < responseLimitsMs.good)
    .map((figures) =>
      draftIssue(facts, {
        severity: 'low',
        capability: figures.capability,
        issueType: 'event_loop_blocked',
        subject: figures.method,
        description: `${figures.method} kept the event loop busy for 200ms or longer at a stretch in ${figures.blockingCalls} of ${figures.calls} ${figures.calls === 1 ? 'call' : 'calls'}, ${formatDuration(figures.blockingMaxMs)} at most.`,
        suggestedFix: `Do the work of ${figures.method} in shorter slices, or in a worker thread.`,
        evidenceActivityId: figures.blockingActivityId,
      }),
    );
