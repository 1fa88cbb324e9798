import type { Activity, Environment } from '../../src/model.js';
import type { SessionStart } from '../../src/storage/session-start.js';

export const startedAtMs = Date.UTC(2026, 1, 3, 12, 15);

export const environment: Environment = {
  node: 'v20.0.0',
  vitest: '4.1.0',
  platform: 'linux x64',
  cpuModel: 'a processor',
  cpuCount: 2,
  memoryBytes: 8 * 1024 ** 3,
  commit: null,
};

export const sessionStart: SessionStart = {
  sessionId: 'test_20260203_121500',
  projectPath: 'projects/shop',
  startedAtMs,
  durationMinutes: 0.5,
  seed: 42,
  environment,
};

/** A call that succeeded; what a test is about, it gives itself. */
export function sampleActivity(given: Partial<Activity> & Pick<Activity, 'activityId'>): Activity {
  return {
    taskId: null,
    attempt: 0,
    workerPid: 5,
    startedAtMs,
    capability: 'code_search',
    method: 'index',
    durationMs: 10,
    firstResultMs: null,
    outcome: 'succeeded',
    error: null,
    resultJson: null,
    cpuTimeMs: 1,
    rssBeforeBytes: 100 * 1024 ** 2,
    rssAfterBytes: 110 * 1024 ** 2,
    heapBeforeBytes: 10 * 1024 ** 2,
    heapAfterBytes: 11 * 1024 ** 2,
    externalBeforeBytes: 1024 ** 2,
    externalAfterBytes: 1024 ** 2,
    eventLoopUtilization: 0.5,
    longestStallMs: null,
    overlapping: 0,
    parentId: null,
    fault: null,
    ...given,
  };
}
