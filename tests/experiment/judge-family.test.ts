import { describe, expect, test } from 'vitest';
import { judgeFamily } from '../../src/experiment/judge-family.js';
import { createRandom, type Random } from '../../src/seeded-random.js';

const pairsMax = 12;
const seriesCount = 12;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Plays a comparison of metrics with 8 % of noise in every run, the first of which got worse by a share. */
function play(
  random: Random,
  seed: number,
  worsening: number,
): { regressed: readonly number[]; pairs: number } {
  const series = Array.from({ length: seriesCount }, () => [] as number[]);
  for (let pairs = 1; ; pairs++) {
    series.forEach((values, index) => {
      values.push((index === 0 ? Math.log1p(worsening) : 0) + 0.08 * (normal(random) - normal(random)));
    });
    const verdict = judgeFamily(
      series.map((worsenings) => ({
        worsenings: [...worsenings],
        minEffect: Math.log1p(0.05),
        center: 'middle',
      })),
      { pairsMax, seed, flips: 999 },
    );
    if (verdict.decision === 'continue') continue;
    const regressed = verdict.series.flatMap((one, index) => (one.verdict === 'regressed' ? [index] : []));
    return { regressed, pairs };
  }
}

describe('a family of metrics in interleaved runs', () => {
  test('is called worse in at most 2 of 100 comparisons in which nothing changed', () => {
    const random = createRandom(21);
    const alarms = Array.from({ length: 400 }, (_, seed) => play(random, seed, 0).regressed.length > 0);
    expect(alarms.filter(Boolean).length).toBeLessThanOrEqual(8);
  });

  test('has its one worse metric named, and stops early when that is clear', () => {
    const random = createRandom(22);
    const played = Array.from({ length: 60 }, (_, seed) => play(random, seed, 0.5));
    expect(played.filter(({ regressed }) => regressed.includes(0)).length).toBeGreaterThanOrEqual(57);
    expect(played.filter(({ pairs }) => pairs < pairsMax).length).toBeGreaterThan(30);
  });

  test('is not judged before eight pairs', () => {
    const worsenings = Array.from({ length: 7 }, () => 1);
    const { decision, series } = judgeFamily([{ worsenings, minEffect: 0.05, center: 'middle' }], {
      pairsMax,
      seed: 1,
    });
    expect([decision, series[0]?.verdict]).toEqual(['continue', 'inconclusive']);
  });
});
