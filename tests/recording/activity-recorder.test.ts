import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { RecordingRig, scenarioStart } from '../support/recording-rig.js';
import { thrownBy } from '../support/thrown-by.js';

function rigWithClock() {
  const clock = new FakeClock();
  return { clock, rig: new RecordingRig({ clock }) };
}

describe('a scenario', () => {
  test('begins with the worker and its capabilities, and ends with its end', () => {
    const { clock, rig } = rigWithClock();
    clock.advance(500);
    rig.scenario.end();
    rig.scenario.end();
    expect(rig.entries).toEqual([
      { entry: 'worker', sessionId: 'session-1', capabilities: ['first', 'second'] },
      { entry: 'scenario_started', scenario: scenarioStart },
      { entry: 'scenario_ended', taskId: 'task-1', attempt: 0, atMs: clock.epochMs() },
    ]);
  });

  test('records the calls that still run at its end as timed out, and ignores when they settle later', () => {
    const { clock, rig } = rigWithClock();
    const method = rig.scenario.describeMethod('first', 'hang');
    const resolved = rig.scenario.begin(method);
    const rejected = rig.scenario.begin(method);
    clock.advance(40);
    rig.scenario.end();
    clock.advance(1_000);
    rig.scenario.succeed(resolved, 'late');
    rig.scenario.fail(rejected, new Error('late'));
    rig.scenario.abandon(rejected, null);
    expect(rig.activities).toHaveLength(2);
    for (const activity of rig.activities) {
      expect(activity).toMatchObject({
        outcome: 'timed_out',
        durationMs: 40,
        resultJson: null,
        error: { name: 'Unfinished', message: 'The call was still running when its scenario ended.' },
      });
    }
  });

  test('leaves the running calls of another scenario of the worker alone', () => {
    const { rig } = rigWithClock();
    const other = rig.recorder.startScenario({ ...scenarioStart, taskId: 'task-2' });
    const mine = rig.scenario.begin(rig.scenario.describeMethod('first', 'mine'));
    const theirs = other.begin(other.describeMethod('first', 'theirs'));
    other.end();
    rig.scenario.succeed(mine, 1);
    other.succeed(theirs, 1);
    expect(rig.only('theirs')).toMatchObject({ outcome: 'timed_out', taskId: 'task-2' });
    expect(rig.only('mine')).toMatchObject({ outcome: 'succeeded', taskId: 'task-1', overlapping: 1 });
  });
});

describe('an activity', () => {
  test('has the process before and after it', () => {
    const { clock, rig } = rigWithClock();
    const activity = rig.scenario.begin(rig.scenario.describeMethod('first', 'work'));
    // Larger than all that a collection could free meanwhile.
    const held = Buffer.alloc(64 * 1024 * 1024, 1);
    clock.advance(20);
    rig.scenario.succeed(activity, held.length);
    const recorded = rig.only('work');
    const grownBytes = Number(recorded.externalAfterBytes) - Number(recorded.externalBeforeBytes);
    expect(grownBytes).toBeGreaterThan(held.length / 2);
    expect(recorded.cpuTimeMs).toBeGreaterThanOrEqual(0);
    expect(recorded.rssBeforeBytes).toBeGreaterThan(0);
    expect(recorded.heapBeforeBytes).toBeGreaterThan(0);
    expect(recorded.eventLoopUtilization).toBeLessThanOrEqual(1);
    expect(recorded.startedAtMs).toBe(clock.epochMs() - 20);
  });

  test('that is timed only has its time, and null for what was not measured', () => {
    const clock = new FakeClock();
    const rig = new RecordingRig({ clock, sampler: null });
    const activity = rig.scenario.begin(rig.scenario.describeMethod('first', 'work'));
    clock.advance(20);
    rig.scenario.succeed(activity, 5);
    expect(rig.only('work')).toMatchObject({
      durationMs: 20,
      startedAtMs: clock.epochMs() - 20,
      resultJson: '5',
      cpuTimeMs: null,
      rssBeforeBytes: null,
      rssAfterBytes: null,
      heapBeforeBytes: null,
      heapAfterBytes: null,
      externalBeforeBytes: null,
      externalAfterBytes: null,
      eventLoopUtilization: null,
    });
  });

  test('shorter than a sample has no utilization of the event loop', () => {
    const { rig } = rigWithClock();
    rig.scenario.succeed(rig.scenario.begin(rig.scenario.describeMethod('first', 'quick')), null);
    expect(rig.only('quick')).toMatchObject({ eventLoopUtilization: null, cpuTimeMs: 0, durationMs: 0 });
  });

  test('carries the fault that was in force when it began', () => {
    const { rig } = rigWithClock();
    rig.scenario.fault = 'disk_full';
    const activity = rig.scenario.begin(rig.scenario.describeMethod('first', 'write'));
    rig.scenario.fault = null;
    rig.scenario.fail(activity, new Error('no space'));
    expect(rig.only('write').fault).toBe('disk_full');
  });

  test('that runs longer than 100 ms is noted once, so that a crash does not lose it', () => {
    const { clock, rig } = rigWithClock();
    const activity = rig.scenario.begin(rig.scenario.describeMethod('first', 'slow'));
    clock.advance(100);
    const running = () => rig.entries.filter(({ entry }) => entry === 'activity_running');
    expect(running()).toEqual([]);
    clock.advance(1);
    expect(running()).toMatchObject([{ activity: { method: 'slow', outcome: 'crashed', durationMs: 101 } }]);
    expect(running()).toHaveLength(1);
    rig.scenario.succeed(activity, 1);
    expect(rig.only('slow')).toMatchObject({ outcome: 'succeeded' });
    expect(running()[0]).toMatchObject({ activity: { activityId: rig.only('slow').activityId } });
  });

  test('keeps a long method name bounded and redacted', () => {
    const { rig } = rigWithClock();
    const secret = `${'gh'}p_${'q'.repeat(30)}`;
    const method = rig.scenario.describeMethod('first', `${secret} ${'n'.repeat(500)}`);
    rig.scenario.succeed(rig.scenario.begin(method), null);
    const [activity] = rig.activities;
    expect(activity?.method.length).toBeLessThanOrEqual(200);
    expect(activity?.method.startsWith('[redacted] nnn')).toBe(true);
  });
});

