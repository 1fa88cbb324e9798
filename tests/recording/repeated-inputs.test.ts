import { describe, expect, test } from 'vitest';
import { RepeatedInputs } from '../../src/recording/repeated-inputs.js';

/** Plays outcomes of calls with one input: `F` for a failure, `S` for a success. */
function played(outcomes: string, inputOf: (call: number) => unknown = () => 'same'): RepeatedInputs {
  const repeated = new RepeatedInputs();
  [...outcomes].forEach((outcome, call) => {
    const input = [inputOf(call)];
    if (outcome === 'F') repeated.noteFailure(input, call + 1);
    else if (repeated.isWatching) repeated.noteSuccess(input, call + 1);
  });
  return repeated;
}

describe('an input', () => {
  test('is flaky when it failed, succeeded and failed again', () => {
    expect(played('SSFSSF').flaky()).toMatchObject([
      { failed: 2, succeeded: 2, failedSequence: 6, succeededSequence: 5 },
    ]);
  });

  test.each(['FFFF', 'FFSSSS', 'SSSFFF', 'SSSS'])('is not after %s', (outcomes) => {
    expect(played(outcomes).flaky()).toEqual([]);
  });

  test('is another one than its neighbour', () => {
    expect(played('FSFS', (call) => call).flaky()).toEqual([]);
    expect(played('FSFSFSFSF', (call) => call % 3).flaky()).toHaveLength(2);
  });

  test('is not looked at any more a thousand successes later', () => {
    expect(played(`F${'S'.repeat(1_000)}`).isWatching).toBe(false);
    expect(played(`F${'S'.repeat(999)}`).isWatching).toBe(true);
  });
});
