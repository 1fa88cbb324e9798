import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command } from '../support/command-line.js';
import { levelsAround, SessionsOfRuns } from '../support/sessions-of-runs.js';

/** Ten runs of one commit and three of the next. */
function twoCommits(levelMs: number): SessionsOfRuns {
  const sessions = new SessionsOfRuns();
  sessions.addAll(levelsAround(10, 10), { commit: 'aaa111' });
  sessions.addAll(levelsAround(levelMs, 3), { commit: 'bbb222' });
  return sessions;
}

describe('vitest-realworld compare', () => {
  test('ends with 1 and says what got worse between two commits, by how much', async () => {
    const { directory } = twoCommits(14);
    const end = await command(directory, 'compare', 'commit:aaa', 'commit:bbb');
    expect(end.exitCode).toBe(1);
    const text = end.output.replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'Before: commit:aaa (10 runs, commit aaa111) After: commit:bbb (3 runs, commit bbb222)',
    );
    expect(text).toContain('Regressed: 4 metrics compared: 2 worse, 0 suspected, 0 better.');
    expect(text).toMatch(
      /regressed: shop\.sell: median time 10\.0ms -> 14ms, 1\.\d\d times \(1\.\d\d to 1\.\d\d\) \(10 against 3 runs, p = 0\.0035\), in "sells"/,
    );
  });

  test('ends with 0 for what is better, unchanged, or changed by less than asked for', async () => {
    const better = await command(twoCommits(7).directory, 'compare', 'commit:aaa', 'commit:bbb', '--json');
    expect(better.exitCode).toBe(0);
    expect(JSON.parse(better.output)).toMatchObject({ verdict: 'improved', metricsCompared: 4 });
    const same = await command(twoCommits(10).directory, 'compare', 'commit:aaa', 'commit:bbb');
    expect(same.exitCode).toBe(0);
    expect(same.output).toContain('No change found: 4 metrics compared');
    const words = ['compare', 'commit:aaa', 'commit:bbb', '--min-effect', '0.6'];
    expect((await command(twoCommits(14).directory, ...words)).exitCode).toBe(0);
  });

  test('shows two single runs and decides nothing: 3, never a pass', async () => {
    const sessions = new SessionsOfRuns();
    sessions.addAll([10, 90]);
    const end = await command(sessions.directory, 'compare', 'run-01', 'latest');
    expect(end.exitCode).toBe(3);
    const text = end.output.replaceAll(/\s+/g, ' ');
    expect(text).toContain('Inconclusive: too few runs. 3 more before and 4 more after');
    expect(text).toContain('shop.sell: median time 10.0ms -> 90ms, 9.0');
    expect(text).toContain('(1 against 1 run; needed: 3 before and 4 after more)');
  });

  test('ends with 3 when the runs after lack what the runs before had', async () => {
    const sessions = new SessionsOfRuns();
    sessions.addAll(levelsAround(10, 10), { methods: ['sell', 'refund'], commit: 'aaa' });
    sessions.addAll(levelsAround(10, 3), { methods: ['sell', 'restock'], commit: 'bbb' });
    const end = await command(sessions.directory, 'compare', 'commit:aaa', 'commit:bbb');
    expect(end.exitCode).toBe(3);
    expect(end.output).toContain('shop.refund: median time is in no run after');
    expect(end.output).toContain('New, with nothing to compare: shop.restock in "sells"');
  });

  test('refuses two environments unless asked, and then says so', async () => {
    const sessions = new SessionsOfRuns();
    sessions.addAll(levelsAround(10, 10), { commit: 'aaa' });
    sessions.addAll(levelsAround(14, 3), { commit: 'bbb', environment: { cpuCount: 64 } });
    const words = ['compare', 'commit:aaa', 'commit:bbb'];
    const refused = await command(sessions.directory, ...words);
    expect(refused.exitCode).toBe(2);
    expect(refused.complaints).toContain('cores 2 against 64. What differs could be the machine');
    const wanted = await command(sessions.directory, ...words, '--across-environments');
    expect(wanted.exitCode).toBe(1);
    expect(wanted.output).toContain('Across environments: cores 2 against 64.');
  });

  test('takes a baseline, of several the one of the environment that is compared', async () => {
    const sessions = new SessionsOfRuns();
    const { baselines } = sessions.store;
    const large = { environment: { cpuCount: 64 } };
    for (const [level, where] of [
      [10, {}],
      [2, large],
    ] as const) {
      const sessionIds = sessions.addAll(levelsAround(level, 10), where);
      baselines.set({ name: 'main', sessionIds, note: null, createdAtMs: 0 });
    }
    sessions.addAll(levelsAround(10, 3), { commit: 'bbb' });
    const end = await command(sessions.directory, 'compare', 'baseline:main', 'commit:bbb');
    expect([end.exitCode, end.complaints]).toEqual([0, '']);
    const both = await command(sessions.directory, 'compare', 'run-01', 'baseline:mian');
    expect(both.complaints).toContain('There is no baseline "mian". Did you mean "main"?');
  });

  test('writes Markdown to a file', async () => {
    const { directory } = twoCommits(14);
    const words = ['compare', 'commit:aaa', 'commit:bbb', '--format', 'markdown', '--output', 'compare.md'];
    const end = await command(directory, ...words);
    expect(end.exitCode).toBe(1);
    expect(readFileSync(join(directory, 'compare.md'), 'utf8')).toContain(
      '| regressed | shop.sell in sells |',
    );
  });

  test('ends with 2 and advice when it is used wrongly', async () => {
    const { directory } = twoCommits(10);
    for (const [words, advice] of [
      [['run-01'], 'Name two sides'],
      [['run-01', 'run-01'], 'Session run-01 is on both sides'],
      [['run-01,run-02', 'commit:aaa'], 'Session run-01 is on both sides'],
      [['run-01', 'nothing'], 'There is no session "nothing"'],
      [['run-01', 'commit:'], 'There is no completed session of commit ""'],
      [['run-01', 'run-02', '--format', 'markdwn'], 'Did you mean "markdown"?'],
      [['run-01', 'run-02', '--json', '--format', 'text'], 'contradict'],
      [['run-01', 'run-02', '--min-effect', '5'], 'takes a number from 0 to 1'],
      [['run-01', 'run-02', '--output', '.'], 'it is a folder. Name a file in it.'],
    ] as const) {
      const end = await command(directory, 'compare', ...words);
      expect([words, end.exitCode, end.complaints]).toEqual([words, 2, expect.stringContaining(advice)]);
    }
  });
});
