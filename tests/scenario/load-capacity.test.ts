import { describe, expect, test } from 'vitest';
import type { CapacityOptions } from '../../src/scenario/load.js';
import { createRandom } from '../../src/seeded-random.js';
import { rejectionOf } from '../support/thrown-by.js';
import { loadRig, queueingSystem } from './load-simulated-time.js';

describe('the search for the capacity', () => {
  test.each([
    [1, 10, 100],
    [4, 10, 400],
    [2, 7, 285.7],
  ])('finds that of %i workers who take %i ms', async (workers, serviceMs, capacity) => {
    const { time, load, rig } = loadRig();
    const result = await time.run(
      load.findCapacity({
        name: 'workers',
        startRatePerSecond: 30,
        maxRatePerSecond: 5_000,
        stepDurationMs: 4_000,
        thresholds: { p95Ms: 60 },
        precision: 0.02,
        settleMs: 60_000,
        iterate: queueingSystem(time, { workers, serviceMs }),
      }),
    );
    expect(result).toMatchObject({ verdict: 'found', reason: null, interrupted: false });
    const found = result.capacityPerSecond ?? 0;
    const bentAt = result.bentAtPerSecond ?? 0;
    // A queue needs some time to grow, so a little more than the capacity passes a step of four seconds.
    expect(found).toBeGreaterThan(capacity * 0.97);
    expect(found).toBeLessThan(capacity * 1.04);
    expect(bentAt).toBeGreaterThan(capacity);
    expect(bentAt - found).toBeLessThanOrEqual(0.02 * bentAt);
    expect(result.steps.slice(0, 2).map(({ ratePerSecond }) => ratePerSecond)).toEqual([30, 60]);
    for (const { ratePerSecond, outcome } of result.steps) {
      expect(outcome).toBe(ratePerSecond <= found ? 'sustained' : 'bent');
    }
    expect(rig.metrics.map(({ metricType, unit, value }) => [metricType, unit, value])).toEqual([
      ['capacity_per_second', 'starts/s', found],
    ]);
    expect(rig.metrics[0]?.context).toMatchObject({ load: 'workers', verdict: 'found', p95Ms: 60 });
    expect(rig.issues).toEqual([]);
  });

  test('finds that of a system with jitter under Poisson arrivals', async () => {
    const { time, load } = loadRig();
    const random = createRandom(9);
    const freeAtMs = [0, 0, 0, 0];
    const iterate = async () => {
      const worker = freeAtMs.indexOf(Math.min(...freeAtMs));
      freeAtMs[worker] = Math.max(time.clock.nowMs, freeAtMs[worker] ?? 0) + 5 + 10 * random();
      await time.pause((freeAtMs[worker] ?? 0) - time.clock.nowMs);
    };
    const result = await time.run(
      load.findCapacity({
        steps: [100, 200, 400, 800],
        stepDurationMs: 4_000,
        thresholds: { p95Ms: 60, successRate: 0.95 },
        arrivals: 'poisson',
        settleMs: 60_000,
        iterate,
      }),
    );
    expect(result.verdict).toBe('found');
    // Four workers with 10 ms in the mean serve 400 a second at most, and with random arrivals less within 60 ms.
    expect(result.capacityPerSecond).toBeGreaterThan(300);
    expect(result.capacityPerSecond).toBeLessThan(420);
  });

  test('bends where calls begin to fail', async () => {
    const { clock, time, load } = loadRig();
    let second = -1;
    let inSecond = 0;
    // Refuses what is more than 150 in a second.
    const iterate = () => {
      const now = Math.floor(clock.nowMs / 1_000);
      if (now !== second) inSecond = 0;
      second = now;
      if (++inSecond > 150) throw new Error('too many requests');
    };
    const result = await time.run(
      load.findCapacity({
        startRatePerSecond: 50,
        maxRatePerSecond: 1_000,
        stepDurationMs: 5_000,
        thresholds: { successRate: 0.99 },
        iterate,
      }),
    );
    expect(result.verdict).toBe('found');
    expect(result.capacityPerSecond).toBeGreaterThanOrEqual(143);
    expect(result.capacityPerSecond).toBeLessThan(156);
  });

  test('bends where the rate is not held', async () => {
    const { time, load } = loadRig();
    const result = await time.run(
      load.findCapacity({
        startRatePerSecond: 100,
        maxRatePerSecond: 1_000,
        stepDurationMs: 2_000,
        maxInFlight: 20,
        thresholds: { p95Ms: 1_000 },
        // Twenty in flight for 100 ms are 200 a second.
        iterate: () => time.pause(100),
      }),
    );
    expect(result.verdict).toBe('found');
    expect(result.capacityPerSecond).toBeGreaterThanOrEqual(190);
    expect(result.capacityPerSecond).toBeLessThanOrEqual(206);
    expect(result.steps.find(({ outcome }) => outcome === 'bent')?.load.verdict).toBe('not_reached');
  });

  test('says that it is at least the highest rate that was tried', async () => {
    const { time, load } = loadRig();
    const result = await time.run(
      load.findCapacity({
        startRatePerSecond: 100,
        factor: 3,
        maxRatePerSecond: 500,
        stepDurationMs: 1_000,
        thresholds: { p95Ms: 50 },
        iterate: () => time.pause(5),
      }),
    );
    expect(result.steps.map(({ ratePerSecond }) => ratePerSecond)).toEqual([100, 300, 500]);
    expect(result).toMatchObject({ verdict: 'at_least', capacityPerSecond: 500, bentAtPerSecond: null });
  });

  test('says that no rate is sustained', async () => {
    const { time, load, rig } = loadRig();
    const result = await time.run(
      load.findCapacity({
        startRatePerSecond: 400,
        maxRatePerSecond: 1_000,
        stepDurationMs: 1_000,
        thresholds: { p95Ms: 50 },
        stepsMax: 3,
        iterate: () => time.pause(80),
      }),
    );
    expect(result.steps.map(({ ratePerSecond }) => ratePerSecond)).toEqual([400, 200, 100]);
    expect(result).toMatchObject({ verdict: 'below_start', capacityPerSecond: null });
    expect(rig.issues.map(({ issueType }) => issueType)).toEqual(['capacity_below_start']);
    expect(rig.metrics).toEqual([]);
  });

  test('goes through steps with few calls and is content when those that decide have enough', async () => {
    const { time, load } = loadRig();
    const search = (stepDurationMs: number, serviceMs: number) => {
      const rig = loadRig();
      return rig.time.run(
        rig.load.findCapacity({
          startRatePerSecond: 10,
          maxRatePerSecond: 1_000,
          stepDurationMs,
          thresholds: { p95Ms: 60 },
          settleMs: 60_000,
          iterate: queueingSystem(rig.time, { workers: 1, serviceMs }),
        }),
      );
    };
    const enough = await search(4_000, 10);
    expect(enough.steps[0]?.outcome).toBe('inconclusive');
    expect(enough.verdict).toBe('found');
    const few = await search(500, 10);
    expect(few).toMatchObject({ verdict: 'inconclusive', capacityPerSecond: null });
    expect(few.reason).toContain('72 are needed');
    expect(time.clock.nowMs).toBe(1_000);
    expect(load).toBeDefined();
  });

  test('rests between steps and numbers its iterations on', async () => {
    const { clock, time, load } = loadRig();
    const iterations: number[] = [];
    await time.run(
      load.findCapacity({
        steps: [100, 200],
        stepDurationMs: 1_000,
        restMs: 250,
        thresholds: { p95Ms: 50 },
        iterate: (iteration) => iterations.push(iteration),
      }),
    );
    expect(iterations).toEqual(Array.from({ length: 300 }, (_, index) => index));
    expect(clock.nowMs).toBe(3_250);
  });

  test('is not known when it was stopped', async () => {
    const { time, load, controller } = loadRig();
    const result = await time.run(
      load.findCapacity({
        startRatePerSecond: 100,
        maxRatePerSecond: 1_000,
        stepDurationMs: 1_000,
        thresholds: { p95Ms: 50 },
        iterate: (iteration) => {
          if (iteration === 150) controller.abort();
        },
      }),
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', capacityPerSecond: null, interrupted: true });
    expect(result.steps).toHaveLength(2);
  });

  test.each([
    [{ thresholds: {} }, 'load.findCapacity() needs a threshold of time or success'],
    [{ thresholds: { achievedShare: 1 } }, 'load.findCapacity() needs a threshold of time or success'],
    [{ thresholds: undefined }, 'load.findCapacity() takes an object of options'],
    [{ steps: [5] }, 'load.findCapacity() needs "startRatePerSecond" or "steps": one of them, and not both.'],
    [{ startRatePerSecond: undefined }, 'load.findCapacity() needs "startRatePerSecond" or "steps"'],
    [{ startRatePerSecond: undefined, steps: [5, 5] }, 'needs "steps" to be a number above 5'],
    [{ startRatePerSecond: undefined, steps: [] }, 'needs at least one rate in "steps".'],
    [{ startRatePerSecond: 500 }, 'needs "startRatePerSecond" to be a number above 0 and of at most 100'],
    [{ maxRatePerSecond: undefined }, 'needs "maxRatePerSecond" to be a number above 0'],
    [{ factor: 1 }, 'needs "factor" to be a number above 1'],
    [{ precision: 0 }, 'needs "precision" to be a number of at least 0.001'],
    [{ stepDurationMs: 0 }, 'needs "stepDurationMs" to be a number above 0'],
  ])('refuses %j', async (changed, message) => {
    const { load } = loadRig();
    const sound = {
      startRatePerSecond: 10,
      maxRatePerSecond: 100,
      stepDurationMs: 100,
      thresholds: { p95Ms: 5 },
    };
    const options = { ...sound, iterate: () => {}, ...changed } as unknown as CapacityOptions;
    const error = await rejectionOf(load.findCapacity(options));
    expect(error.code).toBe('ENGINE_INVALID');
    expect(error.message).toContain(message);
  });
});
