import { expect, test } from 'vitest';
import { errorFingerprint } from '../../src/storage/error-fingerprint.js';

test.each([
  ['timeout after 503 ms', 'timeout after 1,204.5 ms'],
  [
    'order 7f9c24e8-1b5a-4c3d-9e8f-0a1b2c3d4e5f is gone',
    'order 11111111-2222-3333-4444-555555555555 is gone',
  ],
  ['at 2026-11-24T10:00:00.123Z', 'at 2025-01-02 03:04:05'],
  ['pointer 0xdeadbeef', 'pointer 0x12'],
  ['commit 223a7e8f0 is missing', 'commit 90abcdef12 is missing'],
])('%s has the fingerprint of %s', (left, right) => {
  expect(errorFingerprint(left)).toBe(errorFingerprint(right));
});

test.each([
  ['disk full', 'disk gone'],
  ['no such table: orders', 'no such table: users'],
])('%s has another than %s', (left, right) => {
  expect(errorFingerprint(left)).not.toBe(errorFingerprint(right));
});
