import { describe, expect, test } from 'vitest';
import { scenarioStart } from '../../support/recording-rig.js';
import { sessionStart, startedAtMs } from '../../support/sample-activity.js';
import { thrownBy } from '../../support/thrown-by.js';
import { activityEntry, session } from './sample-entries.js';
import { ask, openStore, sessionId } from './store-with-session.js';

describe('a session', () => {
  test('is read as it was started', () => {
    expect(openStore().readSession(sessionId)).toEqual({
      ...sessionStart,
      endedAtMs: null,
      status: 'running',
      stopReason: null,
    });
  });

  test('is started once', () => {
    const store = openStore();
    store.startSession({ ...sessionStart, seed: 7 });
    expect(store.listSessions()).toMatchObject([{ sessionId, seed: 42 }]);
  });

  test('ends with totals that are counted from its rows', () => {
    const store = openStore();
    store
      .ingestFor(sessionId)
      .ingest([
        activityEntry({ activityId: '1', durationMs: 10 }),
        activityEntry({ activityId: '2', durationMs: 30, outcome: 'failed' }),
        activityEntry({ activityId: '3', durationMs: 50, outcome: 'failed', fault: 'disk_full' }),
      ]);
    store.saveSystemSample(sessionId, {
      atMs: 1,
      cpuPercent: 40,
      memoryPercent: 60,
      diskPercent: 1,
      workers: [],
      costMs: 1,
    });
    store.finishSession(sessionId, { status: 'stopped', endedAtMs: startedAtMs + 900, stopReason: 'full' });
    store.saveScore(sessionId, 87.5);
    expect(store.readSession(sessionId)).toMatchObject({
      status: 'stopped',
      endedAtMs: startedAtMs + 900,
      stopReason: 'full',
    });
    expect(ask(store, 'SELECT * FROM test_sessions')).toMatchObject([
      {
        total_activities: 3,
        total_errors: 1,
        avg_response_time: 30,
        avg_cpu_usage: 40,
        avg_memory_usage: 60,
        overall_score: 87.5,
      },
    ]);
  });

  test('without a row ends with totals of zero', () => {
    const store = openStore();
    store.finishSession(sessionId, { status: 'completed', endedAtMs: startedAtMs, stopReason: null });
    expect(ask(store, 'SELECT * FROM test_sessions')).toMatchObject([
      { total_activities: 0, total_errors: 0, avg_response_time: 0, avg_cpu_usage: 0 },
    ]);
  });

  test('that is not there is named', () => {
    const store = openStore();
    const error = thrownBy(() => store.readFacts('nobody'));
    expect(error.code).toBe('SESSION_UNKNOWN');
    expect(error.message).toBe(`There is no session nobody in ${store.path}.`);
  });

  test('knows the capabilities that its hub declares, or that none was seen', () => {
    const store = openStore();
    expect(store.readFacts(sessionId).declaredCapabilities).toBeNull();
    store.ingestFor(sessionId).ingest(session);
    expect(store.readFacts(sessionId).declaredCapabilities).toEqual(['code_search', 'memory']);
  });

  test('marks the scenarios of whose end nothing was heard', () => {
    const store = openStore();
    store.ingestFor(sessionId).ingest([
      { entry: 'scenario_started', scenario: scenarioStart },
      { entry: 'scenario_started', scenario: { ...scenarioStart, taskId: 'task-2' } },
    ]);
    const { taskId: _taskId, ...named } = scenarioStart;
    store.saveScenario(sessionId, {
      ...named,
      taskId: 'task-2',
      durationMs: 9,
      outcome: 'passed',
      errorMessage: null,
    });
    expect(store.markCrashedScenarios(sessionId)).toMatchObject([{ taskId: 'task-1' }]);
    expect(store.markCrashedScenarios(sessionId)).toEqual([]);
    const outcomes = store.readFacts(sessionId).scenarios.map(({ taskId, outcome }) => [taskId, outcome]);
    expect(outcomes).toEqual([
      ['task-1', 'crashed'],
      ['task-2', 'passed'],
    ]);
  });

  test('keeps the end of a scenario that was told before its beginning', () => {
    const store = openStore();
    store.saveScenario(sessionId, { ...scenarioStart, durationMs: 9, outcome: 'failed', errorMessage: 'no' });
    store.ingestFor(sessionId).ingest(session);
    expect(store.readFacts(sessionId).scenarios).toEqual([
      {
        taskId: 'task-1',
        name: 'a scenario',
        file: 'a.realworld.ts',
        line: 7,
        kind: 'load',
        attempts: 1,
        durationMs: 9,
        outcome: 'failed',
        errorMessage: 'no',
      },
    ]);
  });
});
