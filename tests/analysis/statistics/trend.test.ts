import { describe, expect, test } from 'vitest';
import { modifiedZScores } from '../../../src/analysis/statistics/modified-z-score.js';
import { mannKendall, theilSenSlope } from '../../../src/analysis/statistics/trend.js';

// Reference values: SciPy 1.17.1, stats.theilslopes; the test of Mann and Kendall written out in NumPy.
describe('a trend', () => {
  test('has the slope of Theil and Sen and its interval', () => {
    const points = [2.1, 2.3, 2.2, 2.9, 3.0, 2.8, 3.5, 3.9, 3.6, 4.4, 4.1, 4.9].map((y, x) => ({ x, y }));
    const slope = theilSenSlope(points);
    expect(slope?.slope).toBeCloseTo(0.25, 10);
    expect(slope?.low).toBeCloseTo(0.19999999999999973, 10);
    expect(slope?.high).toBeCloseTo(0.2800000000000001, 10);
  });

  test('is tested with the correction for ties', () => {
    const result = mannKendall([5, 6, 6, 7, 5, 8, 9, 9, 9, 10, 8, 11, 12, 12]);
    expect(result.s).toBe(70);
    expect(result.z).toBeCloseTo(3.821556551789808, 10);
    expect(result.pRising).toBeCloseTo(6.630599729080671e-5, 10);
  });

  test('is not seen in a series that stays', () => {
    expect(mannKendall([4, 4, 4, 4])).toMatchObject({ s: 0, z: 0, pRising: 1, pFalling: 1 });
    expect(
      theilSenSlope([
        { x: 1, y: 2 },
        { x: 2, y: 3 },
      ]),
    ).toBeNull();
  });

  test('of a long series is that of an even selection', () => {
    const points = Array.from({ length: 20_000 }, (_, x) => ({ x, y: 3 * x }));
    expect(theilSenSlope(points)?.slope).toBeCloseTo(3, 10);
  });
});

describe('the score of an outlier', () => {
  test('is that of Iglewicz and Hoaglin', () => {
    const scores = modifiedZScores([2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]);
    expect(scores).toEqual(
      [
        -1.5738094171241872, 0.6744897501960797, -0.2248299167320279, 0.2248299167320259, -0.6744897501960817,
        -1.5738094171241872, -0.6744897501960817, 0.6744897501960797, 25.85544042418307, 26.305100257647126,
      ].map((expected) => expect.closeTo(expected, 9)),
    );
  });

  test('uses the mean deviation where more than half of the values are equal', () => {
    const scores = modifiedZScores([5, 5, 5, 5, 5, 5, 50]);
    expect(scores[0]).toBe(0);
    expect(scores[6]).toBeGreaterThan(3.5);
  });

  test('is 0 where all values are equal', () => {
    expect(modifiedZScores([3, 3, 3])).toEqual([0, 0, 0]);
  });
});
