import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { InnerProject, smallProject, waitFor } from './inner-project.js';

/** A codebase in a folder whose name needs care. */
function codebase(): string {
  const parent = mkdtempSync(join(tmpdir(), 'realworld-codebase-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'a shop (für alle) [1]');
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "version": "1.0.0" }');
  for (const name of ['basket', 'order', 'stock']) {
    writeFileSync(
      join(folder, `src/${name}.js`),
      `export function ${name}(items) { return items.length; }\n`,
    );
  }
  return folder;
}

const sessions = 'SELECT status, project_path, seed, duration_minutes FROM test_sessions';

describe('run in a project with the plugin', () => {
  test('every flag reaches the run, and nothing is written into the codebase', async () => {
    using project = new InnerProject(smallProject);
    const workspace = codebase();
    const before = readdirSync(workspace, { recursive: true });
    const run = await project.runCommand([
      ...['run', '--project', workspace, '--duration', '2', '--monitor-interval', '1', '--seed', '42'],
      ...['--db', 'data ü/other.db', '--quiet', '--save-report', 'my report.txt', '--hub', './hub.ts'],
    ]);
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).toContain('END OF REPORT');
    expect(readFileSync(project.path('my report.txt'), 'utf8')).toContain(`Project: ${workspace}`);
    const database = new Database(project.path('data ü/other.db'), { readonly: true });
    onTestFinished(() => void database.close());
    expect(database.prepare(sessions).all()).toEqual([
      { status: 'completed', project_path: workspace, seed: 42, duration_minutes: 2 },
    ]);
    expect(readdirSync(workspace, { recursive: true })).toEqual(before);
  });

  test('with --json standard output is the report and nothing else', async () => {
    using project = new InnerProject(smallProject);
    const run = await project.runCommand(['run', '--json', '--no-report', '--scenario', 'greets']);
    expect(run.exitCode, run.output).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ session: { status: 'completed' } });
    expect(run.output).not.toContain('END OF REPORT');
    expect(project.exists('.realworld/reports')).toBe(false);
  });

  test('a report that is saved under a name that ends in .json is JSON', async () => {
    using project = new InnerProject(smallProject);
    const run = await project.runCommand(['run', 'greeter', '--save-report', 'report.json']);
    expect(run.exitCode, run.output).toBe(0);
    expect(JSON.parse(readFileSync(project.path('report.json'), 'utf8'))).toMatchObject({
      session: { seed: 7 },
    });
  });

  test('ends with 1 when a scenario fails, and with 3 when the gate cannot be judged', async () => {
    using project = new InnerProject(smallProject);
    expect((await project.runCommand(['run', '--gate'])).exitCode).toBe(3);
    project.write({
      'sad.realworld.ts': `
        import { realWorldTest as realWorld } from 'vitest-realworld';
        realWorld.scenario('fails', { kind: 'integration' }, ({ hub }) => { hub.greeter.fail('no'); });`,
    });
    expect((await project.runCommand(['run', 'sad'])).exitCode).toBe(1);
  });

  test('ends with 2 for what cannot be run, and says what to do', async () => {
    using project = new InnerProject(smallProject);
    for (const [words, advice] of [
      [['run', 'nowhere'], 'No scenario was run'],
      [['run', '--duration', 'long'], 'Option "--duration" takes a number from'],
      [['run', '--save-report', 'no/such/folder.txt'], 'there is no folder'],
      [['run', '--save-report', 'x.txt', '--no-report'], '--no-report makes none'],
      [['run', '--sed', '7'], 'Did you mean "--seed"?'],
      [['run', '--project', 'nowhere'], 'The workspace'],
    ] as const) {
      const end = await project.runCommand(words);
      expect([words, end.exitCode], end.output).toEqual([words, 2]);
      expect(end.output).toContain(advice);
    }
    project.write({ 'realworld.config.json': '{ "seeed": 1 }' });
    const refused = await project.runCommand(['run']);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`in ${project.path('realworld.config.json')}. Did you mean "seed"?`);
  });

  test('one interrupt ends the session as stopped, with what was measured', async () => {
    using project = new InnerProject({
      ...smallProject,
      'greeter.realworld.ts': `
        import { realWorldTest as realWorld } from 'vitest-realworld';
        realWorld.scenario('goes on', { kind: 'monitoring' }, async ({ hub, signal }) => {
          while (!signal.aborted) await hub.greeter.wait(5);
        });`,
    });
    const { child, ended } = project.startCommand(['run', '--duration', '5']);
    const recorded = (): boolean =>
      project.exists('.realworld/realworld_testing.db') &&
      project.query<{ calls: number }>('SELECT count(*) AS calls FROM activities')[0]?.calls !== 0;
    await waitFor('the first calls', () => {
      try {
        return recorded();
      } catch {
        // The database is being made at this moment.
        return false;
      }
    });
    child.kill('SIGINT');
    const end = await ended;
    expect(end.exitCode, end.output).toBe(3);
    expect(end.stderr).toContain('The run was interrupted');
    expect(project.query('SELECT status FROM test_sessions')).toEqual([{ status: 'stopped' }]);
    expect(project.query('SELECT outcome FROM scenarios')).toEqual([{ outcome: 'stopped' }]);
  });
});

