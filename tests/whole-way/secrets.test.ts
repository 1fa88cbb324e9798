import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineCapability } from '../../src/capability/define-capability.js';
import { defineHub } from '../../src/capability/define-hub.js';
import { secret, secretPropertyName, textWithSecret } from '../support/hostile-arbitraries.js';
import { type RecordedSession, RecordedSessions } from '../support/recorded-sessions.js';
import { expectWholeWay, messageCharsMax, nameCharsMax } from './expected-rows.js';
import { boxOf, callNamed, check, give, giveOrCatch } from './planned-calls.js';

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