describe('a metric', () => {
  test('is kept with its unit, its context and the scenario', () => {
    const { clock, rig } = rigWithClock();
    rig.scenario.recordMetric('throughput', 12.5, 'ops/s', { context: { users: 3, token: 'x' } });
    rig.scenario.recordMetric('accuracy', 0, 'share', { capability: 'second' });
    expect(rig.metrics).toMatchObject([
      {
        taskId: 'task-1',
        atMs: clock.epochMs(),
        capability: 'load',
        metricType: 'throughput',
        value: 12.5,
        unit: 'ops/s',
        context: { users: 3, token: '[redacted]' },
      },
      { capability: 'second', metricType: 'accuracy', value: 0, context: {} },
    ]);
    expect(new Set(rig.metrics.map(({ metricId }) => metricId)).size).toBe(2);
  });

  test('that is not a number is refused with what it was given', () => {
    const { rig } = rigWithClock();
    const error = thrownBy(() => rig.scenario.recordMetric('rate', Number.NaN, 'share'));
    expect(error.code).toBe('RECORD_INVALID');
    expect(error.message).toBe(
      'record.metric("rate") was given NaN. A metric is a finite number, at most 1e150 either way; check the division before it.',
    );
    expect(rig.metrics).toEqual([]);
  });

  test.each([
    ['a name', '', 1, 'ms', undefined],
    ['a unit', 'rate', 1, ' ', undefined],
    ['a finite value', 'rate', Number.POSITIVE_INFINITY, 'ms', undefined],
    ['a value that is a number', 'rate', '5', 'ms', undefined],
    ['a capability with a name', 'rate', 5, 'ms', ''],
  ])('needs %s', (_what, name, value, unit, capability) => {
    const { rig } = rigWithClock();
    const input = capability === undefined ? {} : { capability };
    const error = thrownBy(() => rig.scenario.recordMetric(name, value as number, unit, input));
    expect(error.code).toBe('RECORD_INVALID');
    expect(rig.metrics).toEqual([]);
  });
});

describe('an issue', () => {
  test('is kept with what is known, bounded and redacted', () => {
    const { rig } = rigWithClock();
    const password = `${'pass'}word=${'swordfish'}`;
    rig.scenario.recordIssue({ severity: 'low', description: 'Slow start' });
    rig.scenario.recordIssue({
      severity: 'critical',
      description: `${password} ${'z'.repeat(20_000)}`,
      capability: 'second',
      issueType: 'leak',
      suggestedFix: password,
      reproducible: false,
    });
    expect(rig.issues).toMatchObject([
      {
        taskId: 'task-1',
        severity: 'low',
        capability: 'load',
        issueType: 'reported',
        description: 'Slow start',
        suggestedFix: null,
        reproducible: null,
        evidenceActivityId: null,
      },
      { severity: 'critical', capability: 'second', issueType: 'leak', reproducible: false },
    ]);
    expect(rig.issues[1]?.description.length).toBeLessThanOrEqual(10_000);
    expect(JSON.stringify(rig.issues)).not.toContain('swordfish');
  });

  test.each([
    ['a description', { severity: 'low', description: ' ' }],
    ['a known severity', { severity: 'urgent', description: 'x' }],
    ['a severity', { description: 'x' }],
    ['a capability with a name', { severity: 'low', description: 'x', capability: {} }],
    ['a fix that is a text', { severity: 'low', description: 'x', suggestedFix: 5 }],
  ])('needs %s', (_what, input) => {
    const { rig } = rigWithClock();
    const record = () => rig.scenario.recordIssue(input as Parameters<typeof rig.scenario.recordIssue>[0]);
    expect(thrownBy(record).code).toBe('RECORD_INVALID');
    expect(rig.issues).toEqual([]);
  });
});
