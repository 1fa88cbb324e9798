import { describe, expect, test } from 'vitest';
import { LearningEngine } from '../../src/scenario/learning.js';
import { engineRig } from '../support/engine-rig.js';

const mistakes = ['m1', 'm2', 'm3', 'm4', 'm5'];

/** Makes every mistake but m5 until it is corrected. */
function correctable() {
  const corrected = new Set(['m5']);
  const system = {
    mistakes,
    correct: (mistake: string): unknown => corrected.add(mistake),
    check: (mistake: string) => !corrected.has(mistake),
  };
  return { corrected, system };
}

describe('the effectiveness of corrections', () => {
  test('is the share of the mistakes that are gone after one, of those that were made', async () => {
    const { context, rig } = engineRig();
    const { system } = correctable();
    const result = await new LearningEngine(context).correct({
      ...system,
      correct: (mistake) => mistake !== 'm2' && system.correct(mistake),
      capability: 'learner',
    });
    expect(result).toMatchObject({
      made: 4,
      corrected: 3,
      stillMade: ['m2'],
      relapsed: [],
      effectiveness: 0.75,
      verdict: 'measured',
    });
    expect(rig.metrics).toMatchObject([
      {
        metricType: 'correction_effectiveness',
        value: 0.75,
        capability: 'learner',
        context: { cases: 4, low: expect.closeTo(0.3006, 4), high: expect.closeTo(0.9544, 4) },
      },
    ]);
  });

  test('counts the answers that changed though no correction is about them', async () => {
    const { context, rig } = engineRig();
    const { corrected, system } = correctable();
    let asked = 0;
    const result = await new LearningEngine(context).correct({
      ...system,
      unrelated: ['u1', 'u2', 'u3', 'clock'],
      answer: (subject) => {
        if (subject === 'clock') return ++asked;
        return { warnings: subject === 'u1' ? [...corrected] : [] };
      },
    });
    expect(result.collateral).toMatchObject({ compared: 3, changed: 1, unstable: 1 });
    expect(rig.metrics[1]).toMatchObject({ metricType: 'correction_collateral', value: 1 / 3 });
  });

  test('tells which mistakes came back with a later correction', async () => {
    const { corrected, system } = correctable();
    const result = await new LearningEngine(engineRig().context).correct({
      ...system,
      correct: (mistake) => {
        corrected.add(mistake);
        if (mistake === 'm4') corrected.delete('m1');
      },
    });
    expect(result).toMatchObject({ corrected: 4, relapsed: ['m1'] });
  });

  test('is inconclusive where no mistake was made', async () => {
    const { context, rig } = engineRig();
    const result = await new LearningEngine(context).correct({ ...correctable().system, mistakes: ['m5'] });
    expect(result).toMatchObject({ effectiveness: null, verdict: 'inconclusive' });
    expect(rig.metrics).toEqual([]);
  });

  test('needs to be told how to ask about what is unrelated', async () => {
    const result = new LearningEngine(engineRig().context).correct({
      ...correctable().system,
      unrelated: ['u'],
    });
    await expect(result).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: 'learning.correct() needs "answer" to be a function; it was given undefined.',
    });
  });
});
