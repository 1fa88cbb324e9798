import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lookAgain } from '../support/look-again.js';
import { InnerProject } from './inner-project.js';

const program = resolve('dist/bundle/cli/main.js');

const hub = (body: string): string => `
  import { setTimeout as delay } from 'node:timers/promises';
  import { defineCapability, defineHub } from 'vitest-realworld';
  const compute = (ms) => { const until = process.cpuUsage().user + ms * 1_000; while (process.cpuUsage().user < until); };
  class Shop {
    #kept = [];
    async sell() { ${body} }
    async refund() { await delay(2); }
  }
  export default defineHub({ capabilities: { shop: defineCapability({ create: () => new Shop() }) } });`;

/** A repository of two commits: what \`sell\` does before, and what it does after. */
function repository(before: string, after: string): InnerProject {
  const inner = new InnerProject({
    '.gitignore': 'node_modules\n.realworld\n',
    'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      export default defineConfig({ plugins: [realWorld({
        limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100 } })] });`,
    'hub.ts': hub(before),
    'shop.realworld.ts': `
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('sells', { kind: 'load' }, async ({ hub }) => {
        for (let call = 0; call < 40; call++) { await hub.shop.sell(); await hub.shop.refund(); }
      });`,
  });
  const git = (...words: readonly string[]): void =>
    void execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', ...words], {
      cwd: inner.root,
      stdio: 'pipe',
    });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'Before');
  inner.write({ 'hub.ts': hub(after) });
  git('commit', '--quiet', '--allow-empty', '--all', '--message', 'After');
  return inner;
}

async function ab(inner: InnerProject, ...words: readonly string[]) {
  return await inner.start([program, 'ab', '--base', 'HEAD~1', '--seed', '7', ...words]).ended;
}

describe('vitest-realworld ab', lookAgain, () => {
  test('finds a sleep that the newest commit brought, names it, and takes its tree away again', async () => {
    using inner = repository('await delay(1);', 'await delay(5);');
    const run = await ab(inner, '--pairs', '8', '--markdown', 'ab.md');
    expect(run.exitCode, run.output).toBe(1);
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /shop\.sell.* median time .* times \(\d\.\d\d to \d\.\d\d\)/,
    );
    expect(run.stdout).not.toMatch(/regressed.*refund/);
    const base = execFileSync('git', ['rev-parse', 'HEAD~1'], { cwd: inner.root, encoding: 'utf8' }).trim();
    expect(run.stdout).toContain(base.slice(0, 7));
    const markdown = readFileSync(inner.path('ab.md'), 'utf8');
    expect(markdown).toContain('| regressed | `shop`.`sell` | median time |');
    expect(markdown).toContain('<details>');
    const trees = execFileSync('git', ['worktree', 'list'], { cwd: inner.root, encoding: 'utf8' });
    expect(trees.trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(inner.root, '.realworld/realworld_testing.db'))).toBe(false);
  });

  test.each([
    ['a CPU loop', 'compute(2);', 'compute(4);', /shop\.sell.*CPU time a call/],
    [
      'an allocation that is kept',
      'await delay(1);',
      'await delay(1); this.#kept.push(Array.from({ length: 25_000 }, (_, index) => index + 0.5));',
      /shop\.sell.*memory allocated a call/,
    ],
  ])('finds %s', async (_, before, after, words) => {
    using inner = repository(before, after);
    const run = await ab(inner, '--pairs', '8');
    expect(run.exitCode, run.output).toBe(1);
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toMatch(words);
  });

  test('stays silent where nothing changed', async () => {
    using inner = repository('await delay(2);', 'await delay(2);');
    const run = await ab(inner, '--pairs', '8', '--json');
    expect(run.exitCode, run.output).not.toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ verdict: expect.stringMatching(/fine|inconclusive/) });
  });

  test('takes the scenarios, limits and commands that are named, and leaves the tree with --keep', async () => {
    using inner = repository('await delay(1);', 'await delay(5);');
    const run = await ab(
      inner,
      ...['--pairs', '8', '--project', '.', '--scenario', 'sells', '--file', 'shop', '--json', '--keep'],
      ...['--duration', '0.01', '--timeout', '5', '--min-effect', '0.1', '--build', 'touch built'],
      ...['--install', `ln -s '${inner.path('node_modules')}' node_modules`],
    );
    // What came of it is not the point, and few pairs may be too few to tell.
    expect([0, 1, 3], run.output).toContain(run.exitCode);
    expect(JSON.parse(run.stdout)).toMatchObject({ verdict: expect.any(String) });
    const trees = execFileSync('git', ['worktree', 'list', '--porcelain'], {
      cwd: inner.root,
      encoding: 'utf8',
    });
    const folders = [...trees.matchAll(/^worktree (.+)$/gm)].map(([, folder = '']) => folder);
    expect(folders).toHaveLength(2);
    for (const folder of folders) expect(existsSync(join(folder, 'built'))).toBe(true);
    expect(existsSync(join(folders[1] ?? '', 'node_modules'))).toBe(true);
    rmSync(dirname(folders[1] ?? ''), { recursive: true });
  });

  test('ends with 2 for a commit that is not there', async () => {
    using inner = repository('', '');
    const run = await inner.start([program, 'ab', '--base', 'no-such-branch']).ended;
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('no-such-branch');
  });
});
