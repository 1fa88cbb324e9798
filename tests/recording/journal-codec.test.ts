import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Activity, activityOutcomes, type ProcessSample } from '../../src/model.js';
import {
  type ActivityLine,
  activityIdOf,
  decodeLine,
  encodeActivity,
  encodeEntry,
  encodeSubject,
  encodeUsage,
  usageNotMeasured,
} from '../../src/recording/journal-codec.js';

const origin = { journalId: 'j0urnal', workerPid: 321 };
const whole = fc.nat({ max: 2 ** 40 });
const text = fc.string({ unit: 'binary', maxLength: 30 });
const json = fc.json({ maxDepth: 3 }).map((value) => JSON.stringify(JSON.parse(value)));

const samples: fc.Arbitrary<ProcessSample> = fc.record({
  atMs: fc.nat(1_000_000),
  cpuUs: whole,
  rssBytes: whole,
  heapUsedBytes: whole,
  externalBytes: whole,
  loopActiveMs: fc.constant(0),
});

interface GivenLine {
  readonly line: ActivityLine;
  readonly subject: readonly [string | null, number, string, string];
  readonly before: ProcessSample;
  readonly after: ProcessSample;
}

const lines: fc.Arbitrary<GivenLine> = fc
  .record({
    subject: fc.tuple(fc.option(text), fc.nat(9), text, text),
    before: samples,
    after: samples,
    rest: fc.record({
      running: fc.boolean(),
      sequence: fc.integer({ min: 1, max: 2 ** 40 }),
      startedAtSeconds: fc.nat({ max: 2 ** 32 }),
      startedAtUs: fc.nat({ max: 999_999 }),
      durationNs: whole,
      outcome: fc.constantFrom(...activityOutcomes),
      overlapping: fc.nat(1_000),
      parent: fc.nat(1_000),
      firstResultNs: fc.oneof(fc.constant(-1), whole),
      fault: fc.option(text),
      stallMs: fc.oneof(fc.constant(0), fc.integer({ min: 50, max: 10_000_000 })),
      error: fc.option(
        fc.oneof(
          fc.record({ name: text, message: text }),
          fc.record({ name: text, message: text, code: text }),
        ),
      ),
      resultJson: fc.option(json),
    }),
  })
  .map(({ subject, before, after, rest }) => ({
    subject,
    before,
    after,
    line: { ...rest, subjectJson: encodeSubject(...subject), usageJson: encodeUsage(before, after) },
  }));

function decoded(encoded: string) {
  expect(encoded.endsWith('\n')).toBe(true);
  expect(encoded.indexOf('\n')).toBe(encoded.length - 1);
  return decodeLine(encoded.slice(0, -1), origin);
}

describe('an activity', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(lines, ({ line, before, after, subject: [taskId, attempt, capability, method] }) => {
        const activity: Activity = {
          activityId: `j0urnal${line.sequence.toString(36)}`,
          taskId,
          attempt,
          workerPid: 321,
          startedAtMs: line.startedAtSeconds * 1_000 + line.startedAtUs / 1_000,
          capability,
          method,
          durationMs: line.durationNs / 1_000_000,
          firstResultMs: line.firstResultNs === -1 ? null : line.firstResultNs / 1_000_000,
          outcome: line.outcome,
          error: line.error,
          resultJson: line.resultJson,
          cpuTimeMs: (after.cpuUs - before.cpuUs) / 1_000,
          rssBeforeBytes: before.rssBytes,
          rssAfterBytes: after.rssBytes,
          heapBeforeBytes: before.heapUsedBytes,
          heapAfterBytes: after.heapUsedBytes,
          externalBeforeBytes: before.externalBytes,
          externalAfterBytes: after.externalBytes,
          eventLoopUtilization: after.atMs > before.atMs ? 0 : null,
          longestStallMs: line.stallMs === 0 ? null : line.stallMs,
          overlapping: line.overlapping,
          parentId: line.parent === 0 ? null : `j0urnal${line.parent.toString(36)}`,
          fault: line.fault,
        };
        expect(decoded(encodeActivity(line))).toEqual({
          entry: line.running ? 'activity_running' : 'activity',
          activity,
        });
      }),
    );
  });

  test('has its share of the event loop in thousandths', () => {
    const idle = { atMs: 0, cpuUs: 0, rssBytes: 1, heapUsedBytes: 1, externalBytes: 1, loopActiveMs: 0 };
    const fields = (loopActiveMs: number, atMs: number) =>
      encodeUsage(idle, { ...idle, atMs, loopActiveMs })
        .split(',')
        .at(-2);
    expect(fields(1, 4)).toBe('250');
    expect(fields(5, 4)).toBe('1000');
    expect(fields(5, 0)).toBe('-1');
  });

  test('that was timed only has null for what was not measured', () => {
    const line: ActivityLine = {
      running: false,
      sequence: 1,
      subjectJson: encodeSubject('task', 0, 'first', 'find'),
      startedAtSeconds: 4,
      startedAtUs: 5,
      durationNs: 7,
      outcome: 'succeeded',
      usageJson: usageNotMeasured,
      overlapping: 0,
      parent: 0,
      firstResultNs: -1,
      fault: null,
      error: null,
      stallMs: 0,
      resultJson: '5',
    };
    expect(decoded(encodeActivity(line))).toMatchObject({
      activity: {
        durationMs: 0.000_007,
        cpuTimeMs: null,
        rssBeforeBytes: null,
        rssAfterBytes: null,
        heapBeforeBytes: null,
        heapAfterBytes: null,
        externalBeforeBytes: null,
        externalAfterBytes: null,
        eventLoopUtilization: null,
        resultJson: '5',
      },
    });
  });

  test('has an id of its journal and its number in it', () => {
    expect(activityIdOf('abc', 36)).toBe('abc10');
  });
});

describe('another entry', () => {
  const taskId = 'task-1';
  test.each([
    { entry: 'worker', sessionId: 's', capabilities: ['a', 'b'] },
    { entry: 'worker', sessionId: 's', capabilities: null },
    { entry: 'scenario_ended', taskId, attempt: 1, atMs: 5.5 },
    {
      entry: 'metric',
      metric: {
        metricId: 'm',
        taskId,
        atMs: 1,
        capability: 'c',
        metricType: 'm\n',
        value: -0.5,
        unit: 'ms',
        context: { deep: { a: '\t' } },
      },
    },
    {
      entry: 'issue',
      issue: {
        issueId: 'i',
        taskId: null,
        atMs: 1,
        severity: 'high',
        capability: 'c',
        issueType: 't',
        description: 'line\nline',
        suggestedFix: null,
        reproducible: false,
        evidenceActivityId: null,
      },
    },
  ] as const)('$entry is read as it was written', (entry) => {
    expect(decoded(encodeEntry(entry))).toEqual(entry);
  });
});

describe('a line that the writer did not write', () => {
  test.each([
    ['no JSON', '["a",1'],
    ['no array', '{"a":1}'],
    ['too few fields', '["a",1,"t",0,"c","m"]'],
    ['an unknown kind', '["future",1,{}]'],
    ['a later version', '["worker",99,{}]'],
    ['an entry that is no object', '["worker",1,null]'],
    ['a text for a number', '["a",1,"t",0,"c","m","soon",2,0,1,1,1,1,1,1,1,-1,0,0,-1,null,null]'],
    ['an unknown outcome', '["a",1,"t",0,"c","m",1,2,99,1,1,1,1,1,1,1,-1,0,0,-1,null,null]'],
  ])('is refused: %s', (_what, line) => {
    expect(() => decodeLine(line, origin)).toThrow(SyntaxError);
  });
});
