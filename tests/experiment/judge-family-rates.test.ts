import { describe, expect, test } from 'vitest';
import { type FamilySeries, judgeFamily } from '../../src/experiment/judge-family.js';
import { createRandom, deriveSeed, type Random } from '../../src/seeded-random.js';

const noise = 0.08;
/** Fewer than a real comparison tries, for time: the chances are as right, and a little coarser. */
const flips = 999;

interface Family {
  readonly series: number;
  readonly pairsMax: number;
  /** What the first series is slower by. */
  readonly factor?: number;
  /** Share of a run's luck that all series have in common. */
  readonly common?: number;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Makes pair after pair until the family is judged. */
function compare({ series, pairsMax, factor = 1, common = 0 }: Family, seed: number) {
  const random = createRandom(deriveSeed(seed, 'runs'));
  const worsenings: number[][] = Array.from({ length: series }, () => []);
  for (;;) {
    const luck = normal(random) * noise * Math.SQRT2;
    for (const [index, values] of worsenings.entries()) {
      const own = normal(random) * noise * Math.SQRT2;
      const moved = Math.sqrt(common) * luck + Math.sqrt(1 - common) * own;
      values.push(moved + (index === 0 ? Math.log(factor) : 0));
    }
    const family = worsenings.map(
      (values): FamilySeries => ({ worsenings: values, minEffect: Math.log(1.05), center: 'middle' }),
    );
    const verdict = judgeFamily(family, { pairsMax, seed, flips });
    if (verdict.decision === 'stop') return { ...verdict, pairs: worsenings[0]?.length ?? 0 };
  }
}

function shareOf(sessions: number, family: Family, isCounted: (end: ReturnType<typeof compare>) => boolean) {
  let counted = 0;
  for (let session = 0; session < sessions; session++) {
    if (isCounted(compare(family, deriveSeed(1, `session ${session}`)))) counted++;
  }
  return counted / sessions;
}

const anyWorse = ({ series }: ReturnType<typeof compare>): boolean =>
  series.some(({ verdict }) => verdict === 'regressed');
const onlyFirstWorse = ({ series }: ReturnType<typeof compare>): boolean =>
  series.every(({ verdict }, index) => (verdict === 'regressed') === (index === 0));

describe('a large family of metrics', () => {
  test.each([
    { series: 24, pairsMax: 30 },
    { series: 24, pairsMax: 30, common: 0.7 },
    { series: 3, pairsMax: 8 },
  ])('without a change is called worse in at most 2 % of comparisons: %o', (family) => {
    expect(shareOf(300, family, anyWorse)).toBeLessThanOrEqual(0.02);
  });

  test.each([
    { series: 24, pairsMax: 30, factor: 1.15, power: 0.9 },
    { series: 24, pairsMax: 30, factor: 1.3, power: 0.98 },
    { series: 24, pairsMax: 8, factor: 1.6, power: 0.9 },
    { series: 3, pairsMax: 8, factor: 1.4, power: 0.9 },
  ])('has its one slower metric found: %o', ({ power, ...family }) => {
    expect(shareOf(100, family, ({ series }) => series[0]?.verdict === 'regressed')).toBeGreaterThanOrEqual(
      power,
    );
    expect(shareOf(100, family, onlyFirstWorse)).toBeGreaterThanOrEqual(power - 0.05);
  });

  test('is judged early when the change is large', () => {
    const ends = Array.from({ length: 20 }, (_, seed) =>
      compare({ series: 24, pairsMax: 30, factor: 2 }, seed),
    );
    expect(Math.max(...ends.map(({ pairs }) => pairs))).toBeLessThanOrEqual(15);
  });

  test('gives the same answer for the same pairs and seed', () => {
    const family = { series: 6, pairsMax: 20, factor: 1.1 };
    expect(compare(family, 5)).toEqual(compare(family, 5));
  });

  test('tells an improvement from a regression', () => {
    const { series, decision } = compare({ series: 4, pairsMax: 12, factor: 0.5 }, 3);
    expect(decision).toBe('stop');
    expect(series[0]).toMatchObject({ verdict: 'improved' });
    expect(series[0]?.worsening).toBeCloseTo(Math.log(0.5), 0);
  });

  test('says nothing of a metric with too few pairs', () => {
    const full = Array.from({ length: 8 }, (_, pair) => 0.01 * (pair % 2 === 0 ? 1 : -1));
    const sparse = full.map((_, pair) => (pair < 3 ? 1 : null));
    const { series } = judgeFamily(
      [full, sparse].map((worsenings) => ({ worsenings, minEffect: 0.05, center: 'middle' })),
      { pairsMax: 8, seed: 1 },
    );
    expect(series.map(({ verdict, pairs }) => [verdict, pairs])).toEqual([
      ['unchanged', 8],
      ['inconclusive', 3],
    ]);
  });

  test('finds that calls fail in a third of the runs and did not before', () => {
    const worsenings = Array.from({ length: 30 }, (_, pair) => (pair % 3 === 0 ? 0.1 : 0));
    const { series } = judgeFamily([{ worsenings, minEffect: 0.01, center: 'mean' }], {
      pairsMax: 30,
      seed: 1,
    });
    expect(series[0]?.verdict).toBe('regressed');
    expect(series[0]?.worsening).toBeCloseTo(1 / 30);
  });
});
