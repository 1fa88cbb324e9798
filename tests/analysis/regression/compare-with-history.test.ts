import { describe, expect, test } from 'vitest';
import {
  compareWithHistory,
  freshRunsNeeded,
  type MetricHistory,
} from '../../../src/analysis/regression/compare-with-history.js';
import { simulatedRuns } from '../../support/simulated-runs.js';

const baseline = [10, 10.2, 9.9, 10.1, 9.8, 10.3, 10, 10.1, 9.9, 10.2];

function compareOne(history: Partial<MetricHistory>, others = 0) {
  const { random, runs } = simulatedRuns(1);
  const histories = new Map<string, MetricHistory>([
    ['metric', { baseline, fresh: [], higherIsWorse: true, ...history }],
  ]);
  for (let other = 0; other < others; other++) {
    histories.set(`other ${other}`, { baseline: runs(10, 1), fresh: runs(3, 1), higherIsWorse: true });
  }
  return compareWithHistory(histories, { random }).get('metric');
}

describe('a comparison with history', () => {
  test('calls a metric regressed that is worse in all fresh runs, with its size', () => {
    const found = compareOne({ fresh: [12.9, 13.1, 13] });
    expect(found).toMatchObject({ verdict: 'regressed', baselineRuns: 10, freshRuns: 3, delta: 1 });
    expect(found?.p).toBeCloseTo(1 / 286, 10);
    expect(found?.ratio).toBeCloseTo(1.294, 2);
    expect(found?.ratioInterval?.low).toBeGreaterThan(1.2);
    expect(found?.ratioInterval?.high).toBeLessThan(1.4);
  });

  test('calls it improved when it is better, and turns around where higher is better', () => {
    expect(compareOne({ fresh: [7, 7.1, 6.9] })?.verdict).toBe('improved');
    expect(compareOne({ fresh: [7, 7.1, 6.9], higherIsWorse: false })?.verdict).toBe('regressed');
  });

  test('calls it unchanged below the smallest effect, however clear', () => {
    expect(compareOne({ fresh: [10.4, 10.42, 10.41] })?.verdict).toBe('unchanged');
  });

  test('only suspects one among many metrics that did not change', () => {
    expect(compareOne({ fresh: [12.9, 13.1, 13] }, 35)?.verdict).toBe('suspected');
  });

  test('says how many runs are missing', () => {
    expect(compareOne({ fresh: [20] })).toMatchObject({
      verdict: 'inconclusive',
      freshRunsNeeded: 2,
      p: null,
    });
    expect(compareOne({ baseline: [1, 2], fresh: [20, 21, 22, 23] })?.verdict).toBe('inconclusive');
  });

  test('needs so many fresh runs that the rarest order is rare enough', () => {
    expect([10, 9, 5, 4].map((runs) => freshRunsNeeded(runs, 0))).toEqual([3, 4, 4, 5]);
    expect(freshRunsNeeded(10, 5)).toBe(0);
  });

  test('has no ratio to a baseline of 0 and calls any large shift from it a change', () => {
    const errors = compareOne({ baseline: new Array<number>(10).fill(0), fresh: [0.2, 0.3, 0.1] });
    expect(errors).toMatchObject({ verdict: 'regressed', ratio: null, ratioInterval: null });
  });

  test('is the same for the same seed', () => {
    expect(compareOne({ fresh: [12, 13, 14] })).toEqual(compareOne({ fresh: [12, 13, 14] }));
  });
});
