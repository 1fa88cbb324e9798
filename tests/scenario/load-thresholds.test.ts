import { describe, expect, test } from 'vitest';
import { proportionInterval } from '../../src/analysis/statistics/proportion-interval.js';
import { ExactLatencies } from '../../src/latency-distribution.js';
import { judgeThresholds } from '../../src/scenario/load/judge-thresholds.js';
import type { LoadThresholds } from '../../src/scenario/load/load-thresholds.js';
import { createRandom } from '../../src/seeded-random.js';

/** Figures of a load with these latencies, of which so many succeeded. */
function figuresOf(
  latenciesMs: readonly number[],
  {
    succeeded = latenciesMs.length,
    interrupted = false,
    share = 1,
    intendedStarts = latenciesMs.length,
  } = {},
) {
  const count = latenciesMs.length;
  return {
    latency: new ExactLatencies(latenciesMs),
    successRate: count === 0 ? null : succeeded / count,
    successInterval: proportionInterval(succeeded, count),
    interrupted,
    achieved: { share, intendedStarts },
  };
}

/** Latencies 1, 2, 3, ... ms. */
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function judgeOne(thresholds: LoadThresholds, figures: ReturnType<typeof figuresOf>) {
  const verdicts = judgeThresholds(thresholds, figures);
  const [verdict] = verdicts;
  if (verdict === undefined || verdicts.length > 1) throw new Error(`${verdicts.length} verdicts, not one`);
  return verdict;
}

describe('a threshold of time', () => {
  // Of 1 to 1000 ms the 95th percentile is 950 ms, and its interval goes from 936 to 964 ms.
  test.each([
    [970, 'met', false],
    [964, 'met', false],
    [963, 'met', true],
    [950, 'met', true],
    [949, 'broken', true],
    [936, 'broken', true],
    [935, 'broken', false],
    [100, 'broken', false],
  ])('of %i ms for the 95th percentile of 1 to 1000 ms is %s (near: %s)', (p95Ms, verdict, near) => {
    const judged = judgeOne({ p95Ms }, figuresOf(upTo(1_000)));
    expect(judged).toEqual({
      threshold: 'p95Ms',
      limit: p95Ms,
      value: 950,
      low: 936,
      high: 964,
      count: 1_000,
      verdict,
      near,
      countNeeded: null,
    });
  });

  test.each([
    ['medianMs', 5, 6],
    ['p95Ms', 71, 72],
    ['p99Ms', 367, 368],
  ] as const)('%s cannot be met with %i calls and can with %i', (threshold, few, enough) => {
    const far = { [threshold]: 1_000_000 };
    expect(judgeOne(far, figuresOf(upTo(few)))).toMatchObject({
      verdict: 'inconclusive',
      count: few,
      countNeeded: enough,
      low: null,
      high: null,
    });
    expect(judgeOne(far, figuresOf(upTo(enough)))).toMatchObject({ verdict: 'met', countNeeded: null });
  });

  test('can be broken with few calls that are all far too slow', () => {
    expect(judgeOne({ p95Ms: 0.5 }, figuresOf(upTo(1))).verdict).toBe('inconclusive');
    expect(judgeOne({ p95Ms: 0.5 }, figuresOf(upTo(2)))).toMatchObject({ verdict: 'broken', near: false });
    expect(judgeOne({ medianMs: 0.5 }, figuresOf(upTo(5))).verdict).toBe('inconclusive');
    expect(judgeOne({ medianMs: 0.5 }, figuresOf(upTo(6))).verdict).toBe('broken');
  });

  test('is clearly broken by chance in no more than the 2.5 % it says', () => {
    const random = createRandom(3);
    let clearlyBroken = 0;
    let clearlyMet = 0;
    for (let load = 0; load < 1_000; load++) {
      // The 95th percentile of the system is exactly the limit.
      const latencies = Array.from({ length: 200 }, () => random() * 100);
      const { verdict, near } = judgeOne({ p95Ms: 95 }, figuresOf(latencies));
      if (verdict === 'broken' && !near) clearlyBroken++;
      if (verdict === 'met' && !near) clearlyMet++;
    }
    expect(clearlyBroken).toBeLessThanOrEqual(35);
    expect(clearlyMet).toBeLessThanOrEqual(35);
  });
});

describe('a threshold of success', () => {
  test.each([
    [1_000, 1_000, 0.99, 'met', false],
    [1_000, 995, 0.99, 'met', true],
    [1_000, 989, 0.99, 'broken', true],
    [1_000, 970, 0.99, 'broken', false],
    [100, 100, 0.99, 'inconclusive', false],
    [100, 99, 0.99, 'inconclusive', false],
    [100, 90, 0.99, 'broken', false],
    [5, 5, 1, 'met', false],
    [500, 499, 1, 'broken', false],
  ])(
    'for %i calls of which %i succeeded, at least %f, is %s (near: %s)',
    (count, succeeded, limit, verdict, near) => {
      const judged = judgeOne({ successRate: limit }, figuresOf(upTo(count), { succeeded }));
      expect(judged).toMatchObject({ verdict, near, count, value: succeeded / count });
    },
  );

  test('says how many successes it needs', () => {
    const { countNeeded } = judgeOne({ successRate: 0.99 }, figuresOf(upTo(100)));
    expect(countNeeded).toBe(381);
    expect(judgeOne({ successRate: 0.99 }, figuresOf(upTo(381)))).toMatchObject({
      verdict: 'met',
      near: false,
    });
    expect(judgeOne({ successRate: 0.99 }, figuresOf(upTo(380))).verdict).toBe('inconclusive');
  });
});

test.each([
  [0.99, 0.99, 'met'],
  [0.98, 0.99, 'broken'],
])('an achieved share of %f where %f is asked is %s', (share, achievedShare, verdict) => {
  const judged = judgeOne({ achievedShare }, figuresOf(upTo(50), { share }));
  expect(judged).toMatchObject({ verdict, near: false, value: share, count: 50 });
});

test.each(['medianMs', 'p95Ms', 'p99Ms', 'successRate', 'achievedShare'] as const)(
  'no data never meets or breaks %s',
  (threshold) => {
    expect(judgeOne({ [threshold]: 1 }, figuresOf([]))).toMatchObject({
      verdict: 'inconclusive',
      value: null,
      count: 0,
    });
  },
);

test('an interrupted load meets nothing and can break clearly', () => {
  const figures = figuresOf(upTo(1_000), { interrupted: true });
  expect(judgeOne({ p95Ms: 2_000 }, figures).verdict).toBe('inconclusive');
  expect(judgeOne({ p95Ms: 945 }, figures)).toMatchObject({ verdict: 'inconclusive', near: false });
  expect(judgeOne({ p95Ms: 500 }, figures).verdict).toBe('broken');
});

test('each threshold that is given has a verdict, and no other', () => {
  const thresholds = { successRate: 0.5, medianMs: 600, p99Ms: 500 };
  expect(
    judgeThresholds(thresholds, figuresOf(upTo(1_000))).map((one) => [one.threshold, one.verdict]),
  ).toEqual([
    ['medianMs', 'met'],
    ['p99Ms', 'broken'],
    ['successRate', 'met'],
  ]);
  expect(judgeThresholds({}, figuresOf(upTo(10)))).toEqual([]);
});
