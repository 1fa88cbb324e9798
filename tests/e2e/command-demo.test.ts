import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { InnerProject, waitFor } from './inner-project.js';

const folderIn = (output: string): string => /written to (\S+)\.$/m.exec(output)?.[1] ?? '';

describe('demo', () => {
  test('finds real weaknesses, mends them, and shows that they are gone; the folder stays when asked for', {
    timeout: 120_000,
  }, async () => {
    using project = new InnerProject({});
    const tour = await project.runCommand(['demo', '--no-pause', '--keep', '--duration', '0.05']);
    const folder = folderIn(tour.stdout);
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    expect(tour.exitCode, tour.output).toBe(0);
    const steps = [...tour.stdout.matchAll(/^Step (\d) of 6: /gm)].map(([, step]) => step);
    expect(steps).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(tour.stdout).toMatch(/\[CRITICAL\] stock: \d+ effects are missing/);
    expect(tour.stdout).toMatch(/catalogue\.search, mean +\S+ +\S+/);
    const database = new Database(`${folder}/.realworld/realworld_testing.db`, { readonly: true });
    onTestFinished(() => void database.close());
    const lost = database
      .prepare(
        "SELECT value FROM performance_metrics WHERE metric_type = 'effects_lost' ORDER BY timestamp, rowid",
      )
      .pluck()
      .all() as readonly number[];
    expect(lost).toEqual([expect.any(Number), 0]);
    expect(lost[0]).toBeGreaterThan(0);
    const statuses = database.prepare('SELECT DISTINCT status FROM test_sessions').pluck().all();
    expect(statuses).toEqual(['completed']);
    expect(existsSync(project.path('.realworld'))).toBe(false);
  });

  test('when it is interrupted removes its folder and ends with 3', async () => {
    using project = new InnerProject({});
    const { child, ended } = project.startCommand(['demo', '--duration', '5']);
    const started = new Promise<void>((settle) => {
      let output = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('RUN')) settle();
      });
    });
    await started;
    child.kill('SIGINT');
    const tour = await ended;
    expect(tour.exitCode, tour.output).toBe(3);
    expect(folderIn(tour.stdout)).not.toBe('');
    expect(existsSync(folderIn(tour.stdout))).toBe(false);
  });

  test.skipIf(!existsSync('/usr/bin/script'))(
    'on a terminal waits for Enter, and Ctrl-C ends it there',
    async () => {
      using project = new InnerProject({});
      const log = project.path('terminal.log');
      // Not every shell gives its place to the program, and one that stays is the first to die of Ctrl-C.
      const program = `exec ${process.execPath} dist/bundle/cli/main.js demo`;
      const child = spawn(
        '/usr/bin/script',
        ['--quiet', '--flush', '--return', '--echo', 'never', '--command', program, log],
        { stdio: ['pipe', 'ignore', 'ignore'] },
      );
      const ended = new Promise<number | null>((settle) => child.once('close', settle));
      const shown = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
      await waitFor('the first pause', () => shown().includes('Press Enter'));
      expect(shown()).not.toContain('Step 2 of 6');
      child.stdin?.write('\r');
      await waitFor('the second step', () => shown().includes('Step 2 of 6'));
      child.stdin?.write('\u0003');
      expect(await ended).toBe(3);
      expect(shown()).toContain('The tour ends here.');
    },
  );

  test('ends with 2 for a duration that is none', async () => {
    using project = new InnerProject({});
    expect((await project.runCommand(['demo', '--duration', 'long'])).exitCode).toBe(2);
  });
});
