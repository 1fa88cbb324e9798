import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactLatencies, percentileMs } from '../src/latency-distribution.js';
import { LatencyHistogram } from '../src/latency-histogram.js';

const latencies = fc.array(fc.double({ min: 0.001, max: 1e7, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('a latency histogram', () => {
  test('gives nearest-rank percentiles within 0.3 percent', () => {
    fc.assert(
      fc.property(latencies, fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1), (values, share) => {
        const sorted = [...values].sort((left, right) => left - right);
        const exact = sorted[Math.max(1, Math.ceil(values.length * share)) - 1] as number;
        expect(Math.abs(percentileMs(histogramOf(values), share) / exact - 1)).toBeLessThanOrEqual(0.003);
      }),
      { seed: 1 },
    );
  });

  test('counts how many latencies are at most a given one, within a bucket', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0.001, max: 1e7, noNaN: true }), (values, limit) => {
        const counted = histogramOf(values).countUpTo(limit);
        const exact = new ExactLatencies(values);
        expect(counted).toBeGreaterThanOrEqual(exact.countUpTo(limit));
        expect(counted).toBeLessThanOrEqual(exact.countUpTo(limit * 1.006));
      }),
      { seed: 4 },
    );
  });

  test('of two halves added is that of the whole', () => {
    fc.assert(
      fc.property(latencies, latencies, (left, right) => {
        const sum = histogramOf(left);
        sum.add(histogramOf(right));
        expect(sum.toString()).toBe(histogramOf([...left, ...right]).toString());
        expect(sum.count).toBe(left.length + right.length);
      }),
      { seed: 2 },
    );
  });

  test('survives being written and read', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = histogramOf(values);
        const read = LatencyHistogram.parse(histogram.toString());
        expect(read.toString()).toBe(histogram.toString());
        expect(read.count).toBe(values.length);
      }),
      { seed: 3 },
    );
  });

  test('stays small: a million latencies over seven decades take less than three thousand buckets', () => {
    const histogram = new LatencyHistogram();
    for (let index = 0; index < 1_000_000; index++) histogram.record(10 ** ((index % 7_000) / 1_000 - 3));
    expect(histogram.count).toBe(1_000_000);
    expect(histogram.toString().split(' ').length).toBeLessThan(3_000);
  });

  test('counts a latency of zero and has no percentile without latencies', () => {
    expect(histogramOf([0]).count).toBe(1);
    expect(percentileMs(new LatencyHistogram(), 0.5)).toBe(0);
    expect(LatencyHistogram.parse('').count).toBe(0);
  });

  test.each(['1', 'a:b', '1:2:3 x', '1:0.5'])('refuses to read "%s"', (text) => {
    expect(() => LatencyHistogram.parse(text)).toThrow(SyntaxError);
  });
});
