import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inputKey } from '../../src/recording/input-key.js';

describe('the key of an input', () => {
  test('is the same for equal data and another for other data', () => {
    const data = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(data, data, (left, right) => {
        const leftKey = inputKey([left]);
        expect(leftKey).toBe(inputKey([structuredClone(left)]));
        if (leftKey !== null && leftKey === inputKey([right])) {
          expect(right).toEqual(left);
        }
      }),
    );
  });

  test.each([
    ['text and number', ['1'], [1]],
    ['undefined and null', [undefined], [null]],
    ['a number and a bigint', [1], [1n]],
    ['one list and two values', [[1, 2]], [1, 2]],
    ['negative zero and zero', [Number.NaN], [0]],
  ])('tells %s apart', (_, left, right) => {
    expect(inputKey(left)).not.toBeNull();
    expect(inputKey(left)).not.toBe(inputKey(right));
  });

  test.each([
    ['a function', [() => 1]],
    ['an instance', [new Date(0)]],
    ['a promise', [Promise.resolve()]],
    ['a proxy', [new Proxy({}, {})]],
    ['very much', ['x'.repeat(30_000)]],
    ['many parts', [Array.from({ length: 500 }, (_, index) => index)]],
  ])('is not there for %s', (_, args) => {
    expect(inputKey(args)).toBeNull();
  });

  test('is not there for what refers to itself or has a getter, and the getter is not called', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(inputKey([cycle])).toBeNull();
    let asked = 0;
    const sly = Object.defineProperty({}, 'value', { enumerable: true, get: () => ++asked });
    expect(inputKey([sly])).toBeNull();
    expect(asked).toBe(0);
  });
});
