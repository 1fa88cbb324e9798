import { type LatencyDistribution, percentileMs } from '../../latency-distribution.js';
import { formatDuration } from '../../units.js';
import { outlierScore } from '../statistics/modified-z-score.js';
import { draftIssue, type Rule } from './rule.js';

/** With fewer calls, what is usual is not known. */
const callsMin = 30;
/** An outlier is this many times the median, and long enough to be noticed. */
const ratioMin = 5;
const noticedMs = 100;
const normalQuartile = 0.674_489_750_196_081_7;

/**
 * Methods of which single calls take far longer than usual: modified z-scores above 3.5 on the logarithm of the time (Iglewicz
 * and Hoaglin 1993), five times the median and a tenth of a second. They are shown and stay in every figure.
 */
export const findOutliers: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    .flatMap((figures) => {
      const { latency, calls } = figures;
      if (calls < callsMin) return [];
      const medianMs = percentileMs(latency, 0.5);
      const limitMs = Math.max(outlierLimitMs(latency, medianMs), ratioMin * medianMs, noticedMs);
      const outliers = latency.count - latency.countUpTo(limitMs);
      if (outliers === 0) return [];
      return [
        draftIssue(facts, {
          severity: 'low',
          capability: figures.capability,
          issueType: 'outliers',
          subject: figures.method,
          description: `${figures.method} usually takes ${formatDuration(medianMs)}, and ${outliers} of ${calls} calls more than ${formatDuration(limitMs)}, ${formatDuration(figures.maxMs)} at most.`,
          suggestedFix: `Look at the slowest call of ${figures.method} first: what did it wait for that the others did not?`,
          evidenceActivityId: figures.slowestActivityId,
        }),
      ];
    });

/** Above it the score of the logarithm is above 3.5; the median deviation is found by halving. */
function outlierLimitMs(latency: LatencyDistribution, medianMs: number): number {
  if (medianMs <= 0) return 0;
  let low = 0;
  let high = 20;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    const within =
      latency.countUpTo(medianMs * Math.exp(middle)) - latency.countUpTo(medianMs * Math.exp(-middle));
    if (within * 2 >= latency.count) high = middle;
    else low = middle;
  }
  return medianMs * Math.exp((outlierScore * high) / normalQuartile);
}
