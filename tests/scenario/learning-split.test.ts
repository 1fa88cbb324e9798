import { describe, expect, test } from 'vitest';
import { LearningEngine } from '../../src/scenario/learning.js';
import { engineRig } from '../support/engine-rig.js';
import { thrownBy } from '../support/thrown-by.js';

const engine = (seed = 42) => new LearningEngine(engineRig({ seed }).context);
const cases = Array.from({ length: 60 }, (_, index) => ({ id: index, file: `file ${index % 11}` }));
const fileOf = ({ file }: { file: string }) => file;
const idsOf = (some: readonly { id: number }[]) =>
  some.map(({ id }) => id).sort((left, right) => left - right);

describe('a split by group', () => {
  test.each([1, 2, 3, 4, 5])('keeps the cases of a group on one side (seed %d)', (seed) => {
    const { teach, holdOut } = engine(seed).splitByGroup(cases, 0.7, fileOf);
    const taught = new Set(teach.map(fileOf));
    expect(holdOut.filter(({ file }) => taught.has(file))).toEqual([]);
    expect(idsOf([...teach, ...holdOut])).toEqual(idsOf(cases));
    expect(teach.length / cases.length).toBeCloseTo(0.7, 1);
  });

  test.each([0.01, 0.99])('leaves neither side empty with a share of %d', (share) => {
    for (let seed = 0; seed < 20; seed++) {
      const { teach, holdOut } = engine(seed).splitByGroup(cases, share, fileOf);
      expect(Math.min(teach.length, holdOut.length)).toBeGreaterThan(0);
    }
  });

  test('refuses cases of a single group', () => {
    const error = thrownBy(() => engine().splitByGroup(cases, 0.5, () => 'same'));
    expect(error.code).toBe('ENGINE_INVALID');
    expect(error.message).toContain('at least 2 groups');
  });
});

describe('folds', () => {
  test('hold every case out once', () => {
    const folds = engine().folds(cases, 7);
    expect(idsOf(folds.flatMap(({ holdOut }) => holdOut))).toEqual(idsOf(cases));
    for (const { teach, holdOut } of folds) {
      expect(idsOf([...teach, ...holdOut])).toEqual(idsOf(cases));
      expect([8, 9]).toContain(holdOut.length);
    }
  });

  test('keep groups together', () => {
    for (const { teach, holdOut } of engine().folds(cases, 4, fileOf)) {
      const taught = new Set(teach.map(fileOf));
      expect(holdOut.length).toBeGreaterThan(0);
      expect(holdOut.some(({ file }) => taught.has(file))).toBe(false);
    }
  });

  test.each([1, 2.5, 61])('refuses %d folds', (count) => {
    expect(thrownBy(() => engine().folds(cases, count)).code).toBe('ENGINE_INVALID');
  });
});

describe('the check for leakage', () => {
  test('finds what is taught and judged by at once, and reports it', () => {
    const { context, rig } = engineRig();
    const result = new LearningEngine(context).checkLeakage(
      { teach: ['a', 'b', 'B'], holdOut: ['A', 'c', 'd', 'd'] },
      (text) => text.toLowerCase(),
    );
    expect(result).toEqual({
      keys: ['a'],
      leakedHoldOutCases: 1,
      shareOfHoldOut: 0.25,
      repeatedInTeach: 1,
      repeatedInHoldOut: 1,
      verdict: 'leaking',
    });
    expect(rig.issues).toMatchObject([{ severity: 'high', issueType: 'leakage' }]);
  });

  test('is silent where both sides differ', () => {
    const { context, rig } = engineRig();
    const split = { teach: ['a'], holdOut: ['b'] };
    expect(new LearningEngine(context).checkLeakage(split, String).verdict).toBe('clean');
    expect(rig.issues).toEqual([]);
  });

  test('shows nothing where a side is empty', () => {
    expect(engine().checkLeakage({ teach: ['a'], holdOut: [] }, String).verdict).toBe('inconclusive');
  });
});
