import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RealWorldTester } from 'vitest-realworld/core';
import { isRunning } from '../../src/session/session-directories.js';
import { waitFor } from '../e2e/inner-project.js';
import { TesterProject } from './tester-project.js';

describe('await using', () => {
  test('stops every session that was started, when its block ends', async () => {
    using project = new TesterProject('watching');
    const pids: (number | null)[] = [];
    {
      await using tester = project.tester();
      const first = await tester.startTestSession(project.workspace, { durationMinutes: 5 });
      const second = await tester.startTestSession(project.addWorkspace('other'), { durationMinutes: 5 });
      pids.push(tester.processIdOf(first), tester.processIdOf(second));
    }
    expect(pids.map((pid) => pid !== null && isRunning(pid))).toEqual([false, false]);
    expect(project.query('SELECT status FROM test_sessions')).toEqual([
      { status: 'stopped' },
      { status: 'stopped' },
    ]);
  });

  test('ends a session that is still being started', async () => {
    using project = new TesterProject('watching');
    const tester = project.tester();
    const starting = tester.startTestSession(project.workspace, { durationMinutes: 5 });
    const outcome = starting.then(
      () => 'began',
      () => 'refused',
    );
    await tester[Symbol.asyncDispose]();
    expect(['began', 'refused']).toContain(await outcome);
    const rows = existsSync(tester.database) ? project.query('SELECT status FROM test_sessions') : [];
    expect(rows).not.toContainEqual({ status: 'running' });
  });
});

describe('a process that is killed', () => {
  test('leaves a session that is recorded as crashed, with the calls that it had made', async () => {
    using project = new TesterProject('watching');
    await using tester = project.tester();
    const sessionId = await tester.startTestSession(project.workspace, { durationMinutes: 5 });
    await expect.poll(() => activities(tester), { timeout: 45_000 }).toBeGreaterThan(0);
    const seen = await activities(tester);
    const pid = tester.processIdOf(sessionId);
    if (pid === null) throw new Error('The session has no process.');
    process.kill(pid, 'SIGKILL');

    const stats = await tester.waitForSession(sessionId);
    expect(stats).toMatchObject({
      status: 'error',
      stopReason: 'the run was killed; its journals were read by a later one',
    });
    expect(stats.totalActivities).toBeGreaterThanOrEqual(seen);
    const { topIssues, scenarios } = await tester.analyzeSessionResults(sessionId);
    expect(scenarios.map(({ outcome }) => outcome)).toEqual(['crashed']);
    expect(topIssues.map(({ severity, issueType }) => `${severity} ${issueType}`)).toContain(
      'critical worker_crash',
    );
    // The next one is not troubled by it.
    const next = await tester.startTestSession(project.workspace, { durationMinutes: 5 });
    expect((await tester.stopSession(next)).status).toBe('stopped');
  });
});

describe('a program that dies', () => {
  test('leaves sessions that end in order, stored as stopped', async () => {
    using project = new TesterProject('watching');
    project.write({
      'program.mjs': `
        import { writeFileSync } from 'node:fs';
        import { RealWorldTester } from 'vitest-realworld/core';
        const tester = new RealWorldTester({ resourceLimits: { cpuPercentMax: 100 } });
        const sessionId = await tester.startTestSession('workspace', { durationMinutes: 5 });
        for (;;) {
          const { totalActivities } = await tester.monitorActivities();
          if (totalActivities > 0) break;
          await new Promise((settle) => setTimeout(settle, 50));
        }
        writeFileSync('pid.txt', String(tester.processIdOf(sessionId)));`,
    });
    const { child, ended } = project.start(['program.mjs']);
    await waitFor('the session', () => existsSync(project.path('pid.txt')) && readPid(project) > 0);
    child.kill('SIGKILL');
    await ended;
    await waitFor('the end of its process', () => !isRunning(readPid(project)));
    expect(project.query('SELECT status, stop_reason FROM test_sessions')).toEqual([
      { status: 'stopped', stop_reason: 'the run was interrupted' },
    ]);
  });
});

function readPid(project: TesterProject): number {
  return Number(readFileSync(project.path('pid.txt'), 'utf8'));
}

async function activities(tester: RealWorldTester): Promise<number> {
  return (await tester.monitorActivities()).totalActivities;
}
