import { describe, expect, test } from 'vitest';
import { LearningEngine } from '../../src/scenario/learning.js';
import { createRandom } from '../../src/seeded-random.js';
import { engineRig } from '../support/engine-rig.js';

/** 200 held-out cases of 20 kinds, every second kind positive; an example teaches one kind. */
const holdOut = Array.from({ length: 200 }, (_, index) => ({
  subject: index % 20,
  positive: index % 2 === 1,
}));
const cases = Array.from({ length: 10 }, (_, index) => 2 * index + 1);
const memory = {
  sizes: [0, 2, 5, 10],
  cases,
  holdOut,
  createLearner: () => new Set<number>(),
  teach: (learner: Set<number>, kind: number) => learner.add(kind),
  detect: (learner: Set<number>, kind: number) => learner.has(kind),
};

describe('a learning curve', () => {
  test('shows that a learner learns, and how fast', async () => {
    const { context, rig } = engineRig();
    const curve = await new LearningEngine(context).curve({ ...memory, capability: 'learner' });
    expect(curve.points.map(({ examples, evaluation }) => [examples, evaluation.recall])).toEqual([
      [0, 0],
      [2, 0.2],
      [5, 0.5],
      [10, 1],
    ]);
    expect(curve).toMatchObject({ verdict: 'learning', gain: 1, examplesToLearn: 10 });
    const rate = rig.metrics.find(({ metricType }) => metricType === 'learning_rate');
    expect(rate).toMatchObject({ capability: 'learner', value: 0.1, unit: 'share/example' });
    expect(rig.metrics.find(({ metricType }) => metricType === 'learning_speed')?.value).toBe(10);
  });

  test.each([
    [false, 4],
    [true, 1],
  ])('makes learners as asked (incremental: %s)', async (incremental, expected) => {
    let made = 0;
    const createLearner = () => {
      made++;
      return new Set<number>();
    };
    const sizes = [1, 2, 5, 10];
    const curve = await new LearningEngine(engineRig().context).curve({
      ...memory,
      sizes,
      createLearner,
      incremental,
    });
    expect(made).toBe(expected);
    expect(curve.points.map(({ evaluation }) => evaluation.recall)).toEqual([0.1, 0.2, 0.5, 1]);
  });

  test('shows that a learner that remembers nothing does not learn', async () => {
    const curve = await new LearningEngine(engineRig().context).curve({ ...memory, detect: () => false });
    expect(curve).toMatchObject({ verdict: 'not_learning', gain: 0, examplesToLearn: null });
  });

  test('does not take saying yes to everything for learning', async () => {
    const detect = (learner: Set<number>) => learner.size > 0;
    const curve = await new LearningEngine(engineRig().context).curve({ ...memory, detect });
    expect(curve.points.at(-1)?.evaluation.recall).toBe(1);
    expect(curve.verdict).toBe('not_learning');
  });

  test('is inconclusive on few cases', async () => {
    const curve = await new LearningEngine(engineRig().context).curve({
      ...memory,
      sizes: [0, 1],
      holdOut: holdOut.slice(0, 4),
    });
    expect(curve.verdict).toBe('inconclusive');
    expect(curve.reason).toContain('2 positive and 2 negative held-out cases');
  });

  test('is inconclusive without negative cases', async () => {
    const positives = holdOut.filter(({ positive }) => positive);
    const curve = await new LearningEngine(engineRig().context).curve({ ...memory, holdOut: positives });
    expect(curve).toMatchObject({ verdict: 'inconclusive', gain: null });
  });

  test('calls learners that only guess learning in few of many cases', async () => {
    let learning = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { context } = engineRig({ seed });
      const random = createRandom(seed);
      const detect = () => random() < 0.3;
      const curve = await new LearningEngine(context).curve({ ...memory, sizes: [0, 10], detect });
      // Size 0 is a guess as well, so nothing differs but luck.
      if (curve.verdict === 'learning') learning++;
    }
    expect(learning / 200).toBeLessThan(0.06);
  });

  test('ends early when the scenario is stopped', async () => {
    const { context, controller } = engineRig();
    const teach = (learner: Set<number>, kind: number) => {
      learner.add(kind);
      if (kind === 9) controller.abort();
    };
    const curve = await new LearningEngine(context).curve({ ...memory, teach });
    expect(curve.interrupted).toBe(true);
    expect(curve.verdict).toBe('inconclusive');
    expect(curve.points.length).toBeLessThan(4);
  });

  test.each([
    [{ size: [1] }, 'learning.curve() has no option "size". Did you mean "sizes"?'],
    [{ sizes: [11] }, 'needs "sizes" between 0 and the number of cases, which is 10; the largest is 11.'],
    [{ sizes: [] }, 'there is none'],
    [{ teach: 7 }, 'needs "teach" to be a function; it was given 7.'],
  ])('refuses %j', async (wrong, sentence) => {
    const options = { ...memory, ...wrong } as typeof memory;
    const curve = new LearningEngine(engineRig().context).curve(options);
    await expect(curve).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: expect.stringContaining(sentence),
    });
  });
});
