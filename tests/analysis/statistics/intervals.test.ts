import { describe, expect, test } from 'vitest';
import { bootstrapInterval } from '../../../src/analysis/statistics/bootstrap-interval.js';
import {
  countForPercentile,
  estimatePercentile,
  percentileRanks,
} from '../../../src/analysis/statistics/percentile-interval.js';
import { proportionInterval } from '../../../src/analysis/statistics/proportion-interval.js';
import { ExactLatencies } from '../../../src/latency-distribution.js';
import { createRandom } from '../../../src/seeded-random.js';

// Reference values: SciPy 1.17.1, stats.binom, binomtest(...).proportion_ci and bootstrap with 200,000 resamples.
describe('the interval of a percentile', () => {
  test.each([
    [72, 0.95, 64, 72, 0.9654900479083739],
    [100, 0.5, 40, 61, 0.9647997997822952],
    [368, 0.99, 360, 368, 0.9624158204108587],
    [1000, 0.95, 936, 964, 0.9580952682226541],
    [20, 0.5, 6, 15, 0.9586105346679688],
  ])('of %i values at %f lies between the ranks %i and %i', (count, share, lowRank, highRank, coverage) => {
    const ranks = percentileRanks(count, share);
    expect(ranks).toMatchObject({ lowRank, highRank });
    expect(ranks?.coverage).toBeCloseTo(coverage, 8);
  });

  test.each([
    [71, 0.95],
    [367, 0.99],
    [5, 0.5],
  ])('of %i values at %f does not exist', (count, share) => {
    expect(percentileRanks(count, share)).toBeNull();
  });

  test('needs 72 values for the 95th and 368 for the 99th', () => {
    expect([countForPercentile(0.95), countForPercentile(0.99), countForPercentile(0.5)]).toEqual([
      72, 368, 6,
    ]);
  });

  test('is found among ten million values', () => {
    const ranks = percentileRanks(10_000_000, 0.95);
    expect(ranks?.coverage).toBeCloseTo(0.95, 3);
    expect(ranks?.lowRank).toBeLessThan(9_500_000);
    expect(ranks?.highRank).toBeGreaterThan(9_500_000);
  });

  test('says how many values are needed when there are too few', () => {
    expect(estimatePercentile(new ExactLatencies([1, 2, 3]), 0.95)).toEqual({
      valueMs: 3,
      count: 3,
      countNeeded: 72,
    });
    const hundred = new ExactLatencies(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(estimatePercentile(hundred, 0.5)).toEqual({ valueMs: 50, count: 100, lowMs: 40, highMs: 61 });
  });
});

describe('the interval of a share', () => {
  test.each([
    [0, 10, 0.0, 0.27753279986288926],
    [7, 10, 0.39677814746114526, 0.892208732593699],
    [81, 100, 0.7222115462093562, 0.8748524849023126],
    [1000, 1000, 0.9961732415144449, 1.0],
  ])('of %i of %i is from %f to %f', (successes, trials, low, high) => {
    const interval = proportionInterval(successes, trials);
    expect(interval?.low).toBeCloseTo(low, 9);
    expect(interval?.high).toBeCloseTo(high, 9);
  });

  test('does not exist without trials', () => {
    expect(proportionInterval(0, 0)).toBeNull();
  });
});

describe('the bootstrap interval', () => {
  test('is that of SciPy within what chance leaves', () => {
    const sample = [
      2.7744695081594433, 0.278640595528797, 1.2325059116119108, 0.75285336611214, 0.7974591676640139,
      0.8978084134035047, 0.36422150559419986, 0.8905053318226672, 0.6488157258331798, 5.267204457432473,
      1.1195124819989686, 0.8383535273042839, 0.8687988016882623, 0.7160371892661614, 0.5900339061973142,
      0.8225051881204076, 1.2724862886456807, 0.8875620866535613, 1.6142643652027409, 0.9049269429767325,
      1.012203646700495, 2.1660612489077615, 1.3133127492300551, 0.7767673705783337, 0.9126347918863489,
      1.3103084478575955, 2.631473662073891, 0.8738817904537458, 0.8853437073001673, 1.650629616092477,
    ];
    const mean = ([values = []]: readonly (readonly number[])[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const interval = bootstrapInterval([sample], mean, { random: createRandom(1), resamples: 20_000 });
    const tolerance = 0.17144581822447075 * 0.12;
    expect(Math.abs(interval.low - 0.9956848657130004)).toBeLessThan(tolerance);
    expect(Math.abs(interval.high - 1.7485784005835867)).toBeLessThan(tolerance);
  });

  test('is the same for the same seed', () => {
    const draw = () =>
      bootstrapInterval(
        [
          [1, 2, 3, 4],
          [2, 3, 9],
        ],
        ([a = [], b = []]) => Math.max(...b) - Math.min(...a),
        {
          random: createRandom(5),
        },
      );
    expect(draw()).toEqual(draw());
  });
});
