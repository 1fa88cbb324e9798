import { describe, expect, test } from 'vitest';
import { command } from '../support/command-line.js';
import { levelsAround, SessionsOfRuns } from '../support/sessions-of-runs.js';

describe('vitest-realworld baseline', () => {
  test('sets the newest comparable runs, lists them, replaces them, and removes them', async () => {
    const sessions = new SessionsOfRuns();
    const { directory } = sessions;
    sessions.addAll([10], { environment: { cpuCount: 64 } });
    sessions.addAll(levelsAround(10, 12), { commit: 'abcdef0123456789' });
    const set = await command(directory, 'baseline', 'set');
    expect(set).toMatchObject({ exitCode: 0, complaints: '' });
    expect(set.output).toBe(
      'Baseline "default" is set from 10 runs of commit abcdef0123.\nIt is in force: runs made from now on are compared with it. Comparing with it needs 3 other runs.\n',
    );
    const list = await command(directory, 'baseline', 'list');
    expect(list.output).toContain('default (in force): 10 runs of commit abcdef0123, set today\n');
    expect(list.output).toContain('environment  a processor, 2 cores, node v20.0.0');
    const listed = JSON.parse((await command(directory, 'baseline', 'list', '--json')).output) as {
      runs: { sessionId: string }[];
    }[];
    expect(listed[0]?.runs[0]?.sessionId).toBe('run-04');
    const again = await command(directory, 'baseline', 'set', '--last', '5', '--note', 'new server');
    expect(again.output).toMatch(
      /^Baseline "default" is set from 5 runs of commit abcdef0123, in the place of the one of \S+ \(10 runs of commit abcdef0123\)\.\n/,
    );
    expect((await command(directory, 'baseline', 'list')).output).toContain('note         new server');
    const removed = await command(directory, 'baseline', 'rm', 'default');
    expect(removed).toMatchObject({ exitCode: 0, output: 'Baseline "default" is removed.\n' });
    expect((await command(directory, 'baseline', 'list')).output).toBe(
      'There is no baseline yet. Set one with: vitest-realworld baseline set --last 10\n',
    );
  });

  test('takes sessions by name and runs of a commit, and says when they are too few', async () => {
    const sessions = new SessionsOfRuns();
    const { directory } = sessions;
    sessions.addAll([10, 11, 12], { commit: 'aaa111' });
    sessions.addAll([10, 11], { commit: 'bbb222' });
    const commit = await command(directory, 'baseline', 'set', '--name', 'old', '--commit', 'aaa');
    expect(commit.exitCode).toBe(0);
    expect(commit.output).toBe(
      'Baseline "old" is set from 3 runs of commit aaa111.\nNothing can be compared with it yet: it needs 4 runs at least. Set it again when there are more.\n',
    );
    const named = await command(
      directory,
      'baseline',
      'set',
      'run-01,run-02',
      'commit:bbb',
      'latest',
      '--name',
      'some',
    );
    expect(named.output).toContain(
      'from 4 runs of commits aaa111, bbb222.\nComparing with it needs 5 other runs',
    );
  });

  test('ends with 2 and advice when it is used wrongly', async () => {
    const sessions = new SessionsOfRuns();
    const { directory } = sessions;
    sessions.addAll([10, 11], { commit: 'aaa111' });
    sessions.add({ levelMs: 10, status: 'stopped' });
    sessions.add({ levelMs: 10, environment: { node: 'v24.0.0' } });
    await command(directory, 'baseline', 'set', 'run-01', '--name', 'main');
    for (const [words, advice] of [
      [[], 'Say what to do with baselines'],
      [['put'], 'Unknown action "put"'],
      [['set', 'run-03'], 'Session run-03 is stopped: only completed sessions'],
      [['set', 'run-09'], 'Did you mean run-0'],
      [['set', 'run-01', 'run-04'], 'cannot be one baseline: node v20.0.0 against v24.0.0.'],
      [['set', 'run-01', '--last', '3'], 'only one of them'],
      [['set', '--last', '0'], 'takes a whole number from 1 to 100'],
      [
        ['set', '--commit', 'zzz'],
        'There is no completed session of commit "zzz". The newest are of aaa111.',
      ],
      [['set', '--name', 'a,b'], 'A baseline cannot be named "a,b"'],
      [['list', 'main'], 'takes no names'],
      [['rm'], 'Name the one baseline to remove'],
      [['rm', 'mian'], 'There is no baseline "mian". Did you mean "main"?'],
    ] as const) {
      const end = await command(directory, 'baseline', ...words);
      expect([words, end.exitCode, end.complaints]).toEqual([words, 2, expect.stringContaining(advice)]);
    }
    expect(sessions.store.baselines.list()).toHaveLength(1);
  });
});
