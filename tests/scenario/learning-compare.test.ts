import { describe, expect, test } from 'vitest';
import { LearningEngine } from '../../src/scenario/learning.js';
import { createRandom } from '../../src/seeded-random.js';
import { engineRig } from '../support/engine-rig.js';

const cases = Array.from({ length: 100 }, (_, subject) => ({ subject, positive: subject % 2 === 0 }));
const right = (subject: number) => subject % 2 === 0;
/** Wrong on the first cases. */
const wrongOn = (count: number) => (subject: number) => right(subject) !== subject < count;

describe('a comparison of two versions', () => {
  test('names the better one, with the chance value of the exact test', async () => {
    const { context, rig } = engineRig();
    const result = await new LearningEngine(context).compare(
      { name: 'old', detect: wrongOn(10) },
      { name: 'new', detect: right },
      cases,
      { capability: 'scanner' },
    );
    expect(result).toMatchObject({
      onlyFirstRight: 0,
      onlySecondRight: 10,
      difference: 0.1,
      verdict: 'second_better',
      first: { name: 'old', accuracy: 0.9 },
      second: { name: 'new', accuracy: 1 },
    });
    expect(result.p).toBeCloseTo(2 / 2 ** 10, 12);
    expect(result.interval?.low).toBeGreaterThan(0);
    expect(rig.metrics).toMatchObject([
      { metricType: 'accuracy_difference', capability: 'scanner', value: 0.1 },
    ]);
  });

  test('is inconclusive where too few cases differ for any answer', async () => {
    const result = await new LearningEngine(engineRig().context).compare(
      { name: 'old', detect: wrongOn(5) },
      { name: 'new', detect: right },
      cases,
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', onlySecondRight: 5 });
    expect(result.reason).toContain('differ on 5 of 100 cases');
  });

  test('shows no difference where each is right as often', async () => {
    const result = await new LearningEngine(engineRig().context).compare(
      { name: 'a', detect: wrongOn(10) },
      { name: 'b', detect: (subject) => right(subject) !== subject >= 90 },
      cases,
    );
    expect(result).toMatchObject({ verdict: 'no_difference_shown', difference: 0, p: 1 });
  });

  test('does not count an abstention as right', async () => {
    const result = await new LearningEngine(engineRig().context).compare(
      { name: 'a', detect: right },
      { name: 'b', detect: (subject) => (subject < 20 ? null : right(subject)) },
      cases,
    );
    expect(result).toMatchObject({ verdict: 'first_better', onlyFirstRight: 20, second: { abstained: 20 } });
  });

  test('of no case is inconclusive', async () => {
    const version = { name: 'a', detect: right };
    const result = await new LearningEngine(engineRig().context).compare(version, version, []);
    expect(result).toMatchObject({ verdict: 'inconclusive', difference: null });
  });

  test('calls two equal versions different in at most one of twenty comparisons', async () => {
    let different = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(seed);
      const noisy = (subject: number) => right(subject) !== random() < 0.3;
      const result = await new LearningEngine(engineRig().context).compare(
        { name: 'a', detect: noisy },
        { name: 'b', detect: noisy },
        cases,
      );
      if (result.verdict.endsWith('better')) different++;
    }
    expect(different / 200).toBeLessThan(0.08);
  });
});

describe('an evaluation beside controls', () => {
  const taught = cases.slice(0, 40);

  test('shows that a system is better than learners that look at no case', async () => {
    const { context, rig } = engineRig();
    const result = await new LearningEngine(context).evaluateBesideControls(
      'scanner',
      taught,
      cases,
      wrongOn(10),
    );
    expect(result.verdict).toBe('better_than_controls');
    expect(result.evaluation.accuracy).toBe(0.9);
    const controls = rig.metrics.filter(({ metricType }) => metricType === 'control_accuracy');
    expect(controls.map(({ context: { control } }) => control)).toEqual(['majority', 'random']);
  });

  test('shows that always saying no is not better, however rare the positive cases are', async () => {
    const rare = cases.map(({ subject }) => ({ subject, positive: subject % 20 === 0 }));
    const { evaluation, verdict } = await new LearningEngine(engineRig().context).evaluateBesideControls(
      'scanner',
      rare,
      rare,
      () => false,
    );
    expect(evaluation.accuracy).toBe(0.95);
    expect(verdict).not.toBe('better_than_controls');
  });

  test('draws the random control by the seed and the prevalence', () => {
    const drawn = (seed: number) => {
      const { random } = new LearningEngine(engineRig({ seed }).context).controls(taught);
      return Array.from({ length: 400 }, random);
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    expect(drawn(1).filter(Boolean).length / 400).toBeCloseTo(0.5, 1);
  });
});

describe('an evaluation of several classes', () => {
  // Worked out by hand: a 2 of 3 right, b 1 of 2, c is never there but answered once.
  const labelled = [
    { label: 'a', subject: 'a' },
    { label: 'a', subject: 'a' },
    { label: 'a', subject: 'b' },
    { label: 'b', subject: 'b' },
    { label: 'b', subject: 'c' },
    { label: 'b', subject: '?' },
  ];

  test('agrees with a matrix that was worked out by hand', async () => {
    const { context } = engineRig();
    const result = await new LearningEngine(context).evaluateClasses('sorter', labelled, (subject) =>
      subject === '?' ? null : subject,
    );
    expect(result).toMatchObject({
      cases: 5,
      abstained: 1,
      coverage: 5 / 6,
      accuracy: 0.6,
      verdict: 'measured',
      matrix: { a: { a: 2, b: 1, c: 0 }, b: { a: 0, b: 1, c: 1 }, c: { a: 0, b: 0, c: 0 } },
      micro: { precision: 0.6, recall: 0.6, f1: 0.6 },
    });
    expect(result.macro.precision).toBeCloseTo((1 + 0.5) / 2, 12);
    expect(result.macro.recall).toBeCloseTo((2 / 3 + 0.5) / 2, 12);
    expect(result.macro.f1).toBeCloseTo((0.8 + 0.5) / 2, 12);
  });

  test('of no case is inconclusive', async () => {
    const { context, rig } = engineRig();
    const result = await new LearningEngine(context).evaluateClasses('sorter', [], String);
    expect(result).toMatchObject({ verdict: 'inconclusive', accuracy: null });
    expect(rig.metrics).toEqual([]);
    expect(rig.issues).toHaveLength(1);
  });
});
