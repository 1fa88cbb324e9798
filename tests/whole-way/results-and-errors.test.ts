import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileText, hostileTextAround, hostileValue } from '../support/hostile-arbitraries.js';
import { RecordedSessions } from '../support/recorded-sessions.js';
import {
  cutAt,
  expectBoundedJson,
  expectWholeWay,
  messageCharsMax,
  nameCharsMax,
  storedName,
  wellFormed,
} from './expected-rows.js';
import { boxOf, check, give, giveOrCatch } from './planned-calls.js';

describe('a result', () => {
  test('is stored as null or as JSON that keeps within its bytes', async () => {
    const sessions = new RecordedSessions();
    await check(
      200,
      fc.asyncProperty(
        fc.array(hostileValue, { minLength: 1, maxLength: 8 }),
        fc.oneof(fc.integer({ min: 32, max: 120 }), fc.integer({ min: 32, max: 65_536 })),
        async (held, resultBytesMax) => {
          const values = held.map(({ take }) => take());
          let next = 0;
          const session = await sessions.record(
            boxOf(() => values[next++]),
            (hub) => {
              for (const value of values) expect(Object.is(give(hub), value)).toBe(true);
            },
            { resultBytesMax },
          );
          expectWholeWay(session, values.length);
          session.activities.forEach(({ result_data, outcome }, index) => {
            expect(outcome).toBeNull();
            expect(result_data === null).toBe(values[index] === undefined);
            expectBoundedJson(result_data, resultBytesMax);
          });
        },
      ),
    );
  });

  test('of 100 MB is handed on as it is and stored as its beginning', async () => {
    const large = Buffer.alloc(100 * 1024 ** 2, 'large ').toString('latin1');
    const error = new Error(large);
    const values: readonly unknown[] = [large, { [large]: large }, [large, Object(1n), error], error];
    let next = 0;
    const session = await new RecordedSessions().record(
      boxOf(() => {
        const value = values[next++];
        if (value === error) throw value;
        return value;
      }),
      (hub) => {
        for (const value of values) expect(giveOrCatch(hub) === value).toBe(true);
      },
    );
    expectWholeWay(session, values.length);
    for (const { result_data } of session.activities) expectBoundedJson(result_data, 400);
    const [first, , , failed] = session.activities;
    expect(first?.result_data).toMatch(/^"large large /);
    expect(failed?.error_message).toBe(large.slice(0, messageCharsMax));
  });
});

describe('an error', () => {
  test('keeps its whole message up to 10,000 characters, its name and its code', async () => {
    const sessions = new RecordedSessions();
    const planned = fc.record({
      message: fc.oneof(
        hostileText,
        hostileTextAround(messageCharsMax),
        hostileTextAround(messageCharsMax * 2),
      ),
      name: fc.oneof(hostileText, hostileTextAround(nameCharsMax)),
      code: fc.option(fc.oneof(hostileText, hostileTextAround(nameCharsMax), fc.integer())),
      cause: hostileValue,
      isAsync: fc.boolean(),
    });
    await check(
      150,
      fc.asyncProperty(planned, async ({ message, name, code, cause, isAsync }) => {
        const error = Object.assign(
          new Error(message, { cause: cause.take() }),
          { name },
          code === null ? {} : { code },
        );
        const session = await sessions.record(
          boxOf(() => {
            if (isAsync) return Promise.reject(error);
            throw error;
          }),
          async (hub) => {
            const rejection = await Promise.resolve(giveOrCatch(hub)).catch((thrown: unknown) => thrown);
            expect(rejection).toBe(error);
          },
        );
        expectWholeWay(session, 1);
        const [row] = session.activities;
        expect(wellFormed(row?.error_message ?? '')).toBe(cutAt(message, messageCharsMax));
        expect(wellFormed(row?.error_type ?? '')).toBe(storedName(code === null ? name : String(code)));
        expect(session.report.totals.errors).toBe(1);
      }),
    );
  });

  test('may be any value that was thrown', async () => {
    const sessions = new RecordedSessions();
    await check(
      120,
      fc.asyncProperty(fc.array(hostileValue, { minLength: 1, maxLength: 8 }), async (held) => {
        const values = held.map(({ take }) => take());
        let next = 0;
        const session = await sessions.record(
          boxOf(() => {
            throw values[next++];
          }),
          (hub) => {
            for (const value of values) expect(Object.is(giveOrCatch(hub), value)).toBe(true);
          },
        );
        expectWholeWay(session, values.length);
        for (const { success, error_message, error_type } of session.activities) {
          expect(success).toBe(0);
          expect(wellFormed(error_message ?? '').length).toBeLessThanOrEqual(messageCharsMax);
          expect(wellFormed(error_type ?? '').length).toBeLessThanOrEqual(nameCharsMax);
        }
      }),
    );
  });
});
