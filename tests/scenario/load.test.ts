import { describe, expect, test } from 'vitest';
import { LoadEngine } from '../../src/scenario/load.js';
import { engineRig } from '../support/engine-rig.js';
import { rejectionOf } from '../support/thrown-by.js';
import { loadRig } from './load-simulated-time.js';

describe('a closed load', () => {
  test('runs every iteration exactly once, spread over the users', async () => {
    const { context } = engineRig();
    const iterations: number[] = [];
    const users = new Set<number>();
    const result = await new LoadEngine(context).closed({
      users: 4,
      iterations: 25,
      iterate: async (iteration, user) => {
        iterations.push(iteration);
        users.add(user);
        await Promise.resolve();
      },
    });
    expect(iterations.sort((left, right) => left - right)).toEqual(
      Array.from({ length: 25 }, (_, index) => index),
    );
    expect([...users].sort()).toEqual([0, 1, 2, 3]);
    expect(result).toMatchObject({ iterations: 25, failures: [], interrupted: false });
  });

  test('lets its users work side by side, never more than there are', async () => {
    const { context } = engineRig();
    let active = 0;
    let most = 0;
    await new LoadEngine(context).closed({
      users: 3,
      iterations: 12,
      iterate: async () => {
        active++;
        most = Math.max(most, active);
        await new Promise<void>((resolve) => setImmediate(resolve));
        active--;
      },
    });
    expect(most).toBe(3);
  });

  test('leaves users idle for which there is no iteration', async () => {
    const { context } = engineRig();
    const users: number[] = [];
    await new LoadEngine(context).closed({
      users: 5,
      iterations: 2,
      iterate: (_iteration, user) => users.push(user),
    });
    expect(users).toHaveLength(2);
  });

  test('counts failing iterations and goes on', async () => {
    const { context } = engineRig();
    const result = await new LoadEngine(context).closed({
      users: 1,
      iterations: 4,
      iterate: (iteration) => {
        if (iteration === 1) throw new Error('sync');
        if (iteration === 2) return Promise.reject('async');
        return iteration;
      },
    });
    expect(result).toMatchObject({
      iterations: 4,
      failures: [
        { iteration: 1, message: 'sync' },
        { iteration: 2, message: 'async' },
      ],
    });
  });

  test('measures times and throughput, and keeps them as metrics', async () => {
    const { clock, time, load, rig, metricValues } = loadRig();
    const result = await load.closed({
      users: 1,
      iterations: 20,
      name: 'checkout',
      iterate: (iteration) => {
        clock.advance(iteration + 1);
        time.usedCpuMs += 12.5;
      },
    });
    expect(result).toMatchObject({
      iterations: 20,
      failures: [],
      failureCount: 0,
      durationMs: 210,
      throughputPerSecond: (20 / 210) * 1_000,
      meanMs: 10.5,
      medianMs: 10,
      p95Ms: 19,
      p99Ms: 20,
      maxMs: 20,
      successRate: 1,
      p95: { valueMs: 19, count: 20, countNeeded: 72 },
      p99: { valueMs: 20, count: 20, countNeeded: 368 },
      inFlightMax: 1,
      unsettled: 0,
      cpuSeconds: 0.25,
      iterationsPerCpuSecond: 80,
      corrected: null,
      interrupted: false,
    });
    expect(metricValues()).toEqual([
      ['throughput', result.throughputPerSecond],
      ['response_time_mean', 10.5],
      ['response_time_p95', 19],
      ['response_time_p99', 20],
      ['resource_efficiency', 80],
    ]);
    expect(rig.metrics[0]?.context).toEqual({ load: 'checkout', users: 1, iterations: 20 });
  });

  test('ends early and says so when it is interrupted', async () => {
    const { context, controller } = engineRig();
    const result = await new LoadEngine(context).closed({
      users: 1,
      iterations: 10,
      iterate: (iteration) => {
        if (iteration === 2) controller.abort();
      },
    });
    expect(result).toMatchObject({ iterations: 3, interrupted: true });
  });

  test.each([
    [
      { users: 0, iterations: 1 },
      'load.closed() needs "users" to be a whole number of at least 1; it was given 0.',
    ],
    [
      { users: 1, iterations: 1.5 },
      'load.closed() needs "iterations" to be a whole number of at least 1; it was given 1.5.',
    ],
    [
      { users: Number.NaN, iterations: 1 },
      'load.closed() needs "users" to be a whole number of at least 1; it was given NaN.',
    ],
    [
      { users: 1, durationMs: 0 },
      'load.closed() needs "durationMs" to be a number above 0 and of at most 2147483647; it was given 0.',
    ],
    [
      { users: 1, thinkTimeMs: -1 },
      'load.closed() needs "thinkTimeMs" to be a number of at least 0 and of at most 2147483647; it was given -1.',
    ],
    [
      { users: 1, intendedIntervalMs: 0 },
      'load.closed() needs "intendedIntervalMs" to be a number above 0 and of at most 2147483647; it was given 0.',
    ],
    [
      { users: 1, name: ' ' },
      'load.closed() needs "name" to be a text that is not empty; it was given string.',
    ],
    [{ users: 1, iteration: 5 }, 'load.closed() has no option "iteration". Did you mean "iterations"?'],
  ])('refuses %j', async (options, message) => {
    const { context } = engineRig();
    const error = await rejectionOf(new LoadEngine(context).closed({ ...options, iterate: () => {} }));
    expect(error.code).toBe('ENGINE_INVALID');
    expect(error.message).toBe(message);
  });
});
