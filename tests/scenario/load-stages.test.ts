import { describe, expect, test } from 'vitest';
import type { LoadStage } from '../../src/scenario/load.js';
import { rejectionOf } from '../support/thrown-by.js';
import { loadRig, queueingSystem } from './load-simulated-time.js';

describe('a load in stages', () => {
  test('goes up a ramp, stays and goes down without a pause', async () => {
    const { clock, time, load } = loadRig();
    const starts: number[] = [];
    const stagesSeen = new Set<number>();
    const result = await time.run(
      load.stages(
        [
          { name: 'up', durationMs: 1_000, from: 0, ratePerSecond: 100 },
          { name: 'stay', durationMs: 1_000, ratePerSecond: 100 },
          { durationMs: 1_000, from: 100, ratePerSecond: 0 },
        ],
        {
          iterate: (iteration, stage) => {
            expect(iteration).toBe(starts.length);
            starts.push(clock.nowMs - 1_000);
            stagesSeen.add(stage);
            return time.pause(300);
          },
        },
      ),
    );
    expect([...stagesSeen]).toEqual([0, 1, 2]);
    const shown = result.stages.map(({ name, model, verdict, figures }) => [
      name,
      model,
      verdict,
      figures.iterations,
    ]);
    expect(shown).toEqual([
      ['up', 'open', null, 50],
      ['stay', 'open', null, 100],
      ['stage 3', 'open', null, 50],
    ]);
    const within = (from: number, to: number) => starts.filter((start) => start >= from && start < to).length;
    expect([within(0, 500), within(500, 1_000), within(1_000, 1_500), within(2_500, 3_000)]).toEqual([
      13, 37, 50, 12,
    ]);
    expect(result).toMatchObject({ abortedAt: null, verdict: null, interrupted: false });
  });

  test('counts a call in the stage in which it was to start', async () => {
    const { time, load } = loadRig();
    const result = await time.run(
      load.stages(
        [
          { durationMs: 100, ratePerSecond: 100 },
          { durationMs: 100, ratePerSecond: 50 },
        ],
        { iterate: (_iteration, stage) => time.pause(stage === 0 ? 500 : 10) },
      ),
    );
    expect(result.stages.map(({ figures }) => [figures.iterations, figures.medianMs])).toEqual([
      [10, 500],
      [5, 10],
    ]);
  });

  test('tells which stage breaks its thresholds, and goes on', async () => {
    const { time, load, rig } = loadRig();
    // Serves 100 a second.
    const iterate = queueingSystem(time, { workers: 1, serviceMs: 10 });
    const thresholds = { p95Ms: 50, successRate: 0.9, achievedShare: 0.99 };
    const result = await time.run(
      load.stages(
        [
          { name: 'calm', durationMs: 2_000, ratePerSecond: 50, thresholds },
          { name: 'rush', durationMs: 2_000, ratePerSecond: 200, thresholds },
          { name: 'after', durationMs: 4_000, ratePerSecond: 50 },
        ],
        { name: 'shop', iterate },
      ),
    );
    expect(result.stages.map(({ verdict }) => verdict)).toEqual(['met', 'broken', null]);
    expect(result.stages[1]?.thresholds.map(({ threshold, verdict }) => [threshold, verdict])).toEqual([
      ['p95Ms', 'broken'],
      ['successRate', 'met'],
      ['achievedShare', 'met'],
    ]);
    expect(result).toMatchObject({ verdict: 'broken', abortedAt: null });
    expect(rig.issues.map(({ issueType, severity }) => [issueType, severity])).toEqual([
      ['load_threshold_broken', 'high'],
    ]);
    expect(rig.issues[0]?.description).toMatch(
      /^"shop, rush" was to keep p95Ms within 50\.0 ms; it was 1905\.0 ms \(n = 400, 95 % interval /,
    );
    const efficiency = rig.metrics.filter(({ metricType }) => metricType === 'achieved_rate');
    expect(efficiency.map(({ context, value }) => [context.load, context.stage, value])).toEqual([
      ['shop', 'calm', 50],
      ['shop', 'rush', 200],
      ['shop', 'after', 50],
    ]);
  });

  test('ends after a stage that is clearly broken when asked to, calls in flight counted as far as they got', async () => {
    const { time, load } = loadRig();
    const thresholds = { p95Ms: 50 };
    let settled = 0;
    const iterate = async () => {
      await time.pause(3_000);
      settled++;
    };
    const result = await time.run(
      load.stages(
        [
          { name: 'first', durationMs: 1_000, ratePerSecond: 100, thresholds },
          { name: 'second', durationMs: 1_000, ratePerSecond: 100, thresholds },
        ],
        { iterate, abortOnBreach: true },
      ),
    );
    expect(result).toMatchObject({ abortedAt: 'first', verdict: 'broken', interrupted: false });
    expect(result.stages).toHaveLength(1);
    expect(settled).toBe(100);
  });

  test('goes on when calls in flight may yet be quick enough', async () => {
    const { time, load } = loadRig();
    const stages: LoadStage[] = [
      { durationMs: 1_000, ratePerSecond: 100, thresholds: { p95Ms: 400 } },
      { durationMs: 1_000, ratePerSecond: 100 },
    ];
    const result = await time.run(
      load.stages(stages, { iterate: () => time.pause(390), abortOnBreach: true }),
    );
    expect(result).toMatchObject({ abortedAt: null, verdict: 'met' });
    expect(result.stages).toHaveLength(2);
  });

  test('can have stages of users', async () => {
    const { time, load } = loadRig();
    const result = await time.run(
      load.stages(
        [
          { name: 'few', durationMs: 1_000, users: 2, thresholds: { medianMs: 20 } },
          { name: 'many', durationMs: 1_000, users: 8, thresholds: { medianMs: 20 } },
        ],
        { iterate: queueingSystem(time, { workers: 2, serviceMs: 10 }) },
      ),
    );
    expect(result.stages.map(({ model, verdict, figures }) => [model, verdict, figures.medianMs])).toEqual([
      ['closed', 'met', 10],
      ['closed', 'broken', 40],
    ]);
    expect(result.stages[0]).toMatchObject({ users: 2, figures: { iterations: 200, inFlightMax: 2 } });
    expect(result.stages[1]).toMatchObject({
      users: 8,
      figures: { inFlightMax: 8, throughputPerSecond: 200 },
    });
  });

  test('says when a rate was not reached', async () => {
    const { time, load, rig } = loadRig();
    const stages = [{ durationMs: 1_000, ratePerSecond: 100, thresholds: { achievedShare: 0.5 } }];
    const result = await time.run(
      load.stages(stages, { name: 'jam', maxInFlight: 5, iterate: () => time.pause(10_000), settleMs: 100 }),
    );
    expect(result.stages[0]).toMatchObject({
      verdict: 'broken',
      figures: { unsettled: 5, droppedStarts: 95 },
    });
    expect(rig.issues.map(({ issueType }) => issueType)).toEqual([
      'load_not_reached',
      'load_threshold_broken',
    ]);
  });

  test('has no verdict where there are too few calls, and says so', async () => {
    const { time, load, rig } = loadRig();
    const stages = [{ durationMs: 1_000, ratePerSecond: 20, thresholds: { p95Ms: 1_000 } }];
    const result = await time.run(load.stages(stages, { iterate: () => {} }));
    expect(result.verdict).toBe('inconclusive');
    expect(rig.issues).toHaveLength(1);
    expect(rig.issues[0]).toMatchObject({
      severity: 'info',
      issueType: 'insufficient_data',
      suggestedFix: 'Let the load make at least 72 calls.',
    });
  });

  test('ends early when it is stopped, and then meets nothing', async () => {
    const { time, load, controller } = loadRig();
    const thresholds = { p95Ms: 100 };
    const stage = { durationMs: 1_000, ratePerSecond: 200, thresholds };
    const result = await time.run(
      load.stages([stage, stage, stage], {
        iterate: (iteration) => {
          if (iteration === 300) controller.abort();
        },
      }),
    );
    expect(result.stages.map(({ verdict }) => verdict)).toEqual(['met', 'inconclusive']);
    expect(result).toMatchObject({ interrupted: true, verdict: 'inconclusive', abortedAt: null });
  });

  test.each([
    [[], 'load.stages() needs at least one stage.'],
    [{}, 'load.stages() needs "stages" to be an array; it was given object.'],
    [
      [{ durationMs: 10 }],
      'stage 1 of load.stages() needs "ratePerSecond" or "users": one of them, and not both.',
    ],
    [
      [{ durationMs: 10, ratePerSecond: 5, users: 2 }],
      'stage 1 of load.stages() needs "ratePerSecond" or "users": one of them, and not both.',
    ],
    [
      [
        { durationMs: 10, ratePerSecond: 1 },
        { durationMs: 10, ratePerSecond: 0 },
      ],
      'stage 2 of load.stages() needs "ratePerSecond" to be a number above 0',
    ],
    [
      [{ durationMs: 10, users: 1, from: 5 }],
      'stage 1 of load.stages() has users, who have no rate: leave out "from".',
    ],
    [
      [{ durationMs: 10, users: 1, thresholds: { achievedShare: 1 } }],
      'stage 1 of load.stages() has users, who have no rate: leave out "achievedShare".',
    ],
    [
      [{ durationMs: 10, ratePerSecond: 1, thresholds: { p95: 5 } }],
      'stage 1 of load.stages() has no option "p95". Did you mean "p95Ms"?',
    ],
    [
      [{ durationMs: 10, ratePerSecond: 1, thresholds: { successRate: 99 } }],
      'stage 1 of load.stages() needs "successRate" to be a number above 0 and of at most 1; it was given 99.',
    ],
  ])('refuses %j', async (stages, message) => {
    const { load } = loadRig();
    const error = await rejectionOf(load.stages(stages as unknown as LoadStage[], { iterate: () => {} }));
    expect(error.code).toBe('ENGINE_INVALID');
    expect(error.message).toContain(message);
  });
});
