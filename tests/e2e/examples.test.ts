import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { InnerProject } from './inner-project.js';

const repository = resolve(fileURLToPath(new URL('../..', import.meta.url)));

const examples = [
  { name: 'sdk-class', capabilities: ['orders', 'warehouse'], kinds: ['integration', 'load'] },
  { name: 'http-service', capabilities: ['client', 'server'], kinds: ['load', 'recovery'] },
  { name: 'module-of-functions', capabilities: ['notes'], kinds: ['learning', 'monitoring'] },
] as const;

const sections = [
  'SUMMARY',
  'WHAT WORKED WELL',
  'WHAT WORKED POORLY',
  'TOP ISSUES DISCOVERED',
  'ACTIONABLE IMPROVEMENTS',
  'END OF REPORT',
];

describe.each(examples)('the example $name', ({ name, capabilities, kinds }) => {
  const folder = join(repository, 'examples', name);

  test('runs in a project of its own, is recorded whole and reported', async () => {
    using project = new InnerProject(filesOf(folder));
    const run = await project.run([], { REALWORLD_TESTING_DURATION: '0.02' });
    expect(run.exitCode, run.output).toBe(0);

    expect(project.query('SELECT status, total_errors FROM test_sessions')).toEqual([
      { status: 'completed', total_errors: 0 },
    ]);
    const recorded = project.query<{ capability: string }>(
      'SELECT DISTINCT capability FROM activities ORDER BY capability',
    );
    expect(recorded.map(({ capability }) => capability)).toEqual(capabilities);
    const scenarios = project.query<{ kind: string; outcome: string }>(
      'SELECT kind, outcome FROM scenarios ORDER BY kind',
    );
    expect(scenarios).toEqual(kinds.map((kind) => ({ kind, outcome: 'passed' })));
    expect(sections.filter((title) => !run.stdout.includes(`= ${title} =`))).toEqual([]);
  });

  test('is type-correct by itself', async () => {
    const check = await checkTypes(folder);
    expect(check.exitCode, check.output).toBe(0);
  });
});

describe('the example programmatic', () => {
  const folder = join(repository, 'examples/programmatic');

  test('starts a session from a program, watches it, prints its report and judges it', async () => {
    using project = new InnerProject(filesOf(folder));
    const { ended } = project.start(['program.mjs', '0.15']);
    const run = await ended;
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/^Started test_\w+$/m);
    expect(run.stdout).toMatch(/^\d+\.\ds: [1-9]\d* activities, 0 errors\n {2}words: \d+ calls, p95 \d/m);
    expect(sections.filter((title) => !run.stdout.includes(`= ${title} =`))).toEqual([]);
    expect(run.stdout).toMatch(/^PASS: score \d/m);
    expect(project.query('SELECT status, total_errors, project_path FROM test_sessions')).toEqual([
      { status: 'completed', total_errors: 0, project_path: project.path('library') },
    ]);
  });

  test('is type-correct by itself', async () => {
    const check = await checkTypes(folder);
    expect(check.exitCode, check.output).toBe(0);
  });
});

/** The files of a folder by their names from there, without what a run in it left behind. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/[\\/](\.realworld|node_modules)[\\/]/.test(path) && !path.endsWith('tsconfig.json'))
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  );
}

function checkTypes(folder: string): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  return new Promise((settle, fail) => {
    const child = spawn(process.execPath, [compiler, '--noEmit', '-p', folder]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('error', fail);
    child.once('close', (exitCode) => settle({ exitCode, output }));
  });
}
