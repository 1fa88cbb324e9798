import type {
  ActivityWindow,
  Issue,
  MethodFigures,
  ScenarioMethodFigures,
  SessionFacts,
} from '../../model.js';
import { formatDuration } from '../../units.js';
import { mannKendall, theilSenSlope } from '../statistics/trend.js';
import { draftIssue, type Rule } from './rule.js';

/** Windows with calls that a trend needs. */
const windowsMin = 10;
/** Chance of a false alarm in a whole session, whatever the number of methods and scenarios. */
const alpha = 0.01;
/** Growth over the scenario below it is not worth a word. */
const growthMin = 0.25;
/** Times below it are those of clocks and caches. */
const meanMinMs = 1;

/**
 * Methods whose calls take longer and longer while a scenario goes on: the means of its windows rise by the test of Mann and
 * Kendall, corrected for all series that are tested (Bonferroni), and the slope of Theil and Sen makes a quarter or more of what a
 * call takes at the beginning. Scenarios are judged one by one, because the next one asks for something else.
 */
export const findSlowingDown: Rule = ({ facts, capabilities }) => {
  const series = facts.scenarioMethods.filter(({ windows }) => windows.length >= windowsMin);
  const trends = series.flatMap((figures): readonly Slowing[] => {
    const trend = trendOf(figures.windows, alpha / series.length);
    return trend === null ? [] : [{ figures, ...trend }];
  });
  return capabilities
    .flatMap((capability) => capability.methods)
    .flatMap(({ capability, method }) => {
      const [worst] = trends
        .filter(({ figures }) => figures.capability === capability && figures.method === method)
        .sort((left, right) => right.toMs / right.fromMs - left.toMs / left.fromMs);
      return worst === undefined ? [] : [describe(worst, facts)];
    });
};

interface Trend {
  readonly fromMs: number;
  readonly toMs: number;
  readonly windows: number;
}

interface Slowing extends Trend {
  readonly figures: ScenarioMethodFigures;
}

function describe({ figures, fromMs, toMs, windows }: Slowing, facts: SessionFacts): Issue {
  const { capability, method, taskId, calls, slowestActivityId } = figures;
  const scenario = facts.scenarios.find((known) => known.taskId === taskId);
  const meanwhile = scenario === undefined ? 'the session' : `"${scenario.name}"`;
  return draftIssue(facts, {
    severity: toMs >= 2 * fromMs ? 'high' : 'medium',
    capability,
    issueType: 'slowing_down',
    subject: method,
    taskId,
    description: `${method} gets slower while ${meanwhile} goes on: from about ${formatDuration(fromMs)} to ${formatDuration(toMs)} a call (${calls} calls in ${windows} windows of ${formatDuration(facts.windowMs)}).`,
    suggestedFix: `Look for what ${method} keeps and goes through at every call: a list, a cache or a table that only grows.`,
    evidenceActivityId: slowestActivityId,
  });
}

function trendOf(windows: MethodFigures['windows'], level: number): Trend | null {
  const means = windows.map(meanMs);
  if (mannKendall(means).pRising >= level) return null;
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
