import { describe, expect, test } from 'vitest';
import { findWrongLimit } from '../../../src/analysis/gate/check-limits.js';
import { judgeLimits } from '../../../src/analysis/gate/judge-limits.js';
import { mergeLatencies } from '../../../src/analysis/gate/merge-figures.js';
import type { RunLimits } from '../../../src/gate.js';
import { ExactLatencies } from '../../../src/latency-distribution.js';
import { LatencyHistogram } from '../../../src/latency-histogram.js';

const run = {
  calls: 100,
  errors: 4,
  errorsUnderFault: 20,
  latency: new ExactLatencies(Array.from({ length: 100 }, (_, index) => index + 1)),
  meanMs: 50.5,
  maxMs: 100,
  cpuTimeMs: 300,
  spanMs: 2_000,
};

const verdicts = (limits: RunLimits, given: Partial<typeof run> = {}): readonly string[] =>
  judgeLimits('run', { ...run, ...given }, limits).map(({ name, verdict }) => `${name} ${verdict}`);

describe('a limit', () => {
  test.each([
    [{ meanMs: 50.5 }, 'meanMs met'],
    [{ meanMs: 50.4 }, 'meanMs broken'],
    [{ medianMs: 50 }, 'medianMs met'],
    [{ p95Ms: 94 }, 'p95Ms broken'],
    [{ p99Ms: 99 }, 'p99Ms met'],
    [{ maxMs: 99 }, 'maxMs broken'],
    [{ cpuTimeMs: 3 }, 'cpuTimeMs met'],
    [{ successRate: 0.95 }, 'successRate met'],
    [{ successRate: 0.951 }, 'successRate broken'],
    [{ errors: 4 }, 'errors met'],
    [{ errors: 3 }, 'errors broken'],
    [{ throughputPerSecond: 50 }, 'throughputPerSecond met'],
    [{ throughputPerSecond: 51 }, 'throughputPerSecond broken'],
  ])('%o is judged at its border', (limits, verdict) => {
    expect(verdicts(limits)).toEqual([verdict]);
  });

  test('of what was not measured or too rarely is inconclusive', () => {
    expect(verdicts({ meanMs: 1e9, minSamples: 101 })).toEqual(['meanMs inconclusive']);
    expect(verdicts({ meanMs: 1e9, minSamples: 1 }, { calls: 0 })).toEqual(['meanMs inconclusive']);
    expect(verdicts({ cpuTimeMs: 1 }, { cpuTimeMs: null as unknown as number })).toEqual([
      'cpuTimeMs inconclusive',
    ]);
    expect(verdicts({ errors: 0 }, { errors: 0, errorsUnderFault: 100 })).toEqual(['errors inconclusive']);
  });

  test('is told with its interval and the number of calls', () => {
    expect(judgeLimits('run', run, { successRate: 0.99 })[0]?.statement).toBe(
      'success rate: 95.0% (95 % interval 87.8% to 98.0%, 80 calls), wanted at least 99.0%',
    );
  });
});

describe('limits', () => {
  test.each([
    [{}, 'name a limit'],
    [{ minSamples: 5 }, 'name a limit'],
    [[], 'write an object'],
    [{ p95: 3 }, 'Did you mean "p95Ms"?'],
    [{ p95Ms: '3' }, '"p95Ms" takes a number'],
    [{ p95Ms: Number.NaN }, '"p95Ms" takes a number'],
    [{ successRate: 95 }, 'is a share from 0 to 1'],
    [{ errors: 1.5 }, 'takes a whole number'],
  ])('%o are refused', (limits, sentence) => {
    expect(findWrongLimit(limits)).toContain(sentence);
  });

  test('that can be used are not', () => {
    expect(findWrongLimit({ p95Ms: 3, successRate: 0.9, errors: 0, minSamples: 1 })).toBeNull();
  });
});

describe('latencies of several methods', () => {
  test('are those of all calls together, exact and counted', () => {
    const all = Array.from({ length: 999 }, (_, index) => 1 + ((index * 7) % 500) / 3);
    const sorted = [...all].sort((left, right) => left - right);
    const parts = [0, 1, 2].map((part) => all.filter((_, index) => index % 3 === part));
    const exact = mergeLatencies(parts.map((durations) => new ExactLatencies(durations)));
    const counted = mergeLatencies(
      parts.map((durations) => {
        const histogram = new LatencyHistogram();
        for (const duration of durations) histogram.record(duration);
        return histogram;
      }),
    );
    for (const rank of [1, 2, 500, 950, 998, 999]) {
      const expected = sorted[rank - 1] as number;
      expect(exact.atRank(rank)).toBeCloseTo(expected, 9);
      expect(Math.abs(counted.atRank(rank) / expected - 1)).toBeLessThan(0.003);
    }
    expect([exact.count, counted.count]).toEqual([999, 999]);
  });
});
