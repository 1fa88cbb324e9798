import { describe, expect, test } from 'vitest';
import { IntegrationEngine } from '../../src/scenario/integration.js';
import { createRandom } from '../../src/seeded-random.js';
import { engineRig } from '../support/engine-rig.js';

const cases = Array.from({ length: 30 }, (_, index) => index);
const score = (answer: number) => answer;
/** One knows the even cases, the other every third. */
const alone = { even: (at: number) => Number(at % 2 === 0), third: (at: number) => Number(at % 3 === 0) };

describe('synergy', () => {
  test('is shown where all together do better than the best alone', async () => {
    const { context, rig } = engineRig();
    const result = await new IntegrationEngine(context).synergy({
      cases,
      together: async (at) => Math.max(alone.even(at), alone.third(at)),
      alone,
      score,
      capability: 'assistant',
    });
    expect(result).toMatchObject({
      verdict: 'synergy',
      bestAlone: 'even',
      togetherMean: 20 / 30,
      aloneMeans: { even: 0.5, third: 10 / 30 },
    });
    expect(result.difference).toBeCloseTo(5 / 30, 12);
    expect(result.interval?.low).toBeGreaterThan(0);
    expect(rig.metrics).toMatchObject([
      {
        metricType: 'synergy_effectiveness',
        capability: 'assistant',
        context: { bestAlone: 'even', cases: 30 },
      },
    ]);
  });

  test('is none where the whole is its best part', async () => {
    const result = await new IntegrationEngine(engineRig().context).synergy({
      cases,
      together: alone.even,
      alone,
      score,
    });
    expect(result).toMatchObject({ verdict: 'none', difference: 0 });
  });

  test.each([0, 5])('is inconclusive on %d cases', async (count) => {
    const result = await new IntegrationEngine(engineRig().context).synergy({
      cases: cases.slice(0, count),
      together: () => 1,
      alone: { none: () => 0 },
      score,
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', interval: null });
    expect(result.reason).toBe(`There are ${count} cases, and it takes at least 6.`);
  });

  test('is seldom found where together and alone are equally good', async () => {
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(seed);
      const result = await new IntegrationEngine(engineRig({ seed }).context).synergy({
        cases,
        together: () => random(),
        alone: { one: () => random(), other: () => random() },
        score,
      });
      if (result.verdict === 'synergy') found++;
    }
    expect(found / 200).toBeLessThan(0.05);
  });

  test('is inconclusive when the scenario is stopped meanwhile', async () => {
    const { context, controller } = engineRig();
    const result = await new IntegrationEngine(context).synergy({
      cases,
      together: (at) => {
        if (at === 10) controller.abort();
        return 1;
      },
      alone: { none: () => 0 },
      score,
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', interrupted: true, cases: 11 });
  });

  test.each([
    [{ alone: {} }, 'needs "alone" to hold at least one function'],
    [{ scores: score }, 'Did you mean "score"?'],
    [{ score: () => Number.NaN }, 'needs "score" to give a finite number; it gave NaN.'],
  ])('refuses %j', async (wrong, sentence) => {
    const options = { cases, together: alone.even, alone, score, ...wrong };
    await expect(new IntegrationEngine(engineRig().context).synergy(options)).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: expect.stringContaining(sentence),
    });
  });
});
