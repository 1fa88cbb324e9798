import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { severities } from '../../src/model.js';
import {
  type HeldValue,
  hostileText,
  hostileTextAround,
  hostileValue,
} from '../support/hostile-arbitraries.js';
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
import { boxOf, check } from './planned-calls.js';

function takeAll(context: Readonly<Record<string, HeldValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(context).map(([name, { take }]) => [name, take()]));
}

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
