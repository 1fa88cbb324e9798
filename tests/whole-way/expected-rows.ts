import { expect } from 'vitest';
import { redactText } from '../../src/recording/redact.js';
import type { RecordedSession } from '../support/recorded-sessions.js';
import { findReportProblems } from '../support/report-problems.js';

export const nameCharsMax = 200;
export const messageCharsMax = 10_000;

/**
 * A text as it comes back from UTF-8, where half a character becomes U+FFFD. Rows of them count as one; how many stand
 * for half a character has a test of its own.
 */
export const wellFormed = (text: string): string =>
  Buffer.from(text)
    .toString()
    .replaceAll(/\ufffd+/g, '\ufffd');

/** Cut at a bound, half a character at the cut left out. */
export const cutAt = (text: string, charsMax: number): string => {
  const cut = redactText(text).slice(0, charsMax);
  return wellFormed(redactText(text).length > charsMax ? cut.replace(/[\ud800-\udbff]$/, '') : cut);
};

/** A name as the documentation says it is stored. */
export const storedName = (name: string): string => cutAt(name, nameCharsMax);

export function expectWholeWay(session: RecordedSession, calls: number): void {
  expect(session.complaints).toEqual([]);
  expect(session.damagedLines).toEqual([]);
  expect(session.added).toEqual([calls, 0]);
  expect(session.activities).toHaveLength(calls);
  expect(session.report.totals.activities).toBe(calls);
  expect(findReportProblems(session)).toEqual([]);
}

export function expectBoundedJson(resultData: string | null, bytesMax: number): void {
  if (resultData === null) return;
  expect(Buffer.byteLength(resultData)).toBeLessThanOrEqual(bytesMax);
  expect(() => JSON.parse(resultData)).not.toThrow();
}
