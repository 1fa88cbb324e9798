import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FinalStats, MonitorData, RealWorldTester, SessionAnalysis } from 'vitest-realworld/core';
import { TesterProject } from './tester-project.js';

/** The twenty tests of the program that this package continues, by number, name and meaning. */

describe('a tester', () => {
  test('01 initialization: knows its database and limits, and touches nothing before it is asked to', () => {
    using project = new TesterProject('watching');
    const tester = project.tester({ resourceLimits: { consecutiveErrorsMax: 3 } });
    expect(tester.database).toBe(project.path('.realworld/realworld_testing.db'));
    expect(tester.resourceLimits).toEqual({
      cpuPercentMax: 90,
      memoryPercentMax: 95,
      diskPercentMax: 98,
      consecutiveErrorsMax: 3,
    });
    expect(existsSync(tester.database)).toBe(false);
  });

  test('03 invalid project path: is refused, and no session begins', async () => {
    using project = new TesterProject('watching');
    await using tester = project.tester();
    await expect(tester.startTestSession(project.path('nowhere'))).rejects.toMatchObject({
      name: 'RealWorldError',
      code: 'WORKSPACE_MISSING',
    });
    expect((await tester.monitorActivities()).activeSessions).toEqual([]);
    expect(existsSync(tester.database)).toBe(false);
  });

  test('09 resource safety check: a limit that is breached stops the session and says which', async () => {
    using project = new TesterProject('watching');
    await using tester = project.tester();
    // Every machine uses more memory than that. The three samples take longer than a worker takes to start.
    tester.resourceLimits = { cpuPercentMax: 100, memoryPercentMax: 1 };
    const sessionId = await tester.startTestSession(project.workspace, { durationMinutes: 5 });
    const stats = await tester.waitForSession(sessionId);
    expect(stats.status).toBe('stopped');
    expect(stats.stopReason).toMatch(/memory was above 1 % in 3 samples in a row/i);
    const { topIssues } = await tester.analyzeSessionResults(sessionId);
    expect(topIssues[0]).toMatchObject({ severity: 'critical', capability: 'system' });
  });

  test('13 multiple sessions: three run at once on three workspaces and are told apart', async () => {
    using project = new TesterProject('watching');
    const workspaces = ['project0', 'project1', 'project2'].map((name) => project.addWorkspace(name));
    await using tester = project.tester();
    const ids = await Promise.all(
      workspaces.map((workspace) => tester.startTestSession(workspace, { durationMinutes: 5 })),
    );
    expect(new Set(ids).size).toBe(3);
    expect(new Set(ids.map((id) => tester.processIdOf(id))).size).toBe(3);

    await expect.poll(() => callsOfActive(tester), { timeout: 45_000 }).toEqual([true, true, true]);
    const { activeSessions, totalActivities } = await tester.monitorActivities();
    expect(new Map(activeSessions.map(({ sessionId, projectPath }) => [sessionId, projectPath]))).toEqual(
      new Map(ids.map((id, index) => [id, workspaces[index]])),
    );
    expect(totalActivities).toBe(activeSessions.reduce((sum, { activities }) => sum + activities, 0));

    const ends: FinalStats[] = await Promise.all(ids.map((id) => tester.stopSession(id)));
    expect(ends.map(({ status }) => status)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(ends.map(({ projectPath }) => projectPath)).toEqual(workspaces);
    expect((await tester.monitorActivities()).activeSessions).toEqual([]);
    const rows = project.query<{ session_id: string; calls: number }>(
      'SELECT session_id, count(*) AS calls FROM activities GROUP BY session_id',
    );
    // Each session has its own calls and nobody else's.
    expect(new Map(rows.map(({ session_id, calls }) => [session_id, calls]))).toEqual(
      new Map(ends.map(({ sessionId, totalActivities: calls }) => [sessionId, calls])),
    );
  });

  test('14 session duration timeout: ends a session when its time is over, also one that heeds nothing', async () => {
    using project = new TesterProject('stubborn');
    await using tester = project.tester();
    const sessionId = await tester.startTestSession(project.workspace, { durationMinutes: 0.2 });
    const stats = await tester.waitForSession(sessionId);
    expect(stats).toMatchObject({
      status: 'completed',
      stopReason: 'the session reached its limit of 0.2 minutes',
      totalActivities: 1,
    });
  });
});

describe('a session at work', () => {
  let project: TesterProject;
  let tester: RealWorldTester;
  let sessionId: string;

  beforeAll(async () => {
    project = new TesterProject('watching');
    tester = project.tester();
    sessionId = await tester.startTestSession(project.workspace, { durationMinutes: 5 });
  }, 60_000);

  afterAll(async () => {
    await tester[Symbol.asyncDispose]();
    project[Symbol.dispose]();
  }, 60_000);

  test('02 start session: has an id and a row, and is running', () => {
    expect(sessionId).toMatch(/^test_\d{8}_\d{6}_[0-9a-z]{4}$/);
    expect(
      project.query('SELECT session_id, project_path, duration_minutes, status FROM test_sessions'),
    ).toEqual([
      {
        session_id: sessionId,
        project_path: project.workspace,
        duration_minutes: 5,
        status: 'running',
      },
    ]);
  });

  test('07 monitor activities: shows time, calls and capabilities while they happen', async () => {
    await expect.poll(() => callsOfActive(tester), { timeout: 45_000 }).toEqual([true]);
    const data: MonitorData = await tester.monitorActivities();
    const [active] = data.activeSessions;
    expect(active).toMatchObject({
      sessionId,
      projectPath: project.workspace,
      runningScenarios: ['goes on'],
      endedScenarios: 0,
      errors: 0,
      capabilities: [{ capability: 'search', errors: 0, successRate: 1, calls: active?.activities }],
    });
    expect(active?.elapsedMs).toBeGreaterThan(0);
    expect((active?.elapsedMs ?? 0) + (active?.remainingMs ?? 0)).toBe(5 * 60_000);
    expect(data).toMatchObject({ totalActivities: active?.activities, totalErrors: 0 });
    const later = await tester.monitorActivities();
    expect(later.totalActivities).toBeGreaterThanOrEqual(data.totalActivities);
  });

  test('10 stop session: ends it in order, with its totals and a report', async () => {
    const stats = await tester.stopSession(sessionId);
    expect(stats).toMatchObject({
      sessionId,
      status: 'stopped',
      stopReason: 'the run was interrupted',
      totalErrors: 0,
      successRatePercent: 100,
    });
    expect(project.query('SELECT status, total_activities FROM test_sessions')).toEqual([
      { status: 'stopped', total_activities: stats.totalActivities },
    ]);
    expect(project.query('SELECT outcome FROM scenarios')).toEqual([{ outcome: 'stopped' }]);
    expect(project.exists(`.realworld/reports/${sessionId}.txt`)).toBe(true);
    expect((await tester.monitorActivities()).activeSessions).toEqual([]);
  });
});

describe('a session that ran to its end', () => {
  let project: TesterProject;
  let tester: RealWorldTester;
  let stats: FinalStats;
  let analysis: SessionAnalysis;

  beforeAll(async () => {
    project = new TesterProject('mixed');
    tester = project.tester();
    const sessionId = await tester.startTestSession(project.workspace);
    stats = await tester.waitForSession(sessionId);
    analysis = await tester.analyzeSessionResults(sessionId);
  }, 60_000);

  afterAll(async () => {
    await tester[Symbol.asyncDispose]();
    project[Symbol.dispose]();
  });

  test('04 activity logging: every call is a row with its time, success and error', () => {
    const rows = project.query(`SELECT capability, count(*) AS calls, sum(success) AS succeeded,
      sum(response_time_ms >= 0) AS timed, sum(error_message LIKE 'cannot parse%') AS explained
      FROM activities WHERE session_id = '${stats.sessionId}' GROUP BY capability ORDER BY capability`);
    expect(rows).toEqual([
      { capability: 'archive', calls: 1, succeeded: 1, timed: 1, explained: null },
      { capability: 'parser', calls: 40, succeeded: 20, timed: 40, explained: 20 },
      { capability: 'search', calls: 40, succeeded: 40, timed: 40, explained: null },
      { capability: 'store', calls: 4, succeeded: 3, timed: 4, explained: 0 },
    ]);
  });

  test('05 metric logging: what a scenario measured and what the machine used are rows with a unit', () => {
    expect(
      project.query(
        "SELECT value, unit, capability FROM performance_metrics WHERE metric_type = 'files_indexed'",
      ),
    ).toEqual([{ value: 12, unit: 'files', capability: 'search' }]);
    const system = project.query<{ metric_type: string }>(
      "SELECT DISTINCT metric_type FROM performance_metrics WHERE capability = 'system' AND unit = 'percent' ORDER BY 1",
    );
    expect(system.map(({ metric_type }) => metric_type)).toEqual(['cpu_usage', 'disk_usage', 'memory_usage']);
  });

  test('06 issue logging: a reported issue is a row with its severity and remedy', () => {
    expect(
      project.query(
        "SELECT severity, capability, description, suggested_fix FROM issues WHERE issue_type = 'stale_index'",
      ),
    ).toEqual([
      {
        severity: 'critical',
        capability: 'search',
        description: 'The index is older than the files.',
        suggested_fix: 'Index again.',
      },
    ]);
  });

  test('08 collect metrics: tells what the machine uses now and how each capability did', async () => {
    const { systemResources, capabilityPerformance } = await tester.collectMetrics();
    for (const percent of ['cpuPercent', 'memoryPercent', 'diskPercent'] as const) {
      expect(systemResources[percent]).toBeGreaterThanOrEqual(0);
      expect(systemResources[percent]).toBeLessThanOrEqual(100);
    }
    expect(systemResources.memoryPercent).toBeGreaterThan(0);
    const parser = capabilityPerformance.find(({ capability }) => capability === 'parser');
    expect(parser).toMatchObject({
      sessionId: stats.sessionId,
      calls: 40,
      errors: 20,
      errorsUnderFault: 0,
      successRate: 0.5,
    });
  });

  test('11 analyze session results: has the session, its summary, capabilities and issues', () => {
    expect(analysis.session).toMatchObject({ sessionId: stats.sessionId, status: 'completed' });
    expect(analysis.summary).toMatchObject({ totalActivities: 85, totalErrors: 20 });
    // 84 calls were not under a fault, and 64 of them succeeded.
    expect(analysis.summary.successRatePercent).toBeCloseTo((64 / 84) * 100, 9);
    expect(analysis.summary.avgResponseTimeMs).toBeGreaterThan(2_000 / 85);
    const slow = analysis.activitiesByCapability.filter(({ avgResponseMs }) => avgResponseMs > 2_000);
    expect(slow.map(({ capability }) => capability)).toEqual(['archive']);
    const critical = analysis.topIssues.filter(({ severity }) => severity === 'critical');
    expect(critical.map(({ issueType }) => issueType)).toContain('stale_index');
    expect(analysis.suggestions).not.toEqual([]);
  });

  test('12 generate improvement report: is the text that the run saved', async () => {
    const report = await tester.generateImprovementReport(stats.sessionId);
    expect(report).toBe(readFileSync(project.path(`.realworld/reports/${stats.sessionId}.txt`), 'utf8'));
    for (const title of ['SUMMARY', 'WHAT WORKED WELL', 'WHAT WORKED POORLY', 'TOP ISSUES DISCOVERED']) {
      expect(report).toContain(`= ${title} =`);
    }
    expect(report).toContain('ACTIONABLE IMPROVEMENTS');
  });

  test('15 error recovery tracking: keeps the fault, the failure under it and the recovery', () => {
    expect(project.query("SELECT activity_type, success FROM activities WHERE fault = 'store_down'")).toEqual(
      [{ activity_type: 'read', success: 0 }],
    );
    expect(analysis.totals).toMatchObject({ errors: 20, errorsUnderFault: 1 });
    const recovered = analysis.metrics.find(({ metricType }) => metricType === 'recovered');
    expect(recovered).toMatchObject({ count: 1, mean: 1 });
  });

  test('16 worked well detection: names what is reliable and fast', () => {
    expect(analysis.workedWell.map(({ capability }) => capability)).toContain('search');
    expect(analysis.workedWell.map(({ capability }) => capability)).not.toContain('parser');
  });

  test('17 worked poorly detection: names what fails and what is slow, and why', () => {
    const poorly = new Map(analysis.workedPoorly.map(({ capability, statement }) => [capability, statement]));
    expect([...poorly.keys()].sort()).toEqual(['archive', 'parser']);
    expect(poorly.get('parser')).toContain('Low success rate (50.0% of 40 calls)');
    expect(poorly.get('archive')).toMatch(/^Slow response \(open \d+\.\ds\)/);
  });

  test('18 overall score calculation: is the sum of its weighted parts, and what the database holds', () => {
    const parts = analysis.score?.parts ?? [];
    const sum = parts.reduce((total, { weight, value }) => total + weight * value, 0);
    expect(analysis.session.overallScore).toBeCloseTo(sum * 100, 6);
    expect(project.query<{ overall_score: number }>('SELECT overall_score FROM test_sessions')).toEqual([
      { overall_score: stats.overallScore },
    ]);
    // Every fourth call failed, so no full marks.
    expect(stats.overallScore).toBeLessThan(100);
  });

  test('19 database indexes: are there under their names', () => {
    const indexes = project.query<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'idx_%'",
    );
    expect(indexes.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'idx_activities_session',
        'idx_activities_capability',
        'idx_metrics_session',
        'idx_issues_session',
        'idx_issues_severity',
      ]),
    );
  });
});

