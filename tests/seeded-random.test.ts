import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, deriveSeed, shuffle } from '../src/seeded-random.js';

const seeds = fc.nat(0xffff_ffff);

test('the same seed gives the same numbers, from 0 to below 1', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const [one, other] = [createRandom(seed), createRandom(seed)];
      for (let index = 0; index < 20; index++) {
        const number = one();
        expect(other()).toBe(number);
        expect(number >= 0 && number < 1).toBe(true);
      }
    }),
  );
});

test('the numbers are spread evenly', () => {
  const random = createRandom(42);
  const counts = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index++) {
    const slot = Math.floor(random() * 10);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1_150);
});

test('a derived seed depends on the seed and the name, and is a seed itself', () => {
  expect(deriveSeed(1, 'a')).toBe(deriveSeed(1, 'a'));
  expect(new Set([deriveSeed(1, 'load'), deriveSeed(1, 'watch'), deriveSeed(2, 'load')]).size).toBe(3);
  fc.assert(
    fc.property(seeds, fc.string(), (seed, name) => {
      const derived = deriveSeed(seed, name);
      expect(Number.isInteger(derived) && derived >= 0 && derived <= 0xffff_ffff).toBe(true);
    }),
  );
});

test('a shuffled copy holds the same items and leaves the original alone', () => {
  fc.assert(
    fc.property(seeds, fc.array(fc.integer()), (seed, items) => {
      const before = [...items];
      const shuffled = shuffle(items, createRandom(seed));
      expect(items).toEqual(before);
      expect(shuffled.sort()).toEqual(before.sort());
    }),
  );
});
