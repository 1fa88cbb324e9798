import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineCapability } from '../../src/capability/define-capability.js';
import { defineHub } from '../../src/capability/define-hub.js';
import { type RecordedSession, RecordedSessions } from '../support/recorded-sessions.js';
import { expectBoundedJson, expectWholeWay, storedName, wellFormed } from './expected-rows.js';
import {
  boxOf,
  callNamed,
  callToEnd,
  check,
  type Ending,
  give,
  giveOrCatch,
  type Heard,
  hubOf,
  isSameEnding,
  plannedCalls,
} from './planned-calls.js';

describe('a call', () => {
  test('ends as the bare method does and is one row under its whole name', async () => {
    const sessions = new RecordedSessions();
    await check(
      150,
      fc.asyncProperty(plannedCalls, async (calls) => {
        const heard: Heard[] = [];
        const endings: Ending[] = [];
        const { definition, instances } = hubOf(calls, heard);
        const session = await sessions.record(definition, async (hub) => {
          for (const call of calls) {
            const bare = instances.get(call.capability) ?? {};
            const expected = await callToEnd(bare, call);
            const actual = await callToEnd(hub[call.capability] ?? {}, call);
            expect(isSameEnding(actual, expected)).toBe(true);
            endings.push(expected);
            const [heardBare, heardWrapped] = heard.splice(0);
            expect(heardWrapped?.caller === bare && heardBare?.caller === bare).toBe(true);
            expect(heardWrapped?.args.length).toBe(call.args.length);
            expect(call.args.every((arg, index) => Object.is(heardWrapped?.args[index], arg.take()))).toBe(
              true,
            );
          }
        });
        expectWholeWay(session, calls.length);
        session.activities.forEach((row, index) => {
          const call = calls[index];
          expect(row.capability).toBe(call?.capability);
          expect(wellFormed(row.activity_type)).toBe(storedName(call?.method ?? ''));
          expect(row.success).toBe(endings[index]?.thrown ? 0 : 1);
          expect(row.error_message === null).toBe(row.success === 1);
          expectBoundedJson(row.result_data, 400);
        });
      }),
    );
  });

  test('of another capability inside a method is one row with its caller as parent', async () => {
    const sessions = new RecordedSessions();
    await check(
      40,
      fc.asyncProperty(plannedCalls, fc.boolean(), async (calls, together) => {
        const { definition, instances } = hubOf(calls);
        const outer = defineCapability({
          create: ({ capability }) => {
            const links = calls.map((call) => ({ call, link: capability<object>(call.capability) }));
            return {
              async all() {
                if (together) return Promise.all(links.map(({ call, link }) => callToEnd(link, call)));
                const endings: Ending[] = [];
                for (const { call, link } of links) endings.push(await callToEnd(link, call));
                return endings;
              },
            };
          },
        });
        const nested = defineHub({ capabilities: { ...definition.capabilities, 'outer-': outer } });
        const session = await sessions.record(nested, async (hub) => {
          const endings = await (hub['outer-'] as { all(): Promise<Ending[]> }).all();
          for (const [index, call] of calls.entries()) {
            const expected = await callToEnd(instances.get(call.capability) ?? {}, call);
            expect(isSameEnding(endings[index] as Ending, expected)).toBe(true);
          }
        });
        expectWholeWay(session, calls.length + 1);
        const parent = session.activities.find(({ capability }) => capability === 'outer-');
        expect(parent?.parent_id).toBeNull();
        const children = session.activities.filter(({ parent_id }) => parent_id === parent?.activity_id);
        expect(children).toHaveLength(calls.length);
      }),
    );
  });
});

describe('a capability that is asked for inside a method', () => {
  test('is called with that method as parent from the first call on', async () => {
    const definition = defineHub({
      capabilities: {
        inner: defineCapability({ create: () => ({ work: () => 1 }) }),
        outer: defineCapability({
          create: (context) => ({ all: () => context.capability<{ work(): number }>('inner').work() }),
        }),
      },
    });
    const session = await new RecordedSessions().record(definition, (hub) => {
      (hub.outer as { all(): number }).all();
    });
    const [inner, outer] = session.activities;
    expect(outer?.capability).toBe('outer');
    expect(inner?.parent_id).toBe(outer?.activity_id);
  });
});

describe('a capability that is asked for before it is created', () => {
  test('is told of, also when an object has a property of its name', async () => {
    const definition = defineHub({
      capabilities: {
        first: defineCapability({
          create: ({ capability }) => ({ call: Reflect.get(capability('toString'), 'call') }),
        }),
        toString: defineCapability({ create: () => ({ call: () => 1 }) }),
      },
    });
    const refusal = new RecordedSessions().record(definition, () => undefined);
    await expect(refusal).rejects.toMatchObject({ code: 'CAPABILITY_CREATE_FAILED' });
  });
});

describe('what a call hands on', () => {
  const throwing = (): never => {
    throw new Error('this must not be looked at');
  };

  test.each([
    ['a getter named then', () => Object.defineProperty({}, 'then', { get: throwing })],
    ['a prototype that is a proxy', () => Object.create(new Proxy({}, { has: throwing, get: throwing }))],
  ])('may have %s', async (_what, make) => {
    const value: unknown = make();
    const held: unknown[] = [];
    const session = await new RecordedSessions().record(
      boxOf(() => value),
      (hub) => {
        held.push(giveOrCatch(hub));
      },
    );
    expect(held[0] === value).toBe(true);
    expectWholeWay(session, 1);
    expect(session.activities[0]?.success).toBe(1);
  });

  test('may be a promise with a constructor of its own, which is awaited like the bare one', async () => {
    const value = Object.defineProperty(Promise.resolve('rows'), 'constructor', { get: () => Promise });
    const session = await new RecordedSessions().record(
      boxOf(() => value),
      async (hub) => {
        expect(await giveOrCatch(hub)).toBe('rows');
      },
    );
    expectWholeWay(session, 1);
    expect(session.activities[0]?.success).toBe(1);
  });

  test('may be a frozen object with then', async () => {
    // biome-ignore lint/suspicious/noThenProperty: clients of services return such objects
    const lazy = Object.freeze({ then: (settle: (value: string) => void) => settle('rows') });
    const session = await new RecordedSessions().record(
      boxOf(() => lazy),
      async (hub) => expect(await give(hub)).toBe('rows'),
    );
    expectWholeWay(session, 1);
    expect(session.activities[0]?.result_data).toBe('"rows"');
  });

  test('may be a boxed text that is not taken apart', async () => {
    const boxed: object = Object('x'.repeat(100_000));
    const session = await new RecordedSessions().record(
      boxOf(() => boxed),
      give,
    );
    expect(session.activities[0]?.result_data).toMatch(/^"/);
  });
});

describe('the name of a method', () => {
  const callOnly = async (name: string): Promise<RecordedSession> => {
    const instance = { [name]: () => 'called' };
    const definition = defineHub({ capabilities: { box: defineCapability({ create: () => instance }) } });
    return new RecordedSessions().record(definition, (hub) => {
      expect(callNamed(hub, name)).toBe('called');
    });
  };

  test('may be constructor', async () => {
    expectWholeWay(await callOnly('constructor'), 1);
  });

  test('holds one U+FFFD for half a character, so that the database holds valid UTF-8', async () => {
    const { activities } = await callOnly('half \ud83e');
    expect(activities[0]?.activity_type).toBe('half \ufffd');
  });

  test('is not cut inside a character', async () => {
    const { activities } = await callOnly(`${'a'.repeat(199)}🦊`);
    expect(activities[0]?.activity_type).toBe('a'.repeat(199));
  });
});