test('20 full integration test: start, monitor, collect, stop, analyze and report, one after the other', async () => {
  using project = new TesterProject('watching');
  await using tester = project.tester();
  const sessionId = await tester.startTestSession(project.workspace, { durationMinutes: 5 });
  await expect.poll(() => callsOfActive(tester), { timeout: 45_000 }).toEqual([true]);
  const seen = await tester.monitorActivities();
  const { systemResources, capabilityPerformance } = await tester.collectMetrics();
  expect(systemResources.memoryPercent).toBeGreaterThan(0);
  expect(capabilityPerformance.map(({ capability }) => capability)).toEqual(['search']);
  const stats = await tester.stopSession(sessionId);
  expect(stats.totalActivities).toBeGreaterThanOrEqual(seen.totalActivities);
  const analysis = await tester.analyzeSessionResults(sessionId);
  expect(analysis.summary.totalActivities).toBe(stats.totalActivities);
  expect(analysis.session.overallScore).toBe(stats.overallScore);
  const report = await tester.generateImprovementReport(sessionId);
  expect(report).toContain(`Session ID: ${sessionId}`);
  expect(report).toContain(`Total Activities: ${stats.totalActivities}`);
});

/** Whether each active session has calls that were seen. */
async function callsOfActive(tester: RealWorldTester): Promise<readonly boolean[]> {
  const { activeSessions } = await tester.monitorActivities();
  return activeSessions.map(({ activities }) => activities > 0);
}
