import { describe, expect, test } from 'vitest';
import { binomialCdf } from '../../../src/analysis/statistics/binomial-distribution.js';
import { normalCdf, normalQuantile } from '../../../src/analysis/statistics/normal-distribution.js';

// Reference values: SciPy 1.17.1, stats.norm and stats.binom.
describe('the normal distribution', () => {
  test.each([
    [-6, 9.865876450376946e-10],
    [-3, 0.0013498980316300933],
    [-1.96, 0.024997895148220435],
    [-0.5, 0.3085375387259869],
    [0, 0.5],
    [0.7, 0.758036347776927],
    [2.5, 0.9937903346742238],
    [4, 0.9999683287581669],
  ])('has below %f a probability of %f', (z, probability) => {
    expect(Math.abs(normalCdf(z) / probability - 1)).toBeLessThan(1e-10);
  });

  test.each([
    [1e-8, -5.612001244174789],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.5, 0.0],
    [0.9, 1.2815515655446004],
    [0.995, 2.5758293035489004],
  ])('has the quantile of %f at %f', (probability, z) => {
    expect(normalQuantile(probability)).toBeCloseTo(z, 9);
  });
});

describe('the binomial distribution', () => {
  test.each([
    [3, 10, 0.5, 0.171875],
    [68, 72, 0.95, 0.48805033492640776],
    [70, 72, 0.95, 0.8807694980870402],
    [360, 368, 0.99, 0.03355707635898827],
    [0, 20, 0.05, 0.3584859224085422],
    [950000, 1000000, 0.95, 0.5006406654337354],
    [9500300, 10000000, 0.95, 0.6685217559932721],
  ])('has at most %i of %i at %f with a probability of %f', (successes, trials, chance, probability) => {
    expect(Math.abs(binomialCdf(successes, trials, chance) - probability)).toBeLessThan(1e-8);
  });
});
