import { bytesPerMebibyte } from '../../units.js';
import { draftIssue, type Rule } from './rule.js';

/** Growth of the resident memory during one call: from here on it is worth a word, and from here on it is dangerous. */
const spikeBytes = 100 * bytesPerMebibyte;
const highBytes = 512 * bytesPerMebibyte;

/** Methods during a call of which the process grew by a hundred megabytes and more. */
export const findMemorySpikes: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    .filter(({ rssGrowthMaxBytes }) => rssGrowthMaxBytes >= spikeBytes)
    .map(({ capability, method, calls, rssGrowthMaxBytes, rssGrowthActivityId }) =>
      draftIssue(facts, {
        severity: rssGrowthMaxBytes >= highBytes ? 'high' : 'medium',
        capability,
        issueType: 'memory_spike',
        subject: method,
        description: `The process grew by ${Math.round(rssGrowthMaxBytes / bytesPerMebibyte)} MB during one call of ${method} (${calls} ${calls === 1 ? 'call' : 'calls'} in all).`,
        suggestedFix: `Let ${method} work on a part at a time, or hand on a stream, instead of holding all of it at once.`,
        evidenceActivityId: rssGrowthActivityId,
      }),
    );
