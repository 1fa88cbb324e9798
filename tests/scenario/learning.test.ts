import { describe, expect, test } from 'vitest';
import { evaluateConfusion, LearningEngine } from '../../src/scenario/learning.js';
import { engineRig } from '../support/engine-rig.js';
import { thrownBy } from '../support/thrown-by.js';

const cases = Array.from({ length: 20 }, (_, index) => index);

describe('a split', () => {
  test('puts every case on one side', () => {
    const { teach, holdOut } = new LearningEngine(engineRig().context).split(cases, 0.7);
    expect([teach.length, holdOut.length]).toEqual([14, 6]);
    expect([...teach, ...holdOut].sort((left, right) => left - right)).toEqual(cases);
  });

  test('is the same with the same seed, and another with another', () => {
    const splitWith = (seed: number) => new LearningEngine(engineRig({ seed }).context).split(cases, 0.5);
    expect(splitWith(1)).toEqual(splitWith(1));
    expect(splitWith(1)).not.toEqual(splitWith(2));
  });

  test.each([0, 1, -0.5, Number.NaN])('refuses a share of %d', (share) => {
    const error = thrownBy(() => new LearningEngine(engineRig().context).split(cases, share));
    expect(error.code).toBe('ENGINE_INVALID');
    expect(error.message).toBe(`learning.split(cases, ${share}) needs a share between 0 and 1.`);
  });
});

describe('rates', () => {
  test('agree with a confusion matrix that was worked out by hand', () => {
    const counts = { truePositives: 6, falsePositives: 2, trueNegatives: 10, falseNegatives: 2 };
    expect(evaluateConfusion(counts)).toEqual({
      ...counts,
      cases: 20,
      prevalence: 0.4,
      accuracy: 0.8,
      precision: 0.75,
      recall: 0.75,
      f1: 0.75,
      falsePositiveRate: 2 / 12,
      falseNegativeRate: 0.25,
    });
  });

  test('are null where nothing can be divided', () => {
    const none = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
    expect(evaluateConfusion(none)).toEqual({
      ...none,
      cases: 0,
      prevalence: 0,
      accuracy: null,
      precision: null,
      recall: null,
      f1: null,
      falsePositiveRate: null,
      falseNegativeRate: null,
    });
    expect(evaluateConfusion({ ...none, trueNegatives: 4 })).toMatchObject({
      accuracy: 1,
      precision: null,
      recall: null,
      f1: null,
      falsePositiveRate: 0,
      falseNegativeRate: null,
    });
    expect(evaluateConfusion({ ...none, falseNegatives: 4 })).toMatchObject({
      accuracy: 0,
      precision: null,
      recall: 0,
      f1: 0,
      falsePositiveRate: null,
      falseNegativeRate: 1,
    });
  });
});

describe('an evaluation', () => {
  test('asks about every case and keeps the rates as metrics of the capability', async () => {
    const { context, rig } = engineRig();
    const labelled = [3, 12, 15, 4, 20].map((subject) => ({ subject, positive: subject % 2 === 0 }));
    const evaluation = await new LearningEngine(context).evaluate(
      'scanner',
      labelled,
      async (subject) => subject > 10,
    );
    expect(evaluation).toMatchObject({
      truePositives: 2,
      falsePositives: 1,
      trueNegatives: 1,
      falseNegatives: 1,
      prevalence: 0.6,
    });
    expect(rig.metrics.map(({ capability, metricType, value }) => [capability, metricType, value])).toEqual([
      ['scanner', 'accuracy', 0.6],
      ['scanner', 'precision', 2 / 3],
      ['scanner', 'recall', 2 / 3],
      ['scanner', 'f1_score', 2 / 3],
      ['scanner', 'false_positive_rate', 0.5],
      ['scanner', 'false_negative_rate', 1 / 3],
    ]);
    // Wilson's interval of 3 in 5.
    expect(rig.metrics[0]?.context).toEqual({
      cases: 5,
      prevalence: 0.6,
      low: expect.closeTo(0.2307, 4),
      high: expect.closeTo(0.8824, 4),
    });
  });

  test('of no case is inconclusive, says so and keeps no metric', async () => {
    const { context, rig } = engineRig();
    const evaluation = await new LearningEngine(context).evaluate('scanner', [], () => true);
    expect(evaluation).toMatchObject({ accuracy: null, coverage: null, verdict: 'inconclusive' });
    expect(rig.metrics).toEqual([]);
    expect(rig.issues).toMatchObject([
      {
        issueType: 'inconclusive',
        capability: 'scanner',
        description: 'The evaluation of scanner shows nothing for certain. There was no case.',
      },
    ]);
  });

  test('counts "I do not know" apart', async () => {
    const { context, rig } = engineRig();
    const labelled = [1, 2, 3, 4].map((subject) => ({ subject, positive: subject > 2 }));
    const evaluation = await new LearningEngine(context).evaluate('scanner', labelled, (subject) =>
      subject === 4 ? null : subject > 2,
    );
    expect(evaluation).toMatchObject({ cases: 3, abstained: 1, coverage: 0.75, accuracy: 1, recall: 1 });
    expect(rig.metrics.find(({ metricType }) => metricType === 'coverage')?.value).toBe(0.75);
  });

  test('of abstentions only is inconclusive', async () => {
    const evaluation = await new LearningEngine(engineRig().context).evaluate(
      'scanner',
      [{ subject: 1, positive: true }],
      () => null,
    );
    expect(evaluation).toMatchObject({ accuracy: null, coverage: 0, verdict: 'inconclusive' });
  });

  test('refuses an answer that is none', async () => {
    const detect = (() => undefined) as unknown as () => boolean;
    const evaluation = new LearningEngine(engineRig().context).evaluate(
      'scanner',
      [{ subject: 1, positive: true }],
      detect,
    );
    await expect(evaluation).rejects.toMatchObject({ code: 'ENGINE_INVALID' });
  });

  test('ends early when the scenario is stopped, and has no verdict', async () => {
    const { context, controller } = engineRig();
    const labelled = [1, 2, 3].map((subject) => ({ subject, positive: true }));
    const evaluation = await new LearningEngine(context).evaluate('scanner', labelled, (subject) => {
      if (subject === 2) controller.abort();
      return true;
    });
    expect(evaluation).toMatchObject({
      cases: 2,
      interrupted: true,
      verdict: 'inconclusive',
      reason: 'The scenario was stopped after 2 cases.',
    });
  });

  test('carries the interval of the overlap over to F1', () => {
    const { context } = engineRig();
    const counts = { truePositives: 6, falsePositives: 2, trueNegatives: 10, falseNegatives: 2 };
    const { intervals } = new LearningEngine(context).judge('scanner', counts);
    // Wilson's interval of 6 in 10 is 0.3127 to 0.8318, and F1 = 2J / (1 + J).
    expect(intervals.f1?.low).toBeCloseTo(0.4764, 3);
    expect(intervals.f1?.high).toBeCloseTo(0.9082, 3);
  });

  test('is ended by what the system throws', async () => {
    const failure = new Error('not trained');
    const evaluation = new LearningEngine(engineRig().context).evaluate(
      'scanner',
      [{ subject: 1, positive: true }],
      () => Promise.reject(failure),
    );
    await expect(evaluation).rejects.toBe(failure);
  });
});
