import type { Issue } from '../model.js';
import type { CrashedScenario, LastActivity } from '../storage/crashes.js';

/** The issue of a scenario whose process died: what was at work last, and whether it died the time before as well. */
export function describeCrash(sessionId: string, scenario: CrashedScenario, atMs: number): Issue {
  const { lastActivities, crashedBefore, name, taskId, kind, file, line, errorMessage } = scenario;
  const reason = errorMessage === null ? '' : ` ${asSentence(errorMessage)}`;
  return {
    issueId: `${sessionId}:worker_crash:${taskId}`,
    taskId,
    atMs,
    severity: 'critical',
    capability: kind,
    issueType: 'worker_crash',
    description: `The worker died during scenario "${name}". ${describeLast(lastActivities)}${reason}`,
    suggestedFix: `See ${file}${line === null ? '' : `:${line}`}.`,
    reproducible: crashedBefore ? true : null,
    evidenceActivityId: lastActivities.at(-1)?.activityId ?? null,
  };
}

function describeLast(activities: readonly LastActivity[]): string {
  if (activities.length === 0) return 'No activity of it had reached the journal.';
  const told = activities.map(({ capability, method, outcome }) => `${capability}.${method} ${outcome}`);
  return `Last activities: ${told.join(', ')}.`;
}

function asSentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
