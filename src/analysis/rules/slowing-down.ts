import type { ActivityWindow, MethodFigures } from '../../model.js';
import { formatDuration } from '../../units.js';
import { mannKendall, theilSenSlope } from '../statistics/trend.js';
import { draftIssue, type Rule } from './rule.js';

/** Windows with calls that a trend needs. */
const windowsMin = 10;
const alpha = 0.01;
/** Growth over the session below it is not worth a word. */
const growthMin = 0.25;
/** Times below it are those of clocks and caches. */
const meanMinMs = 1;

/**
 * Methods whose calls take longer and longer while the session goes on: the means of its windows rise by the test of Mann and
 * Kendall, and the slope of Theil and Sen makes a quarter or more of what a call takes at the beginning.
 */
export const findSlowingDown: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    .flatMap((figures) => {
      const trend = trendOf(figures.windows);
      if (trend === null) return [];
      const { fromMs, toMs, windows } = trend;
      return [
        draftIssue(facts, {
          severity: toMs >= 2 * fromMs ? 'high' : 'medium',
          capability: figures.capability,
          issueType: 'slowing_down',
          subject: figures.method,
          description: `${figures.method} gets slower while the session goes on: from about ${formatDuration(fromMs)} to ${formatDuration(toMs)} a call (${figures.calls} calls in ${windows} windows of ${formatDuration(facts.windowMs)}).`,
          suggestedFix: `Look for what ${figures.method} keeps and goes through at every call: a list, a cache or a table that only grows.`,
          evidenceActivityId: figures.slowestActivityId,
        }),
      ];
    });

function trendOf(
  windows: MethodFigures['windows'],
): { readonly fromMs: number; readonly toMs: number; readonly windows: number } | null {
  const means = windows.map(meanMs);
  if (means.length < windowsMin || mannKendall(means).pRising >= alpha) return null;
  const points = windows.map((window) => ({ x: window.index, y: meanMs(window) }));
  const slope = theilSenSlope(points, 1 - 2 * alpha);
  if (slope === null || slope.low <= 0) return null;
  const length = (windows.at(-1)?.index ?? 0) - (windows[0]?.index ?? 0);
  const sorted = [...means].sort((left, right) => left - right);
  const middleMs = sorted[sorted.length >> 1] ?? 0;
  // The line through the middle of the windows with the slope of Theil and Sen.
  const fromMs = Math.max(middleMs - (slope.slope * length) / 2, Number.EPSILON);
  const toMs = middleMs + (slope.slope * length) / 2;
  return toMs - fromMs < growthMin * fromMs || toMs < meanMinMs
    ? null
    : { fromMs, toMs, windows: means.length };
}

function meanMs({ totalMs, calls }: ActivityWindow): number {
  return totalMs / calls;
}
