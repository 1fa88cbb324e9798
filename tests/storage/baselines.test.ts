import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/storage/open-database.js';
import { levelsAround, SessionsOfRuns } from '../support/sessions-of-runs.js';

function baselineFields(name: string, sessionIds: readonly string[]) {
  return { name, sessionIds, note: null, createdAtMs: Date.UTC(2026, 2, 1) };
}

describe('a baseline', () => {
  test('holds the figures of its runs after their sessions are deleted', () => {
    const sessions = new SessionsOfRuns();
    const ids = sessions.addAll([10, 20], { commit: 'abc' });
    const { baselines } = sessions.store;
    const id = baselines.set({ ...baselineFields('main', ids), note: 'first release' });
    const before = ids.map((sessionId) => baselines.readStatistics(id, sessionId));
    expect(before[1]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          scenario: 'sells',
          capability: 'shop',
          method: 'sell',
          metric: 'success_rate',
          value: 1,
          calls: 25,
        }),
      ]),
    );
    const database = openDatabase(sessions.store.path);
    for (const table of ['activity_aggregates', 'activities', 'scenarios', 'test_sessions']) {
      database.prepare(`DELETE FROM ${table}`).run();
    }
    database.close();
    expect(ids.map((sessionId) => baselines.readStatistics(id, sessionId))).toEqual(before);
    expect(baselines.list()).toMatchObject([
      {
        name: 'main',
        note: 'first release',
        scenarios: ['sells'],
        runs: [
          { sessionId: 'run-01', commit: 'abc' },
          { sessionId: 'run-02', commit: 'abc' },
        ],
      },
    ]);
  });

  test('gives way to one of its name, and not to one of another environment', () => {
    const sessions = new SessionsOfRuns();
    const [one = '', two = ''] = sessions.addAll([10, 11]);
    const other = sessions.add({ levelMs: 10, environment: { cpuCount: 64 } });
    const { baselines } = sessions.store;
    for (const id of [one, two, other]) baselines.set(baselineFields('main', [id]));
    const runs = baselines.list().flatMap((baseline) => baseline.runs.map(({ sessionId }) => sessionId));
    expect(runs.sort()).toEqual([two, other].sort());
    expect(baselines.remove('main')).toBe(2);
    const database = openDatabase(sessions.store.path);
    for (const table of ['baselines', 'baseline_runs', 'baseline_statistics']) {
      expect(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
    }
    database.close();
  });

  test('is not made of nothing, nor of runs of two environments, and the old one stays', () => {
    const sessions = new SessionsOfRuns();
    const here = sessions.add({ levelMs: 10 });
    const there = sessions.add({ levelMs: 10, environment: { node: 'v24.0.0' } });
    const { baselines } = sessions.store;
    baselines.set(baselineFields('main', [here]));
    expect(() => baselines.set(baselineFields('main', [here, there]))).toThrow('not of 2');
    expect(() => baselines.set(baselineFields('main', []))).toThrow('not of 0');
    expect(() => baselines.set(baselineFields('main', ['gone']))).toThrow('There is no session gone');
    expect(baselines.list()).toMatchObject([{ runs: [{ sessionId: here }] }]);
  });
});

describe('the history of a session', () => {
  test('names the baseline in force and the sessions since', () => {
    const sessions = new SessionsOfRuns();
    const ids = sessions.addAll(levelsAround(10, 5), { commit: 'abc' });
    sessions.store.baselines.set(baselineFields('default', ids));
    const since = sessions.addAll([10, 11]);
    const { history } = sessions.store.readFacts(since[1] ?? '');
    expect(history.baseline).toMatchObject({ name: 'default', sessionsSince: since });
    expect(history.baseline?.runs.map(({ sessionId }) => sessionId)).toEqual(ids);
    expect(history.baseline?.series.find(({ metric }) => metric === 'median')?.points).toHaveLength(5);
    // A session of the baseline itself is not compared with it.
    expect(sessions.store.readFacts(ids[4] ?? '').history.baseline).toBeNull();
  });

  test('knows no baseline of another name, environment or project', () => {
    const sessions = new SessionsOfRuns();
    const other = { environment: { cpuModel: 'another processor' } };
    sessions.store.baselines.set(baselineFields('release', sessions.addAll([10])));
    sessions.store.baselines.set(baselineFields('default', sessions.addAll([10], other)));
    sessions.store.baselines.set(
      baselineFields('default', sessions.addAll([10], { projectPath: 'projects/elsewhere' })),
    );
    const { history } = sessions.store.readFacts(sessions.add({ levelMs: 10 }));
    expect(history.baseline).toBeNull();
    expect(history).toMatchObject({ comparableSessions: 1, otherSessions: 1 });
  });

  test('reaches back a hundred runs', () => {
    const sessions = new SessionsOfRuns();
    const ids = sessions.addAll(levelsAround(10, 105));
    const { history } = sessions.store.readFacts(ids[104] ?? '');
    expect(history.comparableSessions).toBe(104);
    expect(
      history.series.find(({ metric }) => metric === 'median')?.points.map(({ sessionId }) => sessionId),
    ).toEqual(ids.slice(5));
  });
});
