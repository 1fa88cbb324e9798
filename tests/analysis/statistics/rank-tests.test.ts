import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adjustChances } from '../../../src/analysis/statistics/benjamini-hochberg.js';
import {
  cliffsDelta,
  hodgesLehmannCenter,
  hodgesLehmannShift,
} from '../../../src/analysis/statistics/effect-size.js';
import { mannWhitney } from '../../../src/analysis/statistics/mann-whitney.js';
import { mcNemar } from '../../../src/analysis/statistics/mcnemar.js';
import { wilcoxonSignedRank } from '../../../src/analysis/statistics/wilcoxon-signed-rank.js';

// Reference values: SciPy 1.17.1; those with ties by going through all 6435 choices.
describe('the test of Mann and Whitney', () => {
  test('is exact for small samples', () => {
    const before = [10.1, 9.8, 10.4, 10.0, 9.9, 10.2, 10.6, 9.7, 10.3, 10.5];
    const result = mannWhitney(before, [11.0, 10.45, 11.2]);
    expect(result).toMatchObject({ u: 28, exact: true });
    expect(result.pGreater).toBeCloseTo(0.013986013986013986, 10);
    expect(result.pLess).toBeCloseTo(0.993006993006993, 10);
  });

  test('is exact with ties too', () => {
    const result = mannWhitney([1, 2, 2, 3, 3, 3, 4, 5], [2, 3, 4, 4, 5, 6, 6]);
    expect(result.u).toBe(43);
    expect(result.pGreater).toBeCloseTo(0.046464646464646465, 10);
    expect(result.pLess).toBeCloseTo(0.9684537684537684, 10);
  });

  test('takes the normal approximation with both corrections for large samples', () => {
    const result = mannWhitney(
      [
        10.3, 10.8, 10.3, 8.7, 10.9, 10.4, 9.5, 10.6, 10.4, 10.3, 10.0, 10.5, 9.3, 9.8, 9.5, 10.6, 10.0, 9.7,
        9.2, 9.7, 10.0, 9.7, 11.3, 11.0, 7.3, 8.1, 9.8, 9.6, 10.2, 10.2, 12.1, 8.9, 9.6, 12.0, 10.6, 10.7,
        9.5, 8.4, 10.2, 10.1, 8.8, 9.3, 9.9, 9.1, 9.9, 10.1, 10.0, 9.5, 10.6, 10.9, 10.3, 9.2, 10.7, 9.5,
        10.9, 8.9, 10.9, 10.0, 8.8, 9.7,
      ],
      [
        10.5, 10.7, 9.4, 9.3, 10.6, 9.9, 10.6, 11.2, 8.8, 10.7, 11.6, 10.1, 9.6, 11.2, 10.7, 11.3, 10.1, 8.9,
        10.3, 10.0, 11.2, 10.6, 8.8, 9.2, 11.3, 11.1, 9.8, 10.4, 10.8, 10.9, 11.3, 10.7, 10.3, 10.1, 11.5,
        8.1, 10.3, 10.4, 9.0, 10.7, 9.7, 11.3, 10.3, 11.1, 11.6, 10.8, 9.5, 8.9, 12.2, 10.3,
      ],
    );
    expect(result).toMatchObject({ u: 1937.0, exact: false });
    expect(result.pGreater).toBeCloseTo(0.00435846736943478, 8);
    expect(result.pLess).toBeCloseTo(0.9957178003446908, 8);
  });

  test('has one chance in 286 that three fresh values are above ten', () => {
    const base = Array.from({ length: 10 }, (_, index) => index);
    expect(mannWhitney(base, [20, 21, 22]).pGreater).toBeCloseTo(1 / 286, 12);
  });

  test('turns around when the samples are exchanged', () => {
    const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(values, values, (first, second) => {
        const forth = mannWhitney(first, second);
        const back = mannWhitney(second, first);
        expect(forth.pGreater).toBeCloseTo(back.pLess, 10);
        expect(forth.u + back.u).toBe(first.length * second.length);
      }),
      { seed: 1 },
    );
  });
});

describe('the test of Wilcoxon', () => {
  test('is exact', () => {
    const result = wilcoxonSignedRank([1.1, -0.4, 2.3, 0.7, -1.2, 3.1, 0.2, 1.9, -0.3, 0.9, 1.5, -2.0]);
    expect(result.positiveSum).toBe(56.0);
    expect(result.pGreater).toBeCloseTo(0.101806640625, 10);
    expect(result.pLess).toBeCloseTo(0.911865234375, 10);
  });

  test('leaves out differences of 0 and has nothing to say without others', () => {
    expect(wilcoxonSignedRank([0, 0])).toEqual({ count: 0, positiveSum: 0, pGreater: 1, pLess: 1 });
    expect(wilcoxonSignedRank([0, 1, 2, 3, 4, 5, 6]).pGreater).toBeCloseTo(1 / 64, 12);
  });
});

describe('several tests', () => {
  test('have the chances that Benjamini and Hochberg give them', () => {
    const adjusted = adjustChances([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]);
    expect(adjusted).toEqual(
      [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.1057142857142857, 0.216, 0.216, 0.216].map((expected) =>
        expect.closeTo(expected, 10),
      ),
    );
  });

  test('that are one keep their chance', () => {
    expect(adjustChances([0.03])).toEqual([0.03]);
    expect(adjustChances([])).toEqual([]);
  });
});

describe('the test of McNemar', () => {
  test.each([
    [5, 15, 0.04138946533203125],
    [3, 3, 1.0],
    [0, 8, 0.0078125],
    [21, 9, 0.042773945257067694],
  ])('of %i against %i cases has the chance %f', (first, second, p) => {
    expect(mcNemar(first, second).p).toBeCloseTo(p, 10);
    expect(mcNemar(first, second).midP).toBeLessThanOrEqual(p);
  });

  test('takes half of the chance of the observed count off', () => {
    expect(mcNemar(3, 3).midP).toBeCloseTo(0.843_75, 10);
    expect(mcNemar(5, 15).midP).toBeCloseTo(0.026_603_698_730_468_75, 10);
  });

  test('has nothing to say where both versions are right on the same cases', () => {
    expect(mcNemar(0, 0)).toEqual({ p: 1, midP: 1 });
  });
});

describe('the size of an effect', () => {
  test('is the shift that Hodges and Lehmann give it', () => {
    expect(hodgesLehmannShift([1, 2, 3], [4, 5, 9])).toBe(3);
    expect(hodgesLehmannCenter([1, 2, 10])).toBe(3.75);
  });

  test('is the delta of Cliff: 1 where all are above, 0 where half are', () => {
    expect(cliffsDelta([1, 2], [3, 4])).toBe(1);
    expect(cliffsDelta([1, 2], [0, 3])).toBe(0);
    expect(cliffsDelta([3, 4], [1, 4])).toBe(-0.25);
  });
});
