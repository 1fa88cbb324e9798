import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatShare, toMebibytes } from '../src/units.js';

test.each([
  [0, '0.00ms'],
  [0.419, '0.42ms'],
  [9.94, '9.9ms'],
  [245.4, '245ms'],
  [2_134, '2.1s'],
  [59_900, '59.9s'],
  [200_000, '3m 20s'],
])('a duration of %d ms reads %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test.each([
  [999.6, '1.0s'],
  [59_970, '1m 0s'],
])('a duration of %d ms is rounded into the next unit: %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test.each([
  [512, '512 B'],
  [1_536, '1.5 KB'],
  [1024 ** 2, '1.0 MB'],
  [230 * 1024 ** 2, '230 MB'],
  [-3 * 1024 ** 2, '-3.0 MB'],
  [1.5 * 1024 ** 3, '1.5 GB'],
])('a size of %d bytes reads %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a share reads as a percentage', () => {
  expect(formatShare(0.9286)).toBe('92.9%');
});

test('mebibytes are rounded to a thousandth', () => {
  expect(toMebibytes(1024 ** 2 + 1)).toBe(1);
  expect(toMebibytes(1.5 * 1024 ** 2)).toBe(1.5);
});