describe('run in a folder without the plugin', () => {
  test("runs the hub's own suites on any codebase", async () => {
    using project = new InnerProject({ 'realworld.config.json': '{ "limits": { "cpuPercentMax": 100 } }' });
    const workspace = codebase();
    const before = readdirSync(workspace, { recursive: true });
    const run = await project.runCommand([
      ...['run', 'integration', '--project', workspace, '--duration', '0.02'],
      ...['--scenario', 'keeps shared state whole'],
    ]);
    expect(run.exitCode, run.output).toBe(0);
    expect(project.query(sessions)).toMatchObject([{ status: 'completed', project_path: workspace }]);
    expect(project.query("SELECT 1 FROM scenarios WHERE outcome = 'passed'")).toHaveLength(1);
    expect(readdirSync(workspace, { recursive: true })).toEqual(before);
    const own = readdirSync(project.root).filter((name) => !['node_modules', 'package.json'].includes(name));
    expect(own.sort()).toEqual(['.realworld', 'realworld.config.json']);
  });
});

describe('config', () => {
  test('tells every value with the place that it comes from', async () => {
    using project = new InnerProject({
      ...smallProject,
      'realworld.config.ts': `
        import { defineConfig } from 'vitest-realworld/config';
        export default defineConfig({ seed: 3, durationMinutes: 9, redact: ['pin'], limits: { cpuPercentMax: 80 } });`,
    });
    const shown = await project.runCommand(['config', '--json', '--monitor-interval', '2'], {
      REALWORLD_GATE: 'fail',
    });
    expect(shown.exitCode, shown.output).toBe(0);
    const { options, plugin } = JSON.parse(shown.stdout) as { options: { option: string }[]; plugin: string };
    const file = { from: 'file', path: project.path('realworld.config.ts') };
    expect(plugin).toBe('present');
    expect(Object.fromEntries(options.map((entry) => [entry.option, entry]))).toMatchObject({
      seed: { value: 7, source: { from: 'plugin' } },
      durationMinutes: { value: 0.01, source: { from: 'plugin' } },
      redact: { value: ['pin'], source: file },
      'limits.cpuPercentMax': { value: 80, source: file },
      'limits.diskPercentMax': { value: 98, source: { from: 'default' } },
      monitorIntervalSeconds: { value: 2, source: { from: 'flag', flag: '--monitor-interval 2' } },
      'gate.mode': { value: 'fail', source: { from: 'environment', variable: 'REALWORLD_GATE' } },
    });
    const text = await project.runCommand(['config']);
    expect(text.stdout).toMatch(/^seed +7 +realWorld\(\) in the Vitest configuration$/m);
    expect(text.stdout).toMatch(/^limits.cpuPercentMax +80 +\/.*realworld\.config\.ts$/m);
  });

  test('the file is in force for a run of Vitest and for commands that read', async () => {
    using project = new InnerProject({
      ...smallProject,
      'vitest.config.ts': `
        import { realWorld } from 'vitest-realworld/plugin';
        export default { plugins: [realWorld()] };`,
      'realworld.config.json': '{ "database": "kept/here.db", "durationMinutes": 0.01 }',
    });
    const run = await project.run(['--project', 'realworld']);
    expect(run.exitCode, run.output).toBe(0);
    expect(project.exists('kept/here.db')).toBe(true);
    const listed = await project.runCommand(['sessions', '--json']);
    expect(JSON.parse(listed.stdout)).toHaveLength(1);
    project.write({ 'realworld.config.json': '{ "databse": "kept/here.db" }' });
    const refused = await project.run(['--project', 'realworld']);
    expect(refused.exitCode).toBe(1);
    expect(refused.output).toContain('realworld.config.json. Did you mean "database"?');
    expect((await project.runCommand(['sessions'])).exitCode).toBe(2);
    expect((await project.runCommand(['config'])).exitCode).toBe(2);
  });

  test('says so when the Vitest configuration cannot be loaded', async () => {
    using project = new InnerProject({ 'vitest.config.ts': 'throw new Error("not today");' });
    const shown = await project.runCommand(['config']);
    expect(shown.exitCode).toBe(0);
    expect(shown.stderr).toContain('not today');
  });
});
