import type { ActivityWindow, Scenario, ScenarioMethodFigures } from '../../model.js';
import { bytesPerMebibyte, formatDuration } from '../../units.js';
import { mergeWindows } from '../merge-windows.js';
import { mannKendall, theilSenSlope } from '../statistics/trend.js';
import { isReported } from './reported.js';
import { draftIssue, type Rule } from './rule.js';

/** Windows that are left when the first third, in which caches fill, is dropped. */
const windowsMin = 12;
const settlingShare = 1 / 3;
const alpha = 0.01;
/** Without collecting garbage before each sample the heap drifts by itself, so much more is asked for than of a leak watch. */
const growthMinBytes = 16 * bytesPerMebibyte;
const growthMinShare = 0.25;
/** Share of a scenario's calls from which on one capability is named for what the process keeps. */
const nameShareMin = 0.6;

/**
 * Scenarios along which the heap in use grows and does not come back: by the test of Mann and Kendall and the slope of Theil and Sen
 * at its lower 99 % bound, over the means of the windows. Weaker than a leak watch, which collects garbage first, and said so.
 */
export const findLeaks: Rule = ({ facts }) =>
  facts.scenarios.flatMap((scenario) => {
    const methods = facts.scenarioMethods.filter(({ taskId }) => taskId === scenario.taskId);
    const growth = growthOf(mergeWindows(methods.map(({ windows }) => windows)));
    if (growth === null) return [];
    const capability = mainCapability(methods) ?? 'system';
    if (isReported(facts, 'leak', capability)) return [];
    return [
      draftIssue(facts, {
        severity: 'medium',
        capability,
        issueType: 'leak',
        subject: scenario.taskId,
        taskId: scenario.taskId,
        description: describe(scenario, growth, facts.windowMs),
        suggestedFix: `Confirm it with monitoring.watchForLeaks(), which collects garbage before each sample, then compare two heap snapshots.`,
        evidenceActivityId: methods[0]?.rssGrowthActivityId ?? null,
      }),
    ];
  });

interface Growth {
  readonly bytes: number;
  readonly bytesPerCall: number;
  readonly calls: number;
  readonly windows: number;
}

function describe(
  { name }: Scenario,
  { bytes, bytesPerCall, calls, windows }: Growth,
  windowMs: number,
): string {
  return `Along scenario "${name}" the heap in use grew by ${Math.round(bytes / bytesPerMebibyte)} MB, ${Math.round(bytesPerCall)} bytes a call (${calls} calls in ${windows} windows of ${formatDuration(windowMs)}; garbage was not collected before).`;
}

function growthOf(windows: readonly ActivityWindow[]): Growth | null {
  const sampled = windows.filter(({ sampledCalls }) => sampledCalls > 0);
  const judged = sampled.slice(Math.ceil(sampled.length * settlingShare));
  if (judged.length < windowsMin) return null;
  const heaps = judged.map(({ heapTotalBytes, sampledCalls }) => heapTotalBytes / sampledCalls);
  if (mannKendall(heaps).pRising >= alpha) return null;
  const slope = theilSenSlope(
    judged.map(({ index }, place) => ({ x: index, y: heaps[place] as number })),
    1 - 2 * alpha,
  );
  const length = (judged.at(-1)?.index ?? 0) - (judged[0]?.index ?? 0);
  const bytes = (slope?.low ?? 0) * length;
  if (bytes < growthMinBytes || bytes < growthMinShare * (heaps[0] as number)) return null;
  const calls = judged.reduce((sum, window) => sum + window.calls, 0);
  return { bytes, bytesPerCall: bytes / calls, calls, windows: judged.length };
}

function mainCapability(methods: readonly ScenarioMethodFigures[]): string | null {
  const calls = new Map<string, number>();
  let all = 0;
  for (const figures of methods) {
    calls.set(figures.capability, (calls.get(figures.capability) ?? 0) + figures.calls);
    all += figures.calls;
  }
  for (const [capability, own] of calls) if (own >= nameShareMin * all) return capability;
  return null;
}
