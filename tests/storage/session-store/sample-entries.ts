import type { Issue, JournalEntry, Metric } from '../../../src/model.js';
import { scenarioStart } from '../../support/recording-rig.js';
import { sampleActivity, startedAtMs } from '../../support/sample-activity.js';
import { sessionId } from './store-with-session.js';

export function activityEntry(...given: Parameters<typeof sampleActivity>): JournalEntry {
  return { entry: 'activity', activity: sampleActivity(...given) };
}

export function metric(given: Partial<Metric> & Pick<Metric, 'metricId'>): JournalEntry {
  return {
    entry: 'metric',
    metric: {
      taskId: null,
      atMs: startedAtMs,
      capability: 'load',
      metricType: 'throughput',
      value: 1,
      unit: 'ops/s',
      context: {},
      ...given,
    },
  };
}

export function issue(given: Partial<Issue> & Pick<Issue, 'issueId'>): Issue {
  return {
    taskId: null,
    atMs: startedAtMs,
    severity: 'high',
    capability: 'code_search',
    issueType: 'reported',
    description: 'a problem',
    suggestedFix: null,
    reproducible: null,
    evidenceActivityId: null,
    ...given,
  };
}

/** One entry of every kind. */
export const session: readonly JournalEntry[] = [
  { entry: 'worker', sessionId, capabilities: ['code_search', 'memory'] },
  { entry: 'scenario_started', scenario: scenarioStart },
  activityEntry({ activityId: 'a-1', taskId: 'task-1', resultJson: '{"files":3}', durationMs: 120 }),
  activityEntry({
    activityId: 'a-2',
    taskId: 'task-1',
    outcome: 'failed',
    error: { name: 'TypeError', message: "it's broken; --", code: 'E_X' },
    parentId: 'a-1',
    fault: null,
  }),
  metric({ metricId: 'm-1', taskId: 'task-1', value: 12.5, context: { users: 3 } }),
  { entry: 'issue', issue: issue({ issueId: 'i-1', taskId: 'task-1', reproducible: true }) },
  { entry: 'scenario_ended', taskId: 'task-1', attempt: 0, atMs: startedAtMs + 500 },
];
