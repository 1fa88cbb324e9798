import { describe, expect, test } from 'vitest';
import { RealWorldTester, type SessionAnalysis, SessionStore } from 'vitest-realworld/core';
import { configured, TesterProject } from './tester-project.js';

/** The programs that the document of the customer writes with a tester, in TypeScript. */

type Verdict = { readonly exitCode: 0 | 1; readonly said: string };

/** As in "Integration with CI/CD": a score below 70, none at all, or a critical issue fails the step. */
function validate(analysis: SessionAnalysis): Verdict {
  const score = analysis.session.overallScore;
  if (score === null || score < 70) {
    return {
      exitCode: 1,
      said: `FAIL: Quality score ${score?.toFixed(1) ?? 'unknown'} below threshold (70)`,
    };
  }
  const critical = analysis.topIssues.filter(({ severity }) => severity === 'critical');
  if (critical.length > 0) return { exitCode: 1, said: `FAIL: ${critical.length} critical issues found` };
  return { exitCode: 0, said: `PASS: Quality score ${score.toFixed(1)}, no critical issues` };
}

/** As in "Performance Regression Detection": more than a fifth slower than the baseline is a regression. */
function slowerBy(current: SessionAnalysis, baseline: SessionAnalysis): number | null {
  const currentMs = current.summary.avgResponseTimeMs;
  const baselineMs = baseline.summary.avgResponseTimeMs;
  return currentMs === null || baselineMs === null ? null : ((currentMs - baselineMs) / baselineMs) * 100;
}

/** A capability whose calls take as long as the workspace says. */
const paced = {
  'hub.ts': `
    import { readFileSync } from 'node:fs';
    import { join } from 'node:path';
    import { defineCapability, defineHub } from 'vitest-realworld';
    class Pace {
      constructor(private readonly ms: number) {}
      async step() { await new Promise((settle) => setTimeout(settle, this.ms)); return 1; }
    }
    export default defineHub({ capabilities: { pace: defineCapability({
      create: ({ workspacePath }) => new Pace(Number(readFileSync(join(workspacePath, 'pace.txt'), 'utf8'))),
    }) } });`,
  'first.realworld.ts': `
    import { realWorldTest as realWorld } from 'vitest-realworld';
    realWorld.scenario('steps', { kind: 'load' }, async ({ hub }) => {
      for (let index = 0; index < 20; index++) await hub.pace.step();
    });`,
};

test('a CI step fails on a critical issue, and passes without one', async () => {
  using broken = new TesterProject('mixed');
  using sound = new TesterProject('watching', configured);
  const verdicts: Verdict[] = [];
  for (const project of [broken, sound]) {
    await using tester = project.tester({ database: 'ci_tests.db' });
    const sessionId = await tester.startTestSession(project.workspace);
    await tester.waitForSession(sessionId);
    verdicts.push(validate(await tester.analyzeSessionResults(sessionId)));
  }
  expect(verdicts.map(({ exitCode }) => exitCode)).toEqual([1, 0]);
  expect(verdicts[0]?.said).toMatch(/FAIL: \d+ critical issues found/);
  expect(verdicts[1]?.said).toMatch(/^PASS: Quality score \d+\.\d, no critical issues$/);
});

test('a session without a call has no score, and is no pass', async () => {
  using project = new TesterProject('watching', {
    'first.realworld.ts': `
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('calls nothing', { kind: 'load' }, () => {});`,
  });
  await using tester = project.tester();
  const stats = await tester.waitForSession(await tester.startTestSession(project.workspace));
  expect(stats).toMatchObject({
    status: 'completed',
    totalActivities: 0,
    successRatePercent: null,
    avgResponseTimeMs: null,
    overallScore: null,
  });
  expect(validate(await tester.analyzeSessionResults(stats.sessionId)).said).toContain('unknown');
});

test('a regression between two sessions is seen by a tester that ran neither', async () => {
  using project = new TesterProject('watching', paced);
  const ids: string[] = [];
  {
    await using tester = project.tester();
    for (const paceMs of [10, 100]) {
      project.write({ 'workspace/pace.txt': String(paceMs) });
      const sessionId = await tester.startTestSession(project.workspace);
      ids.push((await tester.waitForSession(sessionId)).sessionId);
    }
  }
  await using reader = project.tester();
  const [baseline, current] = await Promise.all(ids.map((id) => reader.analyzeSessionResults(id)));
  if (baseline === undefined || current === undefined) throw new Error('A session is missing.');
  expect(slowerBy(current, baseline)).toBeGreaterThan(20);
  expect(slowerBy(baseline, current)).toBeLessThan(0);
  expect(slowerBy(current, current)).toBe(0);
});

describe('a database of its own', () => {
  test('is kept for each tester, wherever the configuration of the project would put it', async () => {
    using project = new TesterProject('watching', configured);
    const ids: string[] = [];
    for (const database of ['production_tests.db', 'deep er/döv tests.db']) {
      await using tester = project.tester({ database });
      expect(tester.database).toBe(project.path(database));
      const sessionId = await tester.startTestSession(project.workspace);
      await tester.waitForSession(sessionId);
      ids.push(sessionId);
      const store = new SessionStore(project.path(database));
      expect(store.listSessions().map((session) => session.sessionId)).toEqual([sessionId]);
      store.close();
    }
    expect(new Set(ids).size).toBe(2);
    expect(project.exists('.realworld/realworld_testing.db')).toBe(false);
  });
});

