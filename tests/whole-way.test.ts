import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineCapability } from '../src/capability/define-capability.js';
import { defineHub, type HubDefinition } from '../src/capability/define-hub.js';
import { severities } from '../src/model.js';
import { redactText } from '../src/recording/redact.js';
import { InnerProject, smallProject } from './e2e/inner-project.js';
import {
  capabilityName,
  type HeldValue,
  hostileText,
  hostileTextAround,
  hostileValue,
  secret,
  secretPropertyName,
  textWithSecret,
} from './support/hostile-arbitraries.js';
import { hostileTexts, hostileValues } from './support/hostile-values.js';
import {
  type ActivityRow,
  type InstrumentedHub,
  type RecordedSession,
  RecordedSessions,
} from './support/recorded-sessions.js';
import { findReportProblems } from './support/report-problems.js';

const seed = 20_260_203;
const nameCharsMax = 200;
const messageCharsMax = 10_000;

/**
 * A text as it comes back from UTF-8, where half a character becomes U+FFFD. Rows of them count as one; how many stand
 * for half a character has a test of its own.
 */
const wellFormed = (text: string): string =>
  Buffer.from(text)
    .toString()
    .replaceAll(/\ufffd+/g, '\ufffd');

/** A name as the documentation says it is stored. */
/** Cut at a bound, half a character at the cut left out. */
const cutAt = (text: string, charsMax: number): string => {
  const cut = redactText(text).slice(0, charsMax);
  return wellFormed(redactText(text).length > charsMax ? cut.replace(/[\ud800-\udbff]$/, '') : cut);
};
const storedName = (name: string): string => cutAt(name, nameCharsMax);

const styles = ['sync', 'async', 'generator', 'async generator'] as const;

/** One call to come: what the method is, and how it ends. */
interface PlannedCall {
  readonly capability: string;
  readonly method: string;
  readonly style: (typeof styles)[number];
  readonly throws: boolean;
  /** What it returns, throws, or hands on as its items. */
  readonly value: HeldValue;
  readonly args: readonly HeldValue[];
}

/** `await` and `create()` take any object with a method `then` for a promise; `constructor` has a test of its own. */
const methodName = fc
  .oneof(hostileText, hostileTextAround(nameCharsMax), fc.constantFrom('call', 'toJSON', 'catch', 'valueOf'))
  .filter((name) => name !== 'then' && name !== 'constructor');

