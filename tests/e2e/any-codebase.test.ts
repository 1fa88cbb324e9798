import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { snapshotTree } from '../support/tree-snapshot.js';
import { Codebase, documentedModules } from './codebase.js';
import { InnerProject, type RunUser } from './inner-project.js';
import { unprivileged } from './unprivileged.js';

/** Scenarios of the hub's own suites that read or copy the codebase. */
const writing = 'carries what one capability found|reads the history|warns of mistakes';
const reading = 'indexes a large codebase|finds functions by|groups the lines|learns the style';
const watching = 'keeps up with a workspace';

interface Told {
  readonly scenarios: Readonly<Record<string, string>>;
  /** Why scenarios were skipped. */
  readonly skipped: readonly string[];
  readonly issues: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** Runs the hub's suites on a codebase through the command line: it works, and nothing in the codebase is changed. */
async function runOn(codebase: Codebase, scenarios: string, user?: RunUser): Promise<Told> {
  using project = new InnerProject({
    'realworld.config.json': JSON.stringify({ limits: { cpuPercentMax: 100 } }),
  });
  const before = snapshotTree(codebase.root);
  const files = ['integration.', 'learning', 'load.', 'monitoring.'].map((name) => `scenarios/${name}`);
  const words = ['run', ...files, '--project', codebase.root, '--duration', '0.05', '--scenario', scenarios];
  const run = await project.runCommand(words, {}, user);
  expect(run.exitCode, run.output).toBe(0);
  expect(snapshotTree(codebase.root)).toEqual(before);
  expect(project.query('SELECT status FROM test_sessions')).toEqual([{ status: 'completed' }]);
  const rows = project.query<{ name: string; outcome: string; reason: string | null }>(
    'SELECT name, outcome, error_message AS reason FROM scenarios',
  );
  const asked = rows.filter(({ name }) => new RegExp(scenarios).test(name));
  expect(asked.length).toBe(scenarios.split('|').length);
  const metrics = project.query<{ name: string; value: number }>(
    'SELECT metric_type AS name, max(value) AS value FROM performance_metrics GROUP BY metric_type',
  );
  return {
    scenarios: Object.fromEntries(asked.map(({ name, outcome }) => [name, outcome])),
    skipped: asked.flatMap(({ outcome, reason }) => (outcome === 'skipped' ? [String(reason)] : [])),
    issues: project
      .query<{ text: string }>("SELECT issue_type || ': ' || description AS text FROM issues")
      .map(({ text }) => text),
    metrics: Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
  };
}

const passed = (told: Told): readonly string[] =>
  Object.keys(told.scenarios).filter((name) => told.scenarios[name] === 'passed');

describe('the suites of the hub run on', () => {
  test('an application with its packages', async () => {
    const codebase = new Codebase('shop', {
      'package.json':
        '{ "name": "shop", "version": "1.0.0", "type": "module", "dependencies": { "dep": "1.0.0" } }',
      'src/check.js': 'export function check(value, what) {\n  if (!value) throw new Error(what);\n}\n',
      ...documentedModules('src', 40),
      'node_modules/dep/package.json': '{ "name": "dep", "version": "1.0.0" }',
      'node_modules/dep/index.js': 'module.exports = 1;\n',
      '.gitignore': 'node_modules\n*.js\n',
    });
    const told = await runOn(codebase, `${writing}|${reading}`);
    // A strict compiler has little to say of so little code, and says so.
    expect(told.skipped.filter((reason) => !reason.startsWith('A strict compiler has'))).toEqual([]);
    expect(told.metrics).toMatchObject({ files_indexed: 41, queries_asked: 80 });
  });

  test('a monorepo', async () => {
    const codebase = new Codebase('mono', {
      'package.json': '{ "name": "mono", "private": true, "workspaces": ["packages/*"] }',
      ...Object.fromEntries(
        ['one', 'other'].flatMap((name) => [
          ...Object.entries(documentedModules(`packages/${name}/src`, 10)),
          [`packages/${name}/package.json`, `{ "name": "@mono/${name}", "version": "1.0.0" }`],
          [`packages/${name}/node_modules/dep/index.js`, 'module.exports = 1;\n'],
        ]),
      ),
    });
    mkdirSync(codebase.path('node_modules/@mono'), { recursive: true });
    symlinkSync('../../packages/one', codebase.path('node_modules/@mono/one'));
    symlinkSync('../packages/one/src', codebase.path('packages/shared'));
    const told = await runOn(codebase, `${writing}|${reading}`);
    expect(told.metrics).toMatchObject({ files_indexed: 20 });
    expect(told.skipped.some((reason) => reason.includes('20 readable source files; 40 are needed'))).toBe(
      true,
    );
  });

  test.each([
    [
      'Python',
      {
        'pyproject.toml': '[project]\nname = "shop"\n',
        'shop/basket.py': 'def add(a, b):\n    return a + b\n',
      },
    ],
    ['Go', { 'go.mod': 'module shop\n', 'cmd/main.go': 'package main\n\nfunc main() {}\n' }],
  ])('a tree of %s, and say that there is nothing to index', async (_, files) => {
    const told = await runOn(new Codebase('shop', files), `${writing}|${reading}`);
    expect(passed(told)).toHaveLength(4);
    expect(told.skipped).toHaveLength(3);
    expect(
      told.skipped.every((reason) => /No function of|strict compiler has|readable source files/.test(reason)),
    ).toBe(true);
    expect(
      told.issues.some((text) => /^insufficient_data: The workspace has 0 source files/.test(text)),
    ).toBe(true);
    expect(told.metrics.entries_left_out).toBe(2);
  });

  test('a folder with nothing but an empty folder in it, watched without git', async () => {
    const codebase = new Codebase('bare');
    mkdirSync(codebase.path('src'));
    const told = await runOn(codebase, `reads the history|${watching}`);
    expect(passed(told)).toHaveLength(2);
  });

  test('a repository with changes that were not committed, watched', async () => {
    const codebase = new Codebase('shop', {
      'src/check.js': 'export const check = 1;\n',
      'kept.txt': 'one\n',
    });
    codebase.git('init', '--quiet');
    codebase.git('add', '--all');
    codebase.git('commit', '--quiet', '--message', 'Begin');
    codebase.write({
      'kept.txt': 'two\n',
      'staged.js': 'export const staged = 1;\n',
      'new.js': '"use strict";\n',
    });
    codebase.git('add', 'staged.js');
    const state = codebase.git('status', '--porcelain', '--branch');
    const told = await runOn(codebase, `carries what one|reads the history|${watching}`);
    expect(passed(told)).toHaveLength(3);
    expect(codebase.git('status', '--porcelain', '--branch')).toBe(state);
  });

  test('a linked worktree, and leave the repository that it belongs to alone', async () => {
    const main = new Codebase('main', { 'a.js': 'export const a = 1;\n' });
    main.git('init', '--quiet');
    main.git('add', '--all');
    main.git('commit', '--quiet', '--message', 'Begin');
    main.git('worktree', 'add', '--quiet', main.path('../linked'), '-b', 'linked');
    const before = snapshotTree(main.root);
    const linked = Object.create(main, { root: { value: main.path('../linked') } }) as Codebase;
    expect(passed(await runOn(linked, writing))).toHaveLength(3);
    expect(snapshotTree(main.root)).toEqual(before);
  });

  test('binary files, a file of 50 MB, and names and contents that are no UTF-8', async () => {
    const noise = Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 131) % 256));
    const codebase = new Codebase('odd', {
      'src/fine.js': '/** Says that all is fine with it. */\nexport function fine() {\n  return true;\n}\n',
      'image.png': noise,
      'noise.js': noise,
      'latin.js': Buffer.from([0x2f, 0x2f, 0x20, 0xe9, 0x0a]),
      'huge.js': Buffer.alloc(50 * 1024 * 1024, 'export const row = [1, 2, 3];\n'),
      'huge.bin': Buffer.alloc(50 * 1024 * 1024, 7),
    });
    const named = process.platform === 'linux';
    if (named)
      codebase.writeBytesNamed(
        Buffer.from([0x66, 0xff, 0xfe, 0x2e, 0x6a, 0x73]),
        'export const named = 1;\n',
      );
    const told = await runOn(codebase, `${writing}|${reading}`);
    const lacks = told.issues.find((text) => text.startsWith('left_out: The index lacks'));
    expect(lacks).toContain('huge.js (too-large)');
    expect(lacks).toContain('latin.js (invalid-utf8)');
    expect(told.metrics).toMatchObject({ files_indexed: 1, entries_left_out: named ? 6 : 5 });
  });

  test('links that lead in a circle, to nowhere and out, and pipes, and say what a copy lacks', async () => {
    const codebase = new Codebase('looped', {
      'src/a.js': 'export const a = 1;\n',
      'src/deep/b.js': 'let b;\n',
    });
    for (const [target, name] of [
      ['..', 'src/deep/up'],
      ['.', 'src/self'],
      ['other', 'src/one'],
      ['one', 'src/other'],
      ['nowhere', 'src/dangling'],
      ['/etc', 'src/out'],
    ] as const) {
      symlinkSync(target, codebase.path(name));
    }
    execFileSync('mkfifo', [codebase.path('src/pipe.js')]);
    const told = await runOn(codebase, `carries what one|indexes a large|groups the lines|${watching}`);
    expect(told.issues).toContain(
      'left_out: The copy that this scenario worked on lacks src/out (leads-out), src/pipe.js (not-a-file).',
    );
    expect(told.metrics).toMatchObject({ workspace_left_out: 2, files_indexed: 2 });
  });

  test('folders and files that may not be read, and say which', async ({ skip }) => {
    const user = unprivileged();
    if (user === null) return skip('This user may read everything, and nobody cannot be run as here.');
    const codebase = new Codebase('closed', {
      'src/open.js': 'export const open = 1;\n',
      'src/secret.js': 'export const secret = 1;\n',
      'src/vault/key.js': 'export const key = 1;\n',
    });
    chmodSync(codebase.path('..'), 0o755);
    chmodSync(codebase.path('src/secret.js'), 0o000);
    chmodSync(codebase.path('src/vault'), 0o000);
    const told = await runOn(codebase, `${writing}|${reading}`, user === 'self' ? undefined : user);
    chmodSync(codebase.path('src/vault'), 0o755);
    const [copy] = told.issues.filter((text) => text.startsWith('left_out: The copy'));
    expect(copy).toContain('src/secret.js (unreadable)');
    expect(copy).toContain('src/vault/ (unreadable)');
    expect(told.issues.some((text) => text.startsWith('left_out: The index lacks src/secret.js'))).toBe(true);
    expect(told.metrics).toMatchObject({ files_indexed: 1, workspace_left_out: 2 });
  });
});

test('an empty folder is refused with the reason, and stays empty', async () => {
  using project = new InnerProject({});
  const codebase = new Codebase('empty');
  const before = snapshotTree(codebase.root);
  const run = await project.runCommand(['run', '--project', codebase.root]);
  expect(run.exitCode, run.output).toBe(2);
  expect(run.output).toContain(`The workspace ${codebase.root} is empty`);
  expect(snapshotTree(codebase.root)).toEqual(before);
});