describe('limits of its own', () => {
  test('stop a session at so many errors in a row, and can be changed for the next', async () => {
    using project = new TesterProject('watching', {
      'first.realworld.ts': `
        import { realWorldTest as realWorld } from 'vitest-realworld';
        realWorld.scenario('fails nine times', { kind: 'load' }, async ({ hub, signal }) => {
          hub.store.break();
          for (let index = 0; index < 9; index++) {
            try { hub.store.read(); } catch {}
          }
          const { setTimeout: delay } = await import('node:timers/promises');
          for (let waitedMs = 0; waitedMs < 2_000 && !signal.aborted; waitedMs += 20) await delay(20);
        });`,
    });
    await using tester = project.tester();
    tester.resourceLimits = { cpuPercentMax: 100, consecutiveErrorsMax: 3 };
    const strict = await tester.waitForSession(await tester.startTestSession(project.workspace));
    expect(strict.status).toBe('stopped');
    expect(strict.stopReason).toContain('3 activities in a row failed');
    tester.resourceLimits = { cpuPercentMax: 100, consecutiveErrorsMax: 10 };
    const lenient = await tester.waitForSession(await tester.startTestSession(project.workspace));
    expect(lenient).toMatchObject({ status: 'completed', totalErrors: 9 });
  });
});

describe('what a program sets', () => {
  test('wins over the configuration of the project and over the environment', async () => {
    using project = new TesterProject('watching', {
      'vitest.config.ts': `
        import { defineConfig } from 'vitest/config';
        import { realWorld } from 'vitest-realworld/plugin';
        export default defineConfig({
          plugins: [[realWorld({ seed: 1, durationMinutes: 60, limits: { diskPercentMax: 1, cpuPercentMax: 1 } })]],
        });`,
    });
    const before = process.env.REALWORLD_SEED;
    process.env.REALWORLD_SEED = '2';
    try {
      await using tester = project.tester({ seed: 3, durationMinutes: 0.01 });
      const stats = await tester.waitForSession(await tester.startTestSession(project.workspace));
      expect(stats.status).toBe('completed');
    } finally {
      if (before === undefined) delete process.env.REALWORLD_SEED;
      else process.env.REALWORLD_SEED = before;
    }
    expect(project.query('SELECT seed, duration_minutes FROM test_sessions')).toEqual([
      { seed: 3, duration_minutes: 0.01 },
    ]);
  });

  test('shares the time of a session among the scenario files', async () => {
    using project = new TesterProject('watching');
    const timed = (name: string) => `
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('${name}', { kind: 'load' }, ({ hub, durationMs, record }) => {
        hub.search.find('word');
        record.metric('duration', durationMs, 'ms', { capability: 'search' });
      });`;
    project.write({ 'first.realworld.ts': timed('first'), 'second.realworld.ts': timed('second') });
    await using tester = project.tester();
    // A tenth is kept for what is no scenario.
    const sessionId = await tester.startTestSession(project.workspace, { durationMinutes: 4 });
    expect(await tester.waitForSession(sessionId)).toMatchObject({ status: 'completed', stopReason: null });
    expect(project.query("SELECT value FROM performance_metrics WHERE metric_type = 'duration'")).toEqual([
      { value: 108_000 },
      { value: 108_000 },
    ]);
    expect(project.query('SELECT duration_minutes FROM test_sessions')).toEqual([{ duration_minutes: 4 }]);
  });
});

test('what runs print is told with the session that it belongs to, and goes nowhere else', async () => {
  using project = new TesterProject('watching');
  const heard: { readonly text: string; readonly sessionId: string | null }[] = [];
  await using tester = project.tester({
    durationMinutes: 0.01,
    onOutput: (text, sessionId) => heard.push({ text, sessionId }),
  });
  const sessionId = await tester.startTestSession(project.workspace);
  await tester.waitForSession(sessionId);
  const told = heard.filter((one) => one.sessionId === sessionId).map(({ text }) => text);
  expect(told.join('')).toContain('END OF REPORT');
  expect(heard.every((one) => one.sessionId === null || one.sessionId === sessionId)).toBe(true);
});

test('a folder without scenarios is run by the suites of the installed hub', async () => {
  using project = new TesterProject('watching');
  await using tester = new RealWorldTester({
    root: project.workspace,
    resourceLimits: { cpuPercentMax: 100 },
    // Enough to see that they are at work.
    onOutput: () => {},
  });
  const sessionId = await tester.startTestSession(project.workspace, { durationMinutes: 5 });
  await expect
    .poll(async () => (await tester.monitorActivities()).totalActivities, { timeout: 50_000 })
    .toBeGreaterThan(0);
  const { declared } = await stop(tester, sessionId);
  expect(declared).toContain('code_search');
  expect(tester.database).toBe(project.path('workspace/.realworld/realworld_testing.db'));
}, 108_000);

async function stop(
  tester: RealWorldTester,
  sessionId: string,
): Promise<{ readonly declared: readonly string[] }> {
  await tester.stopSession(sessionId);
  const store = new SessionStore(tester.database);
  try {
    return { declared: store.readFacts(sessionId).declaredCapabilities ?? [] };
  } finally {
    store.close();
  }
}
