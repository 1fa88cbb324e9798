import { describe, expect, test } from 'vitest';
import { findChangePoints } from '../../../src/analysis/history/change-points.js';
import { simulatedRuns } from '../../support/simulated-runs.js';

describe('change points', () => {
  test('are found where the level changed, with its size', () => {
    const { runs } = simulatedRuns(3);
    const values = [...runs(15, 1), ...runs(15, 1.4), ...runs(15, 1)];
    const found = findChangePoints(values);
    expect(found).toHaveLength(2);
    expect(Math.abs((found[0]?.index ?? 0) - 15)).toBeLessThanOrEqual(2);
    expect(Math.abs((found[1]?.index ?? 0) - 30)).toBeLessThanOrEqual(2);
    expect(found[0]?.ratio).toBeCloseTo(1.4, 0);
  });

  test('are not a single spike, nor two in a row', () => {
    const { runs } = simulatedRuns(4);
    const values = [...runs(12, 1)];
    values[6] = 40;
    values[7] = 40;
    expect(findChangePoints(values)).toEqual([]);
  });

  test('are rare where nothing changes', () => {
    const { runs } = simulatedRuns(5);
    let histories = 0;
    for (let trial = 0; trial < 300; trial++) if (findChangePoints(runs(40, 1)).length > 0) histories++;
    // The split is chosen before it is tested, so the rate is above the chance of one test.
    expect(histories / 300).toBeLessThan(0.05);
  });

  test('do not exist in histories that are short, equal or empty', () => {
    expect(findChangePoints([])).toEqual([]);
    expect(findChangePoints([1, 2, 3, 4, 5])).toEqual([]);
    expect(findChangePoints(new Array<number>(30).fill(7))).toEqual([]);
    expect(findChangePoints([1, 1, 1, 1, 3, 3, 3, 3])).toEqual([
      { index: 4, before: 1, after: 3, ratio: 3, p: 0 },
    ]);
  });
});
