import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InnerProject, smallProject, unitTest } from './inner-project.js';

const sections = [
  'SUMMARY',
  'WHAT WORKED WELL',
  'WHAT WORKED POORLY',
  'TOP ISSUES DISCOVERED',
  'ACTIONABLE IMPROVEMENTS',
  'END OF REPORT',
];

describe('a run of Vitest with the plugin', () => {
  test('runs the user’s own tests and the scenarios, records and reports', async () => {
    using project = new InnerProject({ ...smallProject, ...unitTest });
    const run = await project.run();
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).toMatch(/\|unit\| sum\.test\.ts/);
    expect(run.stdout).toMatch(/\|realworld\| greeter\.realworld\.ts/);
    const positions = sections.map((title) => run.stdout.indexOf(`= ${title} =`));
    expect(positions.every((position) => position > 0)).toBe(true);
    expect(positions).toEqual([...positions].sort((left, right) => left - right));
    const activities = project.query<{ capability: string; activity_type: string; success: number }>(
      'SELECT capability, activity_type, success FROM activities ORDER BY timestamp',
    );
    expect(activities).toEqual([
      { capability: 'greeter', activity_type: 'greet', success: 1 },
      { capability: 'greeter', activity_type: 'wait', success: 1 },
    ]);
    const [session] = project.query<{ status: string; total_activities: number; session_id: string }>(
      'SELECT status, total_activities, session_id FROM test_sessions',
    );
    expect(session).toMatchObject({ status: 'completed', total_activities: 2 });
    const saved = readFileSync(project.path(`.realworld/reports/${session?.session_id}.txt`), 'utf8');
    expect(run.stdout).toContain(saved);
    const page = project.path(`.realworld/reports/${session?.session_id}.html`);
    expect(run.stdout).toContain(`Page: ${page}\n`);
    expect(readFileSync(page, 'utf8')).toContain(`<title>${session?.session_id} - real-world report</title>`);
    expect(readdirSync(project.path('.realworld/journal'))).toEqual([]);
  });

  test('saves no page when none is wanted', async () => {
    using project = new InnerProject({
      ...smallProject,
      'vitest.config.ts': `
        import { defineConfig } from 'vitest/config';
        import { realWorld } from 'vitest-realworld/plugin';
        export default defineConfig({ plugins: [realWorld({ durationMinutes: 0.01, seed: 7, html: false })] });`,
    });
    const run = await project.run();
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).not.toContain('Page: ');
    const saved = readdirSync(project.path('.realworld/reports')).map((name) => name.replace(/^.*\./, '.'));
    expect(saved.sort()).toEqual(['.json', '.txt']);
  });

  test('prints no line wider than 80 columns and no colour into a pipe', async () => {
    using project = new InnerProject(smallProject);
    const run = await project.run(['--project', 'realworld']);
    const report = run.stdout.slice(run.stdout.indexOf('='.repeat(80)), run.stdout.indexOf('Report: '));
    expect(report.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
    expect(report.includes('\u001b[')).toBe(false);
  });

  test('--project realworld runs only scenarios', async () => {
    using project = new InnerProject({ ...smallProject, ...unitTest });
    const run = await project.run(['--project', 'realworld']);
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).not.toContain('sum.test.ts');
    expect(project.query('SELECT session_id FROM test_sessions')).toHaveLength(1);
  });

  test('--project unit opens no session and leaves no file behind', async () => {
    using project = new InnerProject({ ...smallProject, ...unitTest });
    const run = await project.run(['--project', 'unit']);
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).not.toContain('END OF REPORT');
    expect(existsSync(project.path('.realworld'))).toBe(false);
  });

  test('--reporter=json leaves standard output to the JSON and prints the report on standard error', async () => {
    using project = new InnerProject({ ...smallProject, ...unitTest });
    const run = await project.run(['--reporter=json']);
    expect(run.exitCode, run.output).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ numTotalTests: 2, success: true });
    expect(run.stderr).toContain('END OF REPORT');
  });

  test('joins the projects that the user wrote', async () => {
    using project = new InnerProject({
      ...smallProject,
      ...unitTest,
      'vitest.config.ts': `
        import { defineConfig } from 'vitest/config';
        import { realWorld } from 'vitest-realworld/plugin';
        export default defineConfig({
          plugins: [realWorld()],
          test: { projects: [{ extends: true, test: { name: 'mine', include: ['*.test.ts'] } }] },
        });`,
    });
    const run = await project.run();
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).toMatch(/\|mine\| sum\.test\.ts/);
    expect(run.stdout).toMatch(/\|realworld\| greeter\.realworld\.ts/);
    expect(run.stdout).not.toMatch(/\|unit\| sum\.test\.ts/);
  });

  test('keeps the name that the user gave the root project', async () => {
    using project = new InnerProject({
      ...smallProject,
      ...unitTest,
      'vitest.config.ts': `
        import { defineConfig } from 'vitest/config';
        import { realWorld } from 'vitest-realworld/plugin';
        export default defineConfig({ plugins: [realWorld()], test: { name: 'library' } });`,
    });
    const run = await project.run();
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).toMatch(/\|library\| sum\.test\.ts/);
  });

  test('quiet and report: false print nothing and record all the same', async () => {
    using project = new InnerProject({
      ...smallProject,
      'vitest.config.ts': `
        import { defineConfig } from 'vitest/config';
        import { realWorld } from 'vitest-realworld/plugin';
        export default defineConfig({ plugins: [realWorld({ quiet: true, report: false })] });`,
    });
    const run = await project.run();
    expect(run.exitCode, run.output).toBe(0);
    expect(run.output).not.toContain('REPORT');
    expect(project.query('SELECT 1 FROM activities')).toHaveLength(2);
  });

  test('environment variables win over the configuration', async () => {
    using project = new InnerProject(smallProject);
    const run = await project.run([], {
      REALWORLD_TESTING_DB: 'other/place.db',
      REALWORLD_TESTING_DURATION: '0.02',
      REALWORLD_SEED: '99',
    });
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).toContain('Seed: 99');
    expect(existsSync(project.path('other/place.db'))).toBe(true);
    expect(existsSync(project.path('.realworld/realworld_testing.db'))).toBe(false);
  });

  test('vitest list finds scenarios without opening a session', async () => {
    using project = new InnerProject(smallProject);
    const run = await project.vitest(['list', '--project', 'realworld']);
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).toContain('greeter.realworld.ts > greets a visitor');
    expect(project.query('SELECT 1 FROM test_sessions')).toHaveLength(0);
  });

  test('-t runs a single scenario', async () => {
    using project = new InnerProject({
      ...smallProject,
      'two.realworld.ts': `
        import { describe } from 'vitest';
        import { realWorldTest as realWorld } from 'vitest-realworld';
        describe('visitors', () => {
          realWorld.scenario('first', { kind: 'load' }, ({ hub }) => { hub.greeter.greet('one'); });
          realWorld.scenario('second', { kind: 'learning' }, ({ hub }) => { hub.greeter.greet('two'); });
          realWorld.scenario.skip('third', { kind: 'learning' }, ({ hub }) => { hub.greeter.greet('three'); });
        });`,
    });
    const run = await project.run(['-t', 'visitors second']);
    expect(run.exitCode, run.output).toBe(0);
    expect(project.query('SELECT result_data FROM activities')).toEqual([{ result_data: '{"hello":"two"}' }]);
    const scenarios = project.query<{ name: string; outcome: string; line: number }>(
      "SELECT name, outcome, line FROM scenarios WHERE outcome <> 'skipped'",
    );
    expect(scenarios).toEqual([{ name: 'visitors > second', outcome: 'passed', line: 6 }]);
  });
});

test('the reporter that is listed beside the plugin opens no second session', async () => {
  using project = new InnerProject({
    ...smallProject,
    'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      import RealWorldReporter from 'vitest-realworld/reporter';
      export default defineConfig({
        plugins: [realWorld()],
        test: { reporters: ['default', new RealWorldReporter()] },
      });`,
  });
  const run = await project.run();
  expect(run.exitCode, run.output).toBe(0);
  expect(project.query('SELECT total_activities FROM test_sessions')).toEqual([{ total_activities: 2 }]);
});

test('timing only leaves what was not measured empty, not zero', async () => {
  using project = new InnerProject({
    ...smallProject,
    'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      export default defineConfig({ plugins: [realWorld({ sampling: 'timing' })] });`,
  });
  const run = await project.run();
  expect(run.exitCode, run.output).toBe(0);
  const measures =
    'memory_before_mb, memory_after_mb, heap_before_kb, external_after_kb, cpu_time_ms, event_loop_percent';
  expect(project.query(`SELECT ${measures} FROM activities WHERE coalesce(${measures}) IS NOT NULL`)).toEqual(
    [],
  );
  expect(project.query('SELECT 1 FROM activities WHERE response_time_ms > 0')).toHaveLength(2);
});
