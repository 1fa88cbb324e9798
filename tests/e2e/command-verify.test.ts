import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { InnerProject, type InnerRun, smallProject } from './inner-project.js';

interface Check {
  readonly check: string;
  readonly status: string;
  readonly finding: string;
  readonly advice: string | null;
}

function checksOf(run: InnerRun): Readonly<Record<string, Check>> {
  const checks = JSON.parse(run.stdout) as readonly Check[];
  return Object.fromEntries(checks.map((check) => [check.check, check]));
}

describe('verify', () => {
  test('finds a sound project sound, by a trial run of its hub, and leaves nothing behind', async () => {
    using project = new InnerProject(smallProject);
    const before = readdirSync(project.root).sort();
    const run = await project.runCommand(['verify', '--json']);
    expect(run.exitCode, run.output).toBe(0);
    const checks = checksOf(run);
    expect(Object.values(checks).map(({ check, status }) => `${check} ${status}`)).toEqual([
      'vitest-realworld ok',
      'Node ok',
      'Vitest ok',
      'better-sqlite3 ok',
      'systeminformation ok',
      'configuration ok',
      'plugin ok',
      'workspace ok',
      'write access ok',
      'database ok',
      'tables ok',
      'indexes ok',
      'schema ok',
      'application id ok',
      'hub and a trial run ok',
      'Chromium (optional) ok',
    ]);
    expect(checks['hub and a trial run']?.finding).toContain('capabilities: greeter');
    expect(checks.database?.finding).toContain('is not there yet');
    expect(readdirSync(project.root).sort()).toEqual(before);
  });

  test('looks at the database that is there, without changing it', async () => {
    using project = new InnerProject({});
    const path = project.path('old.db');
    const database = new Database(path);
    database.exec('CREATE TABLE test_sessions (session_id TEXT); PRAGMA application_id = 1381454931;');
    database.close();
    const run = await project.runCommand(['verify', '--db', 'old.db', '--json']);
    expect(run.exitCode).toBe(1);
    const checks = checksOf(run);
    expect(checks.tables).toMatchObject({
      status: 'fail',
      finding: 'missing: activities, performance_metrics, issues, improvement_suggestions',
    });
    expect(checks.indexes?.finding).toContain('idx_activities_session');
    expect(checks.schema).toMatchObject({ status: 'warn' });
    expect(checks.plugin).toMatchObject({ status: 'warn', advice: 'npx vitest-realworld init' });
    writeFileSync(project.path('text.db'), 'not a database');
    const refused = await project.runCommand(['verify', '--db', 'text.db']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toMatch(/^fail {2}database: .*text\.db/m);
  });

  test.each([
    [
      'configuration',
      { 'realworld.config.json': '{ "durationMinuts": 1 }' },
      'Did you mean "durationMinutes"?',
    ],
    ['plugin', { 'vitest.config.ts': 'throw new Error("not today");' }, 'not today'],
    ['workspace', { 'realworld.config.json': '{ "workspace": "gone" }' }, 'gone'],
    ['hub and a trial run', { 'hub.ts': 'throw new Error("the hub is ill");' }, 'the hub is ill'],
  ])('says what is amiss with the %s', async (check, files, finding) => {
    using project = new InnerProject({ ...smallProject, ...files });
    const run = await project.runCommand(['verify', '--json']);
    expect(run.exitCode, run.output).toBe(1);
    expect(checksOf(run)[check]).toMatchObject({ status: 'fail', finding: expect.stringContaining(finding) });
  });

  test('does not load a driver that would end this Node', async () => {
    using project = new InnerProject({});
    const own = project.path('node_modules/vitest-realworld');
    rmSync(own);
    cpSync('dist', `${own}/dist`, { recursive: true });
    cpSync('package.json', `${own}/package.json`);
    const driver = project.path('node_modules/better-sqlite3');
    mkdirSync(driver);
    const nodeMajor = Number(process.versions.node.split('.')[0]);
    const version = nodeMajor < 22 ? '13.0.0' : '12.11.1';
    writeFileSync(`${driver}/package.json`, `{ "name": "better-sqlite3", "version": "${version}" }`);
    writeFileSync(`${driver}/index.js`, 'module.exports = class { constructor() { process.abort(); } };');
    for (const name of ['systeminformation', 'cac', 'picocolors']) {
      cpSync(`node_modules/${name}`, project.path(`node_modules/${name}`), { recursive: true });
    }
    const run = await project.start([`${own}/dist/bundle/cli/main.js`, 'verify', '--json']).ended;
    expect(run.exitCode, run.output).toBe(1);
    expect(checksOf(run)['better-sqlite3']).toMatchObject({
      status: 'fail',
      advice: expect.stringContaining('npm install better-sqlite3@'),
    });
  });

  test('ends with 2 for a flag that it does not know', async () => {
    using project = new InnerProject({});
    expect((await project.runCommand(['verify', '--jsn'])).exitCode).toBe(2);
  });
});
