import { describe, expect, test } from 'vitest';
import { activityEntry } from './sample-entries.js';
import { openStore, sessionId } from './store-with-session.js';

describe('figures of a method', () => {
  /** Durations come in any order; ranks do not depend on it. */
  function figuresOf(durations: readonly number[]) {
    const store = openStore();
    store
      .ingestFor(sessionId)
      .ingest(durations.map((durationMs, index) => activityEntry({ activityId: `a${index}`, durationMs })));
    const [figures] = store.readFacts(sessionId).methods;
    return figures;
  }

  test.each([
    { durations: [7], medianMs: 7, p95Ms: 7 },
    { durations: [9, 1], medianMs: 1, p95Ms: 9 },
    { durations: [3, 1, 2], medianMs: 2, p95Ms: 3 },
    { durations: shuffled(19), medianMs: 10, p95Ms: 19 },
    { durations: shuffled(20), medianMs: 10, p95Ms: 19 },
    { durations: shuffled(21), medianMs: 11, p95Ms: 20 },
    { durations: shuffled(100), medianMs: 50, p95Ms: 95 },
  ])('has median $medianMs and 95th percentile $p95Ms by nearest rank', ({ durations, medianMs, p95Ms }) => {
    const count = durations.length;
    expect(figuresOf(durations)).toMatchObject({
      calls: count,
      medianMs,
      p95Ms,
      maxMs: Math.max(...durations),
      meanMs: durations.reduce((sum, ms) => sum + ms, 0) / count,
      slowestActivityId: `a${durations.indexOf(Math.max(...durations))}`,
    });
  });

  test('puts calls into bands at 500, 2000 and 5000 ms', () => {
    expect(figuresOf([0, 499.9, 500, 1_999.9, 2_000, 4_999.9, 5_000, 90_000])).toMatchObject({
      excellentCalls: 2,
      goodCalls: 2,
      acceptableCalls: 2,
      poorCalls: 2,
    });
  });

  test('keeps what failed under a fault apart from what failed by itself', () => {
    const store = openStore();
    const error = { name: 'E', message: 'm' };
    const entries = (
      [
        ['failed', null],
        ['timed_out', null],
        ['crashed', null],
        ['succeeded', null],
        ['abandoned', null],
        ['succeeded', 'disk_full'],
        ['failed', 'disk_full'],
        ['timed_out', 'disk_full'],
        ['crashed', 'disk_full'],
      ] as const
    ).map(([outcome, fault], index) =>
      activityEntry({ activityId: `a${index}`, outcome, fault, error: outcome === 'failed' ? error : null }),
    );
    store.ingestFor(sessionId).ingest(entries);
    const { methods, errorGroups } = store.readFacts(sessionId);
    expect(methods).toMatchObject([
      {
        calls: 9,
        errors: 3,
        errorsUnderFault: 3,
        timeouts: 1,
        crashes: 1,
        failedActivityId: 'a0',
        cpuTimeMs: 9,
      },
    ]);
    expect(errorGroups.map(({ count, errorType }) => [count, errorType])).toEqual([
      [2, 'Error'],
      [1, 'E'],
    ]);
  });

  test('groups equal errors, the most frequent first', () => {
    const store = openStore();
    const messages = ['rare', 'often', 'often'];
    store
      .ingestFor(sessionId)
      .ingest(
        messages.map((message, index) =>
          activityEntry({ activityId: `a${index}`, outcome: 'failed', error: { name: 'E', message } }),
        ),
      );
    expect(store.readFacts(sessionId).errorGroups).toEqual([
      {
        capability: 'code_search',
        method: 'index',
        errorType: 'E',
        fingerprint: 'often',
        message: 'often',
        count: 2,
        activityId: 'a1',
      },
      {
        capability: 'code_search',
        method: 'index',
        errorType: 'E',
        fingerprint: 'rare',
        message: 'rare',
        count: 1,
        activityId: 'a0',
      },
    ]);
  });
});

/** The numbers from 1 to a count, the odd ones backwards behind the even ones. */
function shuffled(count: number): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...numbers.filter((number) => number % 2 === 0),
    ...numbers.filter((number) => number % 2 === 1).reverse(),
  ];
}
