import { describe, expect, test } from 'vitest';
import { findFailurePatterns } from '../../src/analysis/failure-pattern.js';
import { ExactLatencies } from '../../src/latency-distribution.js';
import type { Failure } from '../../src/model.js';
import { sampleFacts, sampleFigures } from '../support/sample-facts.js';

const { startedAtMs } = sampleFacts().session;

function failures(count: number, given: (index: number) => Partial<Failure>): readonly Failure[] {
  return Array.from({ length: count }, (_, index) => ({
    activityId: `f${index}`,
    capability: 'code_search',
    method: 'index',
    errorType: 'Error',
    fingerprint: 'E',
    atMs: startedAtMs + index * 3_000,
    overlapped: false,
    after: null,
    ...given(index),
  }));
}

function kinds(
  given: readonly Failure[],
  { succeededAfter = [] as readonly (string | null)[], overlappedCalls = 0, calls = 100 } = {},
): readonly string[] {
  const figures = sampleFigures({
    calls,
    overlappedLatency: new ExactLatencies(Array.from({ length: overlappedCalls }, () => 1)),
  });
  const facts = sampleFacts({
    failures: given,
    circumstances: [{ capability: 'code_search', method: 'index', succeededAfter }],
  });
  return findFailurePatterns(facts, figures).map(({ kind, statement }) => `${kind}: ${statement}`);
}

const others = Array.from({ length: 100 }, (_, index) =>
  index % 20 === 0 ? 'memory.forget' : 'memory.recall',
);

describe('failures', () => {
  test('that come after one call are told, and how rarely it comes before successes', () => {
    const after = failures(8, (index) => ({ after: index === 0 ? 'memory.recall' : 'memory.forget' }));
    expect(kinds(after, { succeededAfter: others })).toEqual([
      'after_call: 7 of 8 failures came right after memory.forget, and 5 of 100 successes',
    ]);
  });

  test('after a call that comes before everything tell nothing', () => {
    expect(
      kinds(
        failures(8, () => ({ after: 'memory.recall' })),
        { succeededAfter: others },
      ),
    ).toEqual([]);
  });

  test('beside other calls are told where the calls are usually alone', () => {
    const beside = failures(8, () => ({ overlapped: true }));
    expect(kinds(beside, { overlappedCalls: 15 })).toEqual([
      'under_load: 8 of 8 failures happened beside other calls, as do 15.0% of all its calls',
    ]);
    expect(kinds(beside, { overlappedCalls: 80 })).toEqual([]);
  });

  test('within a quarter of the session are told by their time', () => {
    const together = failures(6, (index) => ({ atMs: startedAtMs + 10_000 + index * 100 }));
    expect(kinds(together)).toEqual(['at_time: all 6 failures came between 10.0s and 10.5s of 30.0s']);
  });

  test('that are few tell nothing', () => {
    expect(
      kinds(
        failures(4, () => ({ overlapped: true, after: 'memory.forget' })),
        { succeededAfter: others },
      ),
    ).toEqual([]);
  });
});
