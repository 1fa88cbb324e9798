import { describe, expect, test } from 'vitest';
import { LoadEngine } from '../../src/scenario/load.js';
import { engineRig } from '../support/engine-rig.js';
import { rejectionOf } from '../support/thrown-by.js';

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
    const { clock, context, rig, metricValues } = engineRig();
    const result = await new LoadEngine(context).closed({
      users: 1,
      iterations: 20,
      name: 'checkout',
      iterate: (iteration) => clock.advance(iteration + 1),
    });
    expect(result).toEqual({
      iterations: 20,
      failures: [],
      durationMs: 210,
      throughputPerSecond: (20 / 210) * 1_000,
      meanMs: 10.5,
      medianMs: 10,
      p95Ms: 19,
      maxMs: 20,
      interrupted: false,
    });
    expect(metricValues()).toEqual([
      ['throughput', result.throughputPerSecond],
      ['response_time_mean', 10.5],
      ['response_time_p95', 19],
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
    [{ users: 0, iterations: 1 }, 'load.closed({ users: 0 }) needs a whole number above 0.'],
    [{ users: 1, iterations: 1.5 }, 'load.closed({ iterations: 1.5 }) needs a whole number above 0.'],
    [{ users: Number.NaN, iterations: 1 }, 'load.closed({ users: NaN }) needs a whole number above 0.'],
  ])('refuses %j', async (counts, message) => {
    const { context } = engineRig();
    const error = await rejectionOf(new LoadEngine(context).closed({ ...counts, iterate: () => {} }));
    expect(error.code).toBe('ENGINE_INVALID');
    expect(error.message).toBe(message);
  });
});
