import { describe, expect, test } from 'vitest';
import { InnerProject, smallProject } from './inner-project.js';

const withOptions = (options: string): Readonly<Record<string, string>> => ({
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config';
    import { realWorld } from 'vitest-realworld/plugin';
    export default defineConfig({ plugins: [realWorld(${options})] });`,
});

const twoScenarios = (body: string): Readonly<Record<string, string>> => ({
  'greeter.realworld.ts': `
    import { writeFileSync } from 'node:fs';
    import { setTimeout as delay } from 'node:timers/promises';
    import { realWorldTest as realWorld } from 'vitest-realworld';
    realWorld.scenario('goes on until it is told to stop', { kind: 'monitoring' }, async ({ hub, signal }) => {
      signal.addEventListener('abort', () => writeFileSync('told.txt', ''));
      while (!signal.aborted) {
        ${body}
        await delay(20);
      }
    });
    realWorld.scenario('comes later', { kind: 'load' }, ({ hub }) => { writeFileSync('later.txt', ''); });`,
});

interface SessionRow {
  readonly status: string;
  readonly stop_reason: string | null;
}

describe('a safety limit', () => {
  test('on errors in a row stops the session, aborts the signal, and skips what is to come', async () => {
    using project = new InnerProject({
      ...smallProject,
      ...twoScenarios("try { hub.greeter.fail('no service'); } catch {}"),
    });
    const run = await project.run();
    expect(run.stdout).toContain('END OF REPORT');
    const [session] = project.query<SessionRow>('SELECT status, stop_reason FROM test_sessions');
    expect(session?.status).toBe('stopped');
    expect(session?.stop_reason).toContain(
      '5 activities in a row failed, the last one greeter.fail: no service',
    );
    const critical = project.query(
      "SELECT issue_type, capability FROM issues WHERE severity = 'critical' AND source = 'scenario'",
    );
    expect(critical).toEqual([{ issue_type: 'error_burst', capability: 'system' }]);
    const scenarios = project.query<{ name: string; outcome: string; error_message: string | null }>(
      'SELECT name, outcome, error_message FROM scenarios ORDER BY scenario_id',
    );
    expect(scenarios.map(({ outcome }) => outcome)).toEqual(['stopped', 'skipped']);
    expect(scenarios[1]?.error_message).toContain('5 activities in a row failed');
    expect(project.exists('told.txt')).toBe(true);
    expect(project.exists('later.txt')).toBe(false);
  });

  test('on the CPU of the machine, sustained over three samples, stops the session', async () => {
    using project = new InnerProject({
      ...smallProject,
      ...withOptions('{ limits: { cpuPercentMax: 1 }, monitorIntervalSeconds: 0.1 }'),
      // A loop that keeps one core busy in slices, so that timers run.
      ...twoScenarios('const until = Date.now() + 60; while (Date.now() < until);'),
    });
    const run = await project.run();
    expect(run.stdout).toContain('END OF REPORT');
    const [session] = project.query<SessionRow>('SELECT status, stop_reason FROM test_sessions');
    expect(session?.status).toBe('stopped');
    expect(session?.stop_reason).toMatch(/CPU was above 1 % in 3 samples in a row/);
  });

  test.each([
    ['memory', 'memoryPercentMax', /memory was above 1 % in 3 samples in a row/i],
    ['disk', 'diskPercentMax', /disk was above 1 % in 3 samples in a row/i],
  ])(
    'on the %s of the machine stops the session, aborts the signal, and skips what is to come',
    async (_resource, limit, reason) => {
      // Every machine uses more than that. The three samples take longer than a worker takes to start:
      // the limit is to meet a scenario that is running.
      using project = new InnerProject({
        ...smallProject,
        ...withOptions(`{ limits: { cpuPercentMax: 100, ${limit}: 1 }, monitorIntervalSeconds: 2 }`),
        ...twoScenarios("hub.greeter.greet('Ada');"),
      });
      const run = await project.run();
      expect(run.stdout).toContain('END OF REPORT');
      const [session] = project.query<SessionRow>('SELECT status, stop_reason FROM test_sessions');
      expect(session?.status).toBe('stopped');
      expect(session?.stop_reason).toMatch(reason);
      expect(
        project.query("SELECT capability, source FROM issues WHERE severity = 'critical'"),
      ).toContainEqual({ capability: 'system', source: 'scenario' });
      const scenarios = project.query<{ outcome: string; error_message: string | null }>(
        'SELECT outcome, error_message FROM scenarios ORDER BY scenario_id',
      );
      expect(scenarios.map(({ outcome }) => outcome)).toEqual(['stopped', 'skipped']);
      expect(scenarios[1]?.error_message).toMatch(reason);
      expect([project.exists('told.txt'), project.exists('later.txt')]).toEqual([true, false]);
      expect(project.query('SELECT count(*) AS activities FROM activities')).not.toEqual([{ activities: 0 }]);
    },
  );
});

describe('the duration limit', () => {
  test('ends the session with status completed', async () => {
    using project = new InnerProject({
      ...smallProject,
      ...withOptions('{ sessionMinutesMax: 0.02 }'),
      ...twoScenarios("hub.greeter.greet('Ada');"),
    });
    const run = await project.run();
    expect(run.stdout).toContain('END OF REPORT');
    const [session] = project.query<SessionRow>('SELECT status, stop_reason FROM test_sessions');
    expect(session).toEqual({
      status: 'completed',
      stop_reason: 'the session reached its limit of 0.02 minutes',
    });
    expect(project.exists('told.txt')).toBe(true);
  });
});
