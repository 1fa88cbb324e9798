import { describe, expect, test } from 'vitest';
import { compareSession } from '../../../src/analysis/regression/compare-session.js';
import type { HistoryMetric, HistorySeries } from '../../../src/history.js';
import { simulatedRuns } from '../../support/simulated-runs.js';

function series(values: readonly number[], metric: HistoryMetric = 'median'): HistorySeries {
  return {
    file: 'shop.realworld.ts',
    scenario: 'sells',
    capability: 'shop',
    method: 'sell',
    metric,
    points: values.map((value, index) => ({ sessionId: `s${index}`, commit: `commit-${index}`, value })),
  };
}

function compare(given: readonly HistorySeries[], comparableSessions = 12) {
  return compareSession({ comparableSessions, otherSessions: 0, series: given }, 7);
}

describe('a session and its history', () => {
  test('tells what got worse in the newest three runs, how much, and since which commit', () => {
    const { runs } = simulatedRuns(1);
    const { changes, metricsCompared } = compare([series([...runs(10, 1), ...runs(3, 1.6)])]);
    expect(metricsCompared).toBe(1);
    expect(changes).toMatchObject([
      { verdict: 'regressed', baselineRuns: 10, freshRuns: 3, sinceCommit: 'commit-10' },
    ]);
    expect(changes[0]?.statement).toMatch(
      /^shop\.sell: median time \S+ -> \S+, 1\.\d\d times \(1\.\d\d to 1\.\d\d\) \(10 against 3 runs, p = 0\.0035, since commit commit-10\)$/,
    );
  });

  test('is silent when nothing changed', () => {
    const { runs } = simulatedRuns(2);
    expect(compare([series(runs(13, 1))])).toMatchObject({ metricsCompared: 1, changes: [] });
  });

  test('says how many runs are missing', () => {
    expect(compare([series([10, 11])], 1)).toMatchObject({
      comparableSessions: 1,
      otherSessions: 0,
      metricsCompared: 0,
      sessionsNeeded: 7,
      changes: [],
    });
  });

  test('compares the halves of a history that is short', () => {
    const { runs } = simulatedRuns(3);
    const { changes } = compare([series([...runs(5, 1), ...runs(5, 2)])], 9);
    expect(changes).toMatchObject([{ verdict: 'regressed', baselineRuns: 5, freshRuns: 5 }]);
  });

  test('takes a lower success rate for worse, and leaves out CPU time below its resolution', () => {
    const rates = [...new Array<number>(10).fill(1), 0.8, 0.82, 0.78];
    const cpu = [...new Array<number>(10).fill(0.1), 0.5, 0.5, 0.5];
    const { changes, metricsCompared } = compare([series(rates, 'success_rate'), series(cpu, 'cpu_time')]);
    expect(metricsCompared).toBe(1);
    expect(changes).toMatchObject([{ metric: 'success_rate', verdict: 'regressed' }]);
    expect(changes[0]?.statement).toContain('success rate 100.0% -> 80.0%');
  });
});
