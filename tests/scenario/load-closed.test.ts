import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { ExactLatencies, percentileMs } from '../../src/latency-distribution.js';
import { CorrectedLatencies } from '../../src/scenario/load/corrected-latencies.js';
import { LatencyTally } from '../../src/scenario/load/latency-tally.js';
import { LoadEngine } from '../../src/scenario/load.js';
import { createRandom } from '../../src/seeded-random.js';
import { engineRig } from '../support/engine-rig.js';
import { loadRig } from './load-simulated-time.js';

describe('users who wait', () => {
  test('work until the time is over and end the iteration they are in', async () => {
    const { clock, time, load } = loadRig();
    const result = await time.run(load.closed({ users: 2, durationMs: 95, iterate: () => time.pause(10) }));
    expect(result).toMatchObject({ iterations: 20, durationMs: 100, throughputPerSecond: 200, unsettled: 0 });
    expect(clock.nowMs).toBe(1_100);
  });

  test('work for the duration of the session when nothing else is said', async () => {
    const { time, load } = loadRig({ durationMs: 50 });
    const result = await time.run(load.closed({ users: 1, iterate: () => time.pause(10) }));
    expect(result.iterations).toBe(5);
  });

  test('begin one after the other and think between iterations', async () => {
    const { clock, time, load } = loadRig();
    const begins: [number, number][] = [];
    await time.run(
      load.closed({
        users: 3,
        durationMs: 100,
        rampUpMs: 30,
        thinkTimeMs: 40,
        iterate: (_iteration, user) => {
          begins.push([clock.nowMs - 1_000, user]);
          return time.pause(10);
        },
      }),
    );
    expect(begins).toEqual([
      [0, 0],
      [10, 1],
      [20, 2],
      [50, 0],
      [60, 1],
      [70, 2],
    ]);
  });

  test('warm up without being measured', async () => {
    const { clock, time, load } = loadRig();
    const iterations: number[] = [];
    const result = await time.run(
      load.closed({
        users: 1,
        iterations: 3,
        warmUpIterations: 2,
        iterate: (iteration) => {
          iterations.push(iteration);
          clock.advance(iteration < 2 ? 500 : 10);
          if (iteration === 0) throw new Error('cold');
        },
      }),
    );
    expect(iterations).toEqual([0, 1, 2, 3, 4]);
    expect(result).toMatchObject({ iterations: 3, failureCount: 0, maxMs: 10, durationMs: 30 });
    expect(result.warmUp).toEqual({ iterations: 2, failureCount: 1 });
  });

  test('see their latencies beside those of users who would not have waited', async () => {
    const { clock, load, rig } = loadRig();
    // One stall of a second in which a user who asks every 10 ms would have asked 99 times more.
    const result = await load.closed({
      users: 1,
      iterations: 100,
      intendedIntervalMs: 10,
      iterate: (iteration) => clock.advance(iteration === 50 ? 1_000 : 1),
    });
    expect(result).toMatchObject({ iterations: 100, p95Ms: 1, p99Ms: 1, maxMs: 1_000 });
    expect(result.corrected).toMatchObject({ intendedIntervalMs: 10, latency: { count: 199 } });
    expect(result.corrected?.p95Ms).toBeCloseTo(910, 6);
    expect(result.corrected?.p99Ms).toBeCloseTo(990, 6);
    const corrected = rig.metrics.find(({ metricType }) => metricType === 'response_time_p99_corrected');
    expect(corrected?.context).toMatchObject({ load: 'load', intendedIntervalMs: 10 });
  });

  test('are given up when they do not come back after a stop', async () => {
    const { clock, time, load, controller } = loadRig();
    const iterate = (iteration: number) => {
      if (iteration === 3) controller.abort();
      return iteration === 2 ? new Promise(() => {}) : time.pause(5);
    };
    const result = await time.run(load.closed({ users: 2, iterations: 100, settleMs: 70, iterate }));
    expect(result).toMatchObject({ iterations: 3, unsettled: 1, interrupted: true, successRate: 0.75 });
    expect(result.latency.count).toBe(4);
    expect(result.maxMs).toBe(70);
    expect(clock.nowMs).toBe(1_075);
  });

  test('are waited for until the settle time when the duration is over', async () => {
    const { clock, time, load } = loadRig();
    const result = await time.run(
      load.closed({ users: 1, durationMs: 100, settleMs: 30, iterate: () => new Promise(() => {}) }),
    );
    expect(result).toMatchObject({
      iterations: 0,
      unsettled: 1,
      successRate: 0,
      maxMs: 130,
      interrupted: false,
    });
    expect(clock.nowMs).toBe(1_130);
  });

  test('record no times when there are none', async () => {
    const { load, controller, metricValues } = loadRig();
    controller.abort();
    const result = await load.closed({ users: 2, iterations: 5, iterate: () => {} });
    expect(result).toMatchObject({
      iterations: 0,
      successRate: null,
      successInterval: null,
      interrupted: true,
    });
    expect(metricValues()).toEqual([['throughput', 0]]);
  });

  test('leave timers their turn when they never wait', async () => {
    const { context, controller } = engineRig();
    setTimeout(() => controller.abort(), 1);
    const result = await new LoadEngine({ ...context, clock: systemClock }).closed({
      users: 2,
      iterations: Number.MAX_SAFE_INTEGER,
      iterate: () => {},
    });
    expect(result.interrupted).toBe(true);
  });

  test('can be many on one signal without a warning of a leak', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { context } = engineRig();
    await new LoadEngine(context).closed({ users: 50, iterations: 100, thinkTimeMs: 1, iterate: () => {} });
    await new Promise((turn) => setImmediate(turn));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

describe('failures', () => {
  test('are kept up to a hundred and counted by message', async () => {
    const { load } = loadRig();
    const result = await load.closed({
      users: 1,
      iterations: 350,
      iterate: (iteration) => {
        if (iteration < 250) throw new Error(iteration % 5 === 0 ? 'full' : 'gone');
      },
    });
    expect(result.failures).toHaveLength(100);
    expect(result.failureCount).toBe(250);
    expect(result.failuresByMessage).toEqual([
      { message: 'gone', count: 200 },
      { message: 'full', count: 50 },
    ]);
    expect(result.successRate).toBeCloseTo(100 / 350);
    expect(result.successInterval?.low).toBeCloseTo(0.2409, 4);
  });

  test('with ever new messages are counted together after the first hundred', async () => {
    const { load } = loadRig();
    const result = await load.closed({
      users: 1,
      iterations: 300,
      iterate: (iteration) => Promise.reject(`id ${iteration}`),
    });
    expect(result.failuresByMessage).toHaveLength(101);
    expect(result.failuresByMessage[0]).toEqual({ message: '(other messages)', count: 200 });
  });

  test('are what a thenable says that cannot be read', async () => {
    const { load } = loadRig();
    const hostile = Object.defineProperty({}, 'then', {
      get: () => {
        throw new Error('no then');
      },
    });
    const result = await load.closed({ users: 1, iterations: 1, iterate: () => hostile });
    expect(result.failures).toEqual([{ iteration: 0, message: 'no then' }]);
  });
});

describe('latencies of a load', () => {
  test('are exact while few and within 0.3 % when many', () => {
    const random = createRandom(7);
    const values = Array.from({ length: 30_000 }, () => 1 + 100 * random() ** 3);
    const tally = new LatencyTally();
    for (const value of values.slice(0, 10_000)) tally.record(value);
    const few = new ExactLatencies(values.slice(0, 10_000));
    expect(percentileMs(tally.distribution(), 0.95)).toBe(percentileMs(few, 0.95));
    for (const value of values.slice(10_000)) tally.record(value);
    const all = new ExactLatencies(values);
    for (const share of [0.01, 0.5, 0.95, 0.99]) {
      const ratio = percentileMs(tally.distribution(), share) / percentileMs(all, share);
      expect(Math.abs(ratio - 1)).toBeLessThan(0.003);
    }
    expect(tally.distribution([1, 2]).count).toBe(30_002);
    expect(tally.maxMs).toBe(Math.max(...values));
  });

  test('are corrected as HdrHistogram corrects them', () => {
    const random = createRandom(11);
    const raw = Array.from({ length: 400 }, () => 30 * random() ** 4);
    const intervalMs = 2.5;
    const expected: number[] = [];
    for (const value of raw) {
      expected.push(value);
      for (let missing = value - intervalMs; missing >= intervalMs; missing -= intervalMs)
        expected.push(missing);
    }
    expected.sort((left, right) => left - right);
    const corrected = new CorrectedLatencies(new ExactLatencies(raw), intervalMs);
    expect(corrected.count).toBe(expected.length);
    expect(expected.length).toBeGreaterThan(raw.length);
    expect(corrected.meanMs).toBeCloseTo(
      expected.reduce((sum, value) => sum + value, 0) / expected.length,
      9,
    );
    expected.forEach((value, index) => {
      expect(corrected.atRank(index + 1)).toBeCloseTo(value, 5);
    });
    for (const limit of [0, 1, 5, 12.3, 40]) {
      expect(corrected.countUpTo(limit)).toBe(expected.filter((value) => value <= limit).length);
    }
  });

  test('that are all shorter than the interval stay as they are', () => {
    const corrected = new CorrectedLatencies(new ExactLatencies([1, 2, 3]), 10);
    expect([corrected.count, corrected.atRank(1), corrected.atRank(3), corrected.atRank(4)]).toEqual([
      3, 1, 3, 0,
    ]);
    expect(new CorrectedLatencies(new ExactLatencies([]), 10)).toMatchObject({ count: 0, meanMs: 0 });
  });
});
