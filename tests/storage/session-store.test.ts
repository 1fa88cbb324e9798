import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Issue, JournalEntry, Metric, SystemSample } from '../../src/model.js';
import { openDatabase } from '../../src/storage/open-database.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { scenarioStart } from '../support/recording-rig.js';
import { sampleActivity, sessionStart, startedAtMs } from '../support/sample-activity.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { thrownBy } from '../support/thrown-by.js';

const { sessionId } = sessionStart;

function openStore() {
  const store = new SessionStore(join(temporaryDirectory(), 'store.db'));
  onTestFinished(() => store.close());
  store.startSession(sessionStart);
  return store;
}

/** Asks the file itself, through another connection. */
function ask(store: SessionStore, sql: string): unknown[] {
  const database = openDatabase(store.path);
  const rows = database.prepare(sql).all();
  database.close();
  return rows;
}

function activityEntry(...given: Parameters<typeof sampleActivity>): JournalEntry {
  return { entry: 'activity', activity: sampleActivity(...given) };
}

function metric(given: Partial<Metric> & Pick<Metric, 'metricId'>): JournalEntry {
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

function issue(given: Partial<Issue> & Pick<Issue, 'issueId'>): Issue {
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
const session: readonly JournalEntry[] = [
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

const tables = ['test_sessions', 'scenarios', 'activities', 'performance_metrics', 'issues'];

describe('ingesting', () => {
  test('keeps every part of an activity', () => {
    const store = openStore();
    expect(store.ingestFor(sessionId).ingest(session)).toBe(2);
    expect(ask(store, "SELECT * FROM activities WHERE activity_id = 'a-2'")).toMatchObject([
      {
        session_id: sessionId,
        timestamp: '2026-02-03T12:15:00.000Z',
        capability: 'code_search',
        activity_type: 'index',
        response_time_ms: 10,
        cpu_before: null,
        memory_before_mb: 100,
        memory_after_mb: 110,
        heap_before_kb: 10_240,
        heap_after_kb: 11_264,
        external_after_kb: 1_024,
        success: 0,
        outcome: 'failed',
        error_message: "it's broken; --",
        error_type: 'E_X',
        result_data: null,
        parent_id: 'a-1',
        worker_pid: 5,
        attempt: 0,
        cpu_time_ms: 1,
        event_loop_percent: 50,
        overlapping: 0,
        fault: null,
        scenario_id: 1,
      },
    ]);
  });

  test('of the same entries again changes nothing, by the same reader or another', () => {
    const store = openStore();
    const ingest = store.ingestFor(sessionId);
    ingest.ingest(session);
    const dump = () => tables.map((table) => ask(store, `SELECT * FROM ${table}`));
    const before = dump();
    expect(before.every((rows) => rows.length > 0)).toBe(true);
    expect(ingest.ingest(session)).toBe(0);
    expect(store.ingestFor(sessionId).ingest(session)).toBe(0);
    expect(dump()).toEqual(before);
    const { methods } = store.readFacts(sessionId);
    ingest.saveSums();
    expect(JSON.stringify(store.readFacts(sessionId).methods)).toBe(JSON.stringify(methods));
  });

  test('gives the state of the machine before and after each call', () => {
    const store = openStore();
    const at = (epochMs: number): SystemSample => ({
      atMs: epochMs,
      cpuPercent: epochMs - startedAtMs,
      memoryPercent: 1,
      diskPercent: 1,
      workers: [],
      costMs: 1,
    });
    store.ingestFor(sessionId, { systemAt: at }).ingest([activityEntry({ activityId: 'a', durationMs: 40 })]);
    expect(ask(store, 'SELECT cpu_before, cpu_after FROM activities')).toEqual([
      { cpu_before: 0, cpu_after: 40 },
    ]);
  });

  test('records the calls that were running when their process died, and no others', () => {
    const store = openStore();
    const ingest = store.ingestFor(sessionId);
    const running = (activityId: string): JournalEntry => ({
      entry: 'activity_running',
      activity: sampleActivity({ activityId, outcome: 'crashed', durationMs: 150 }),
    });
    ingest.ingest([running('ends'), running('dies'), activityEntry({ activityId: 'ends', durationMs: 300 })]);
    expect(ingest.settleCrashed()).toBe(1);
    expect(ingest.settleCrashed()).toBe(0);
    expect(
      ask(store, 'SELECT activity_id, outcome, success, response_time_ms FROM activities ORDER BY 1'),
    ).toEqual([
      { activity_id: 'dies', outcome: 'crashed', success: 0, response_time_ms: 150 },
      { activity_id: 'ends', outcome: null, success: 1, response_time_ms: 300 },
    ]);
  });

  test('counts the attempts of a scenario and keeps its first start', () => {
    const store = openStore();
    const started = (attempt: number): JournalEntry => ({
      entry: 'scenario_started',
      scenario: { ...scenarioStart, attempt, startedAtMs: startedAtMs + attempt },
    });
    store.ingestFor(sessionId).ingest([started(0), started(1), started(2), started(1)]);
    expect(store.readFacts(sessionId).scenarios).toMatchObject([{ attempts: 3, outcome: 'running' }]);
  });

  test('keeps hostile text as data', () => {
    const store = openStore();
    const hostile = "'); DROP TABLE activities; --\u0000\u001b[31m";
    store
      .ingestFor(sessionId)
      .ingest([activityEntry({ activityId: 'a', capability: hostile, method: hostile })]);
    expect(store.readFacts(sessionId).methods).toMatchObject([{ capability: hostile, method: hostile }]);
  });
});

describe('the SQL that the customer has', () => {
  function filled() {
    const store = openStore();
    const entries: JournalEntry[] = [
      activityEntry({ activityId: '1', durationMs: 100 }),
      activityEntry({ activityId: '2', durationMs: 300 }),
      activityEntry({
        activityId: '3',
        durationMs: 200,
        outcome: 'failed',
        error: { name: 'E', message: 'm' },
      }),
      activityEntry({
        activityId: '4',
        durationMs: 50,
        capability: 'memory',
        startedAtMs: startedAtMs + 60_000,
      }),
    ];
    const sample: SystemSample = {
      atMs: 0,
      cpuPercent: 25,
      memoryPercent: 1,
      diskPercent: 1,
      workers: [],
      costMs: 1,
    };
    store.ingestFor(sessionId, { systemAt: () => sample }).ingest(entries);
    store.saveIssues(sessionId, [
      issue({ issueId: 'i1', severity: 'low', capability: 'memory' }),
      issue({ issueId: 'i2', severity: 'critical' }),
      issue({ issueId: 'i3', severity: 'low' }),
      issue({ issueId: 'i4', severity: 'info' }),
    ]);
    return store;
  }

  test('sums the performance up by capability', () => {
    const rows = ask(
      filled(),
      `SELECT
    capability,
    COUNT(*) as calls,
    AVG(response_time_ms) as avg_time,
    MIN(response_time_ms) as min_time,
    MAX(response_time_ms) as max_time,
    SUM(CASE WHEN success THEN 1 ELSE 0 END) * 100.0 / COUNT(*) as success_rate
FROM activities
WHERE session_id = 'test_20260203_121500'
GROUP BY capability
ORDER BY avg_time DESC;`,
    );
    expect(rows).toEqual([
      {
        capability: 'code_search',
        calls: 3,
        avg_time: 200,
        min_time: 100,
        max_time: 300,
        success_rate: expect.closeTo(66.667, 3),
      },
      { capability: 'memory', calls: 1, avg_time: 50, min_time: 50, max_time: 50, success_rate: 100 },
    ]);
  });

  test('follows the resources over time', () => {
    const rows = ask(
      filled(),
      `SELECT
    strftime('%H:%M', timestamp) as time,
    AVG(cpu_after) as avg_cpu,
    AVG(memory_after_mb) as avg_memory
FROM activities
WHERE session_id = 'test_20260203_121500'
GROUP BY strftime('%H:%M', timestamp)
ORDER BY timestamp;`,
    );
    expect(rows).toEqual([
      { time: '12:15', avg_cpu: 25, avg_memory: 110 },
      { time: '12:16', avg_cpu: 25, avg_memory: 110 },
    ]);
  });

  test('lists the issues by severity', () => {
    const rows = ask(
      filled(),
      `SELECT
    severity,
    COUNT(*) as count,
    GROUP_CONCAT(capability, ', ') as affected_capabilities
FROM issues
WHERE session_id = 'test_20260203_121500'
GROUP BY severity
ORDER BY CASE severity
    WHEN 'critical' THEN 1
    WHEN 'high' THEN 2
    WHEN 'medium' THEN 3
    WHEN 'low' THEN 4
    ELSE 5
END;`,
    );
    expect(rows).toEqual([
      { severity: 'critical', count: 1, affected_capabilities: 'code_search' },
      {
        severity: 'low',
        count: 2,
        affected_capabilities: expect.stringMatching(/^(memory, code_search|code_search, memory)$/),
      },
      { severity: 'info', count: 1, affected_capabilities: 'code_search' },
    ]);
  });
});

describe('figures of a method', () => {
  /** Durations come in any order; ranks do not depend on it. */
  function figuresOf(durations: readonly number[]) {
    const store = openStore();
    store
      .ingestFor(sessionId)
      .ingest(durations.map((durationMs, index) => activityEntry({ activityId: `a${index}`, durationMs })));
    const [figures] = store.readFacts(sessionId).methods;
    return figures;
  }

  test.each([
    { durations: [7], medianMs: 7, p95Ms: 7 },
    { durations: [9, 1], medianMs: 1, p95Ms: 9 },
    { durations: [3, 1, 2], medianMs: 2, p95Ms: 3 },
    { durations: shuffled(19), medianMs: 10, p95Ms: 19 },
    { durations: shuffled(20), medianMs: 10, p95Ms: 19 },
    { durations: shuffled(21), medianMs: 11, p95Ms: 20 },
    { durations: shuffled(100), medianMs: 50, p95Ms: 95 },
  ])('has median $medianMs and 95th percentile $p95Ms by nearest rank', ({ durations, medianMs, p95Ms }) => {
    const count = durations.length;
    expect(figuresOf(durations)).toMatchObject({
      calls: count,
      medianMs,
      p95Ms,
      maxMs: Math.max(...durations),
      meanMs: durations.reduce((sum, ms) => sum + ms, 0) / count,
      slowestActivityId: `a${durations.indexOf(Math.max(...durations))}`,
    });
  });

  test('puts calls into bands at 500, 2000 and 5000 ms', () => {
    expect(figuresOf([0, 499.9, 500, 1_999.9, 2_000, 4_999.9, 5_000, 90_000])).toMatchObject({
      excellentCalls: 2,
      goodCalls: 2,
      acceptableCalls: 2,
      poorCalls: 2,
    });
  });

  test('keeps what failed under a fault apart from what failed by itself', () => {
    const store = openStore();
    const error = { name: 'E', message: 'm' };
    const entries = (
      [
        ['failed', null],
        ['timed_out', null],
        ['crashed', null],
        ['succeeded', null],
        ['abandoned', null],
        ['succeeded', 'disk_full'],
        ['failed', 'disk_full'],
        ['timed_out', 'disk_full'],
        ['crashed', 'disk_full'],
      ] as const
    ).map(([outcome, fault], index) =>
      activityEntry({ activityId: `a${index}`, outcome, fault, error: outcome === 'failed' ? error : null }),
    );
    store.ingestFor(sessionId).ingest(entries);
    const { methods, errorGroups } = store.readFacts(sessionId);
    expect(methods).toMatchObject([
      {
        calls: 9,
        errors: 3,
        errorsUnderFault: 3,
        timeouts: 1,
        crashes: 1,
        failedActivityId: 'a0',
        cpuTimeMs: 9,
      },
    ]);
    expect(errorGroups.map(({ count, errorType }) => [count, errorType])).toEqual([
      [2, 'Error'],
      [1, 'E'],
    ]);
  });

  test('groups equal errors, the most frequent first', () => {
    const store = openStore();
    const messages = ['rare', 'often', 'often'];
    store
      .ingestFor(sessionId)
      .ingest(
        messages.map((message, index) =>
          activityEntry({ activityId: `a${index}`, outcome: 'failed', error: { name: 'E', message } }),
        ),
      );
    expect(store.readFacts(sessionId).errorGroups).toEqual([
      {
        capability: 'code_search',
        method: 'index',
        errorType: 'E',
        fingerprint: 'often',
        message: 'often',
        count: 2,
        activityId: 'a1',
      },
      {
        capability: 'code_search',
        method: 'index',
        errorType: 'E',
        fingerprint: 'rare',
        message: 'rare',
        count: 1,
        activityId: 'a0',
      },
    ]);
  });
});

describe('figures of a metric', () => {
  test('are those of its series, each unit by itself', () => {
    const store = openStore();
    store
      .ingestFor(sessionId)
      .ingest([
        metric({ metricId: '1', value: 4, atMs: startedAtMs }),
        metric({ metricId: '2', value: 10, atMs: startedAtMs + 2 }),
        metric({ metricId: '3', value: 1, atMs: startedAtMs + 1 }),
        metric({ metricId: '4', value: 99, atMs: startedAtMs + 9, unit: 'rows/s' }),
      ]);
    expect(store.readFacts(sessionId).metrics).toEqual([
      {
        capability: 'load',
        metricType: 'throughput',
        unit: 'ops/s',
        count: 3,
        mean: 5,
        min: 1,
        max: 10,
        last: 10,
      },
      {
        capability: 'load',
        metricType: 'throughput',
        unit: 'rows/s',
        count: 1,
        mean: 99,
        min: 99,
        max: 99,
        last: 99,
      },
    ]);
  });

  test('come from the samples of the machine too, each sample once', () => {
    const store = openStore();
    const sample = {
      atMs: startedAtMs,
      cpuPercent: 10,
      memoryPercent: 20,
      diskPercent: 30,
      workers: [],
      costMs: 1.26,
    };
    store.saveSystemSample(sessionId, sample);
    store.saveSystemSample(sessionId, sample);
    store.saveSystemSample(sessionId, { ...sample, atMs: startedAtMs + 5, cpuPercent: 30 });
    const means = store
      .readFacts(sessionId)
      .metrics.map(({ metricType, mean, count }) => [metricType, mean, count]);
    expect(means).toEqual([
      ['cpu_usage', 20, 2],
      ['disk_usage', 30, 2],
      ['memory_usage', 20, 2],
      ['monitor_cost', 1.26, 2],
    ]);
  });
});

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

describe('issues and suggestions', () => {
  test('of a later analysis take the place of those of an earlier one; reported ones stay', () => {
    const store = openStore();
    store.ingestFor(sessionId).ingest(session);
    store.replaceRuleIssues(sessionId, [issue({ issueId: 'r1' }), issue({ issueId: 'r2' })]);
    store.replaceRuleIssues(sessionId, [issue({ issueId: 'r2', description: 'again' })]);
    expect(ask(store, 'SELECT issue_id, source, description FROM issues ORDER BY 1')).toEqual([
      { issue_id: 'i-1', source: 'scenario', description: 'a problem' },
      { issue_id: 'r2', source: 'rule', description: 'again' },
    ]);
    expect(store.readFacts(sessionId).reportedIssues).toEqual([
      issue({ issueId: 'i-1', taskId: 'task-1', reproducible: true }),
    ]);
  });

  test('are replaced together', () => {
    const store = openStore();
    const suggestion = {
      category: 'reliability',
      priority: 'high',
      suggestion: 'Fix it',
      rationale: 'Because',
      estimatedImpact: 'Much',
      expectedGain: 0,
      issueId: 'i-1',
    } as const;
    store.replaceSuggestions(sessionId, [suggestion, suggestion], startedAtMs);
    store.replaceSuggestions(sessionId, [suggestion], startedAtMs);
    expect(ask(store, 'SELECT * FROM improvement_suggestions')).toMatchObject([
      {
        session_id: sessionId,
        category: 'reliability',
        priority: 'high',
        suggestion: 'Fix it',
        rationale: 'Because',
        estimated_impact: 'Much',
        issue_id: 'i-1',
      },
    ]);
  });
});

/** The numbers from 1 to a count, the odd ones backwards behind the even ones. */
function shuffled(count: number): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...numbers.filter((number) => number % 2 === 0),
    ...numbers.filter((number) => number % 2 === 1).reverse(),
  ];
}

test('a sample keeps memory and CPU of each worker, the CPU from its second sample on', () => {
  const store = openStore();
  const sample = { cpuPercent: 1, memoryPercent: 1, diskPercent: 1, costMs: 1 };
  const worker = { pid: 77, rssBytes: 50 * 1024 ** 2 };
  store.saveSystemSample(sessionId, {
    ...sample,
    atMs: startedAtMs,
    workers: [{ ...worker, cpuPercent: null }],
  });
  store.saveSystemSample(sessionId, {
    ...sample,
    atMs: startedAtMs + 9,
    workers: [{ ...worker, cpuPercent: 80 }],
  });
  expect(
    ask(
      store,
      "SELECT metric_type, value, unit, context FROM performance_metrics WHERE capability = 'worker' ORDER BY rowid",
    ),
  ).toEqual([
    { metric_type: 'memory_usage', value: 50, unit: 'MB', context: '{"pid":77}' },
    { metric_type: 'memory_usage', value: 50, unit: 'MB', context: '{"pid":77}' },
    { metric_type: 'cpu_usage', value: 80, unit: 'percent of a core', context: '{"pid":77}' },
  ]);
});
