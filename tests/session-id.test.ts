import { expect, test } from 'vitest';
import { createSessionId } from '../src/session-id.js';

test('a session id begins with its start in UTC and differs within the same second', () => {
  const startedAtMs = Date.UTC(2026, 1, 3, 12, 15, 9);
  const ids = Array.from({ length: 20 }, () => createSessionId(startedAtMs));
  for (const id of ids) expect(id).toMatch(/^test_20260203_121509_[0-9a-z]{4}$/);
  expect(new Set(ids).size).toBeGreaterThan(15);
});