const plannedCalls: fc.Arbitrary<readonly PlannedCall[]> = fc.uniqueArray(
  fc.record({
    capability: capabilityName,
    method: methodName,
    style: fc.constantFrom(...styles),
    throws: fc.boolean(),
    value: hostileValue,
    args: fc.array(hostileValue, { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 6, selector: ({ capability, method }) => JSON.stringify([capability, method]) },
);

interface Heard {
  readonly caller: unknown;
  readonly args: readonly unknown[];
}

/** The method itself, as a user would write it; it tells what it was called with. */
function bareMethod(
  { style, throws, value: held }: PlannedCall,
  heard: Heard[],
): (...args: unknown[]) => unknown {
  const value = held.take();
  const end = (): unknown => {
    if (throws) throw value;
    return value;
  };
  const methods = {
    sync(this: unknown, ...args: unknown[]) {
      heard.push({ caller: this, args });
      return end();
    },
    async async(this: unknown, ...args: unknown[]) {
      heard.push({ caller: this, args });
      await null;
      return end();
    },
    *generator(this: unknown, ...args: unknown[]) {
      heard.push({ caller: this, args });
      yield value;
      return end();
    },
    async *'async generator'(this: unknown, ...args: unknown[]) {
      heard.push({ caller: this, args });
      yield [value];
      return end();
    },
  };
  return methods[style];
}

function hubOf(calls: readonly PlannedCall[], heard: Heard[] = []) {
  const instances = new Map<string, object>();
  for (const call of calls) {
    const instance = instances.get(call.capability) ?? {};
    instances.set(call.capability, instance);
    // Assigning to `__proto__` would set the prototype.
    Object.defineProperty(instance, call.method, {
      value: bareMethod(call, heard),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  const definitions = [...instances].map(([name, instance]) => [
    name,
    defineCapability({ create: () => instance }),
  ]);
  const definition: HubDefinition = defineHub({ capabilities: Object.fromEntries(definitions) });
  return { definition, instances };
}

interface Ending {
  readonly thrown: boolean;
  readonly value: unknown;
  readonly items: readonly unknown[];
}

/** Calls a method to its end: waits for its promise, takes all items of its generator. */
async function callToEnd(holder: object, { method, style, args }: PlannedCall): Promise<Ending> {
  const items: unknown[] = [];
  try {
    const called: unknown = Reflect.get(holder, method).apply(
      holder,
      args.map(({ take }) => take()),
    );
    if (style === 'sync') return { thrown: false, value: called, items };
    if (style === 'async') return { thrown: false, value: await called, items };
    const generator = called as Generator<unknown> | AsyncGenerator<unknown>;
    for (;;) {
      const step = await generator.next();
      if (step.done) return { thrown: false, value: step.value, items };
      // An array around the value keeps `await` from taking it for a promise.
      items.push(style === 'async generator' ? (step.value as unknown[])[0] : step.value);
    }
  } catch (thrown) {
    return { thrown: true, value: thrown, items };
  }
}

/** Waiting for a revoked proxy is an error of the language, which makes a new one each time. */
function areRevocations(...values: readonly unknown[]): boolean {
  return values.every(
    (value) => value instanceof TypeError && value.message.includes('proxy that has been revoked'),
  );
}

function isSameEnding(left: Ending, right: Ending): boolean {
  return (
    left.thrown === right.thrown &&
    (Object.is(left.value, right.value) || areRevocations(left.value, right.value)) &&
    left.items.length === right.items.length &&
    left.items.every((item, index) => Object.is(item, right.items[index]))
  );
}

function expectWholeWay(session: RecordedSession, calls: number): void {
  expect(session.complaints).toEqual([]);
  expect(session.damagedLines).toEqual([]);
  expect(session.added).toEqual([calls, 0]);
  expect(session.activities).toHaveLength(calls);
  expect(session.report.totals.activities).toBe(calls);
  expect(findReportProblems(session)).toEqual([]);
}

function expectBoundedJson(resultData: string | null, bytesMax: number): void {
  if (resultData === null) return;
  expect(Buffer.byteLength(resultData)).toBeLessThanOrEqual(bytesMax);
  expect(() => JSON.parse(resultData)).not.toThrow();
}

/** One method `give` of one capability `box` that returns or throws what it is given by the test. */
function boxOf(give: () => unknown): HubDefinition {
  return defineHub({ capabilities: { box: defineCapability({ create: () => ({ give }) }) } });
}

function give(hub: InstrumentedHub): unknown {
  return (hub.box as { give(): unknown }).give();
}

function callNamed(hub: InstrumentedHub, method: string): unknown {
  return (hub.box as Record<string, () => unknown>)[method]?.();
}

function giveOrCatch(hub: InstrumentedHub): unknown {
  try {
    return give(hub);
  } catch (thrown) {
    return thrown;
  }
}

function takeAll(context: Readonly<Record<string, HeldValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(context).map(([name, { take }]) => [name, take()]));
}

/** Runs a property with a fixed seed; the number of cases keeps the file's time in bounds. */
function check<Values extends [unknown, ...unknown[]]>(
  numRuns: number,
  property: fc.IAsyncProperty<Values>,
): Promise<void> {
  return fc.assert(property, { seed, numRuns });
}

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

describe('a secret', () => {
  /** The places of a call where a secret can stand. */
  const hidings: Readonly<Record<string, (text: string) => unknown>> = {
    text: (text) => text,
    property: (text) => ({ list: [{ text }] }),
    name: (text) => ({ [text]: 1 }),
    symbol: (text) => Symbol(text),
    error: (text) => [new Error(text)],
  };

  test('in a result, an error or a name of a call is nowhere in journal, database and report', async () => {
    const sessions = new RecordedSessions();
    await check(
      200,
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(hidings)),
        textWithSecret(400),
        textWithSecret(messageCharsMax),
        textWithSecret(nameCharsMax),
        async (hiding, inResult, inError, inName) => {
          const results = [hidings[hiding]?.(inResult.text)];
          const error = Object.assign(new Error(inError.text), { name: inName.text, code: inName.text });
          const definition = defineHub({
            capabilities: {
              box: defineCapability({
                create: () => ({
                  give: () => results[0],
                  [inName.text]: () => {
                    throw error;
                  },
                }),
              }),
            },
          });
          const session = await sessions.record(definition, (hub) => {
            give(hub);
            expect(() => callNamed(hub, inName.text)).toThrow();
          });
          expectWholeWay(session, 2);
          for (const { trace } of [inResult, inError, inName]) expectNowhere(session, trace);
        },
      ),
    );
  });

  test('behind a property with a secret name is nowhere, whatever it looks like', async () => {
    const sessions = new RecordedSessions();
    await check(
      80,
      fc.asyncProperty(
        secretPropertyName,
        secret.map(({ trace }) => `open${trace}sesame`),
        fc.constantFrom<(text: string) => unknown>(
          (text) => text,
          (text) => [text],
          (text) => ({ text }),
          (text) => Buffer.from(text),
        ),
        async (name, password, wrap) => {
          const result = { user: 'ada', headers: [{ [name]: wrap(password), after: 1 }] };
          const session = await sessions.record(
            boxOf(() => result),
            give,
            { redact: ['in_house-secret'] },
          );
          expectWholeWay(session, 1);
          expectNowhere(session, password);
          expect(session.activities[0]?.result_data).toBe(
            JSON.stringify({ user: 'ada', headers: [{ [name]: '[redacted]', after: 1 }] }),
          );
        },
      ),
    );
  });

  test('in a reported issue or the context of a metric is nowhere', async () => {
    const sessions = new RecordedSessions();
    await check(
      80,
      fc.asyncProperty(textWithSecret(messageCharsMax), textWithSecret(400), async (inIssue, inContext) => {
        const session = await sessions.record(
          boxOf(() => 1),
          (_hub, scenario) => {
            scenario.recordIssue({
              severity: 'high',
              description: inIssue.text,
              suggestedFix: `Do: ${inIssue.text}`,
            });
            scenario.recordMetric('waited', 1, 'ms', { context: { note: inContext.text } });
          },
        );
        expectWholeWay(session, 0);
        expect([session.issues.length, session.metrics.length]).toEqual([1, 1]);
        for (const { trace } of [inIssue, inContext]) expectNowhere(session, trace);
      }),
    );
  });

  test('in the message of an error that quotes JSON twice is nowhere', async () => {
    await expectKeptOut(
      (trace) => new Error(`400 ${JSON.stringify({ body: JSON.stringify({ password: trace }) })}`),
    );
  });

  test('in a URL that is longer than the overlap of a cut is nowhere', async () => {
    await expectKeptOut(
      (trace) => new Error(`${'x'.repeat(9_900)} postgres://u:${trace.repeat(50)}@db/shop`),
    );
  });

  test('in a boxed text is nowhere', async () => {
    // Its characters are stored as properties of their own: {"0":"B","1":"e",...}.
    await expectKeptOut(
      (trace) => Object(`Bearer ${trace}`),
      (stored) => stored.replaceAll(/"\d+":|[",]/g, ''),
    );
  });

  test('in a regular expression is nowhere', async () => {
    await expectKeptOut((trace) => new RegExp(`https://user:${trace}@host/`));
  });

  test('in the name, unit or capability of a metric or an issue is nowhere', async () => {
    const [trace, text] = ['cafebabe', `Bearer ${'cafebabe'.repeat(4)}`];
    const session = await new RecordedSessions().record(
      boxOf(() => 1),
      (_hub, scenario) => {
        scenario.recordMetric(text, 1, text, { capability: text });
        scenario.recordIssue({ severity: 'low', description: 'd', capability: text, issueType: text });
      },
    );
    expectNowhere(session, trace);
  });

  /** A value with a secret, returned or thrown, leaves no trace. @param read how a person would read what is stored */
  async function expectKeptOut(
    valueWith: (trace: string) => unknown,
    read: (stored: string) => string = (stored) => stored,
  ): Promise<void> {
    const trace = 'cafebabe0123';
    const value = valueWith(trace);
    const session = await new RecordedSessions().record(
      boxOf(() => {
        if (value instanceof Error) throw value;
        return value;
      }),
      giveOrCatch,
    );
    expectNowhere({ ...session, everythingStored: read(session.everythingStored) }, trace);
  }

  function expectNowhere({ everythingStored, text, json }: RecordedSession, trace: string): void {
    expect(everythingStored).not.toContain(trace);
    expect(text).not.toContain(trace);
    expect(json).not.toContain(trace);
  }
});

describe('metrics and issues', () => {
  const name = fc.oneof(hostileText, hostileTextAround(nameCharsMax)).filter((text) => text.trim() !== '');

  test('are each one row, under their whole names, whatever they are called', async () => {
    const sessions = new RecordedSessions();
    const metric = fc.record({
      name,
      value: fc.double({ noDefaultInfinity: true, noNaN: true, min: -1e150, max: 1e150 }),
      unit: name,
      capability: fc.option(name, { nil: undefined }),
      context: fc.option(fc.dictionary(hostileText, hostileValue), { nil: undefined }),
    });
    const issue = fc.record({
      severity: fc.constantFrom(...severities),
      description: fc.oneof(
        name,
        hostileTextAround(messageCharsMax).filter((text) => text.trim() !== ''),
      ),
      capability: fc.option(name, { nil: undefined }),
      issueType: fc.option(name, { nil: undefined }),
      suggestedFix: fc.option(name, { nil: undefined }),
    });
    await check(
      100,
      fc.asyncProperty(
        fc.array(metric, { maxLength: 4 }),
        fc.array(issue, { maxLength: 12 }),
        async (metrics, issues) => {
          const session = await sessions.record(
            boxOf(() => 1),
            (_hub, scenario) => {
              for (const { capability, context, ...given } of metrics) {
                scenario.recordMetric(given.name, given.value, given.unit, {
                  ...(capability === undefined ? {} : { capability }),
                  ...(context === undefined ? {} : { context: takeAll(context) }),
                });
              }
              for (const { severity, description, ...given } of issues) {
                const texts = Object.entries(given).filter(([, text]) => text !== undefined);
                scenario.recordIssue({ severity, description, ...Object.fromEntries(texts) });
              }
            },
          );
          expectWholeWay(session, 0);
          expect(session.metrics).toHaveLength(metrics.length);
          session.metrics.forEach((row, index) => {
            const given = metrics[index];
            expect(wellFormed(row.metric_type)).toBe(storedName(given?.name ?? ''));
            expect(row.value === given?.value).toBe(true);
            expect(
              wellFormed(given?.unit ?? '').startsWith(wellFormed(row.unit).replace(/\ufffd$/, '')),
            ).toBe(true);
            expect(row.unit.length).toBeLessThanOrEqual(nameCharsMax);
            expectBoundedJson(row.context, 400);
          });
          expect(session.issues).toHaveLength(issues.length);
          session.issues.forEach((row, index) => {
            const given = issues[index];
            expect(wellFormed(row.description)).toBe(cutAt(given?.description ?? '', messageCharsMax));
            expect(row.suggested_fix === null ? null : wellFormed(row.suggested_fix)).toBe(
              given?.suggestedFix === undefined ? null : cutAt(given.suggestedFix, messageCharsMax),
            );
          });
        },
      ),
    );
  });

  test('with numbers so large that they have no mean are refused, and the largest others have one', async () => {
    const session = await new RecordedSessions().record(
      boxOf(() => 1),
      (_hub, scenario) => {
        expect(() => scenario.recordMetric('most', Number.MAX_VALUE, 'items')).toThrow('at most 1e150');
        for (let count = 0; count < 2; count++) scenario.recordMetric('most', 1e150, 'items');
      },
    );
    expectWholeWay(session, 0);
  });

  test('have a capability and a type within the bound of names', async () => {
    const long = 'w'.repeat(messageCharsMax);
    const session = await new RecordedSessions().record(
      boxOf(() => 1),
      (_hub, scenario) => {
        scenario.recordMetric('waited', 1, 'ms', { capability: long });
        scenario.recordIssue({ severity: 'low', description: 'd', capability: long, issueType: long });
      },
    );
    const [metric, issue] = [session.metrics[0], session.issues[0]];
    for (const name of [metric?.capability, issue?.capability, issue?.issue_type]) {
      expect(name).toBe('w'.repeat(nameCharsMax));
    }
  });
});

describe('a run of Vitest', () => {
  const config = `
    import { defineConfig } from 'vitest/config';
    import { realWorld } from 'vitest-realworld/plugin';
    export default defineConfig({
      plugins: [realWorld({ durationMinutes: 0.01, seed: 7, limits: { consecutiveErrorsMax: 10_000 } })],
    });`;
  const hub = `
    import { defineCapability, defineHub } from 'vitest-realworld';
    import { hostileTexts, hostileValues } from './hostile-values.js';
    export const values = hostileValues.map(({ make }) => make());
    const named = {};
    for (const [index, name] of hostileTexts.entries()) {
      Object.defineProperty(named, name, { value: () => index, enumerable: true });
    }
    class Box {
      give(index: number) { return values[index]; }
      async giveLater(index: number) { await null; return [values[index]]; }
      fail(index: number) { throw values[index]; }
      async failLater(index: number) { await null; throw values[index]; }
      *items(index: number) { yield values[index]; }
    }
    const hub = defineHub({
      capabilities: {
        box: defineCapability({ create: () => new Box() }),
        constructor: defineCapability({ create: () => named }),
      },
    });
    export default hub;`;
  const scenario = `
    import { realWorldTest as realWorld } from 'vitest-realworld';
    import { hostileTexts, hostileValues } from './hostile-values.js';
    import { values } from './hub.js';
    function same(left, right, what) {
      if (!Object.is(left, right)) throw new Error('not the same: ' + what);
    }
    realWorld.scenario('hands on <b>anything</b> \\u001b[31m', { kind: 'integration' }, async ({ hub, record }) => {
      for (const [index, { name }] of hostileValues.entries()) {
        const value = values[index];
        same(hub.box.give(index), value, name);
        same((await hub.box.giveLater(index))[0], value, name);
        const thrown = [];
        try { hub.box.fail(index); } catch (caught) { thrown.push(caught); }
        await hub.box.failLater(index).catch((caught) => thrown.push(caught));
        same(thrown.length, 2, name);
        for (const caught of thrown) same(caught, value, name);
        same([...hub.box.items(index)][0], value, name);
      }
      for (const [index, name] of hostileTexts.entries()) {
        same(hub.constructor[name](), index, 'method');
        const text = name.trim() === '' ? 'empty' : name;
        record.metric(text, index, text, { context: { [text]: text } });
        record.issue({ severity: 'low', description: text, suggestedFix: text });
      }
    });`;

  test('records and reports a fixed list of hostile values, names, metrics and issues', async () => {
    const valuesFile = new URL('./support/hostile-values.ts', import.meta.url);
    using project = new InnerProject({
      'vitest.config.ts': config,
      'hub.ts': hub,
      'hostile-values.ts': readFileSync(valuesFile, 'utf8'),
      'hostile.realworld.ts': scenario,
    });
    const run = await project.run();
    expect(run.exitCode, run.output).toBe(0);
    expect(run.output).not.toContain('recording has trouble');
    const calls = hostileValues.length * 5 + hostileTexts.length;
    const [session] = project.query<{ session_id: string; status: string; total_activities: number }>(
      'SELECT session_id, status, total_activities FROM test_sessions',
    );
    expect(session).toMatchObject({ status: 'completed', total_activities: calls });
    const activities = project.query<ActivityRow>('SELECT * FROM activities ORDER BY rowid');
    expect(activities).toHaveLength(calls);
    for (const { result_data } of activities) expectBoundedJson(result_data, 400);
    for (const outcome of ['give 1', 'giveLater 1', 'fail 0', 'failLater 0', 'items 1']) {
      const ended = activities.filter((row) => `${row.activity_type} ${row.success}` === outcome);
      expect(ended, outcome).toHaveLength(hostileValues.length);
    }
    const names = activities.filter(({ capability }) => capability === 'constructor');
    expect(names.map(({ activity_type }) => wellFormed(activity_type))).toEqual(hostileTexts.map(storedName));
    const count = (table: string, where: string) =>
      project.query<{ count: number }>(`SELECT count(*) AS count FROM ${table} WHERE ${where}`)[0]?.count;
    expect(count('performance_metrics', "capability <> 'system'")).toBe(hostileTexts.length);
    expect(count('issues', "issue_type = 'reported'")).toBe(hostileTexts.length);
    const report = (extension: string) =>
      readFileSync(project.path(`.realworld/reports/${session?.session_id}.${extension}`), 'utf8');
    const text = report('txt');
    expect(run.stdout).toContain(text);
    expect(findReportProblems({ text, json: report('json') })).toEqual([]);
  });

  test('keeps a secret in the error of a scenario out of the database and the reports', async () => {
    const trace = 'cafebabe';
    using project = new InnerProject({
      ...smallProject,
      'greeter.realworld.ts': `
        import { realWorldTest as realWorld } from 'vitest-realworld';
        realWorld.scenario('is refused', { kind: 'integration' }, ({ hub }) => {
          hub.greeter.fail('Authorization: Bearer ' + '${trace}'.repeat(4));
        });`,
    });
    await project.run();
    const tables = ['scenarios', 'activities', 'issues', 'improvement_suggestions'];
    const rows = tables.flatMap((table) => project.query(`SELECT * FROM ${table}`));
    expect(JSON.stringify(rows)).not.toContain(trace);
  });
});
