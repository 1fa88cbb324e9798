import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { percentileMs } from '../../src/latency-distribution.js';
import { planArrivals } from '../../src/scenario/load/arrivals.js';
import { LoadEngine } from '../../src/scenario/load.js';
import { createRandom } from '../../src/seeded-random.js';
import { engineRig } from '../support/engine-rig.js';
import { rejectionOf } from '../support/thrown-by.js';
import { loadRig } from './load-simulated-time.js';

describe('an open load', () => {
  test('starts at the intended times however long the calls take', async () => {
    const { clock, time, load } = loadRig();
    const starts: number[] = [];
    const result = await time.run(
      load.open({
        ratePerSecond: 100,
        durationMs: 1_000,
        iterate: () => {
          starts.push(clock.nowMs - 1_000);
          return time.pause(700);
        },
      }),
    );
    expect(starts).toEqual(Array.from({ length: 100 }, (_, index) => index * 10));
    expect(result).toMatchObject({
      ratePerSecond: 100,
      intendedStarts: 100,
      iterations: 100,
      intendedRatePerSecond: 100,
      achievedRatePerSecond: 100,
      achievedShare: 1,
      held: true,
      verdict: 'reached',
      reason: null,
      droppedStarts: 0,
      inFlightMax: 70,
      medianMs: 700,
      startDelay: { meanMs: 0, p99Ms: 0, maxMs: 0 },
    });
  });

  test('measures from the intended start when the process was busy', async () => {
    const { clock, time, load, rig } = loadRig();
    // The third call keeps the process from everything else for 100 ms, so that ten starts come late.
    const result = await time.run(
      load.open({
        ratePerSecond: 100,
        durationMs: 500,
        iterate: (iteration) => clock.advance(iteration === 2 ? 100 : 0),
      }),
    );
    expect(result).toMatchObject({ iterations: 50, held: true, maxMs: 100, startDelay: { maxMs: 90 } });
    expect(Array.from({ length: 10 }, (_, index) => result.latency.atRank(50 - index))).toEqual([
      100, 90, 80, 70, 60, 50, 40, 30, 20, 10,
    ]);
    expect(percentileMs(result.serviceTime, 0.95)).toBe(0);
    expect(rig.issues).toEqual([]);
  });

  test('drops and counts what is due while too many calls are in flight, and says so', async () => {
    const { time, load, rig, metricValues } = loadRig();
    const result = await time.run(
      load.open({
        name: 'search',
        ratePerSecond: 100,
        durationMs: 1_000,
        maxInFlight: 10,
        iterate: () => time.pause(399),
      }),
    );
    expect(result).toMatchObject({ intendedStarts: 100, iterations: 30, droppedStarts: 70, inFlightMax: 10 });
    expect(result).toMatchObject({ held: false, verdict: 'not_reached', achievedRatePerSecond: 30 });
    expect(rig.issues).toHaveLength(1);
    expect(rig.issues[0]).toMatchObject({ issueType: 'load_not_reached', severity: 'high' });
    expect(rig.issues[0]?.description).toBe(
      'The load "search" was to start 100/s and started 30.0/s (30.0 %). 70 of 100 starts found 10 calls in flight and were dropped.',
    );
    const metrics = Object.fromEntries(metricValues());
    expect(metrics).toMatchObject({
      intended_rate: 100,
      achieved_rate: 30,
      dropped_starts: 70,
      start_delay_p99: 0,
      response_time_p99: 399,
    });
    expect(rig.metrics.every(({ context }) => context.load === 'search')).toBe(true);
  });

  test('gives up what is still due long after its time and says so', async () => {
    const { clock, time, load, rig } = loadRig();
    const result = await time.run(
      load.open({ ratePerSecond: 100, durationMs: 1_000, settleMs: 500, iterate: () => clock.advance(50) }),
    );
    expect(result.verdict).toBe('not_reached');
    expect(result.iterations + result.droppedStarts).toBe(100);
    expect(result.droppedStarts).toBeGreaterThan(0);
    expect(result.reason).toMatch(
      /starts were still due when the time was over; starts were up to \d+ ms late/,
    );
    expect(rig.issues.map(({ issueType }) => issueType)).toEqual(['load_not_reached']);
  });

  test('waits for calls in flight and counts those that never settle', async () => {
    const { clock, time, load } = loadRig();
    const result = await time.run(
      load.open({
        ratePerSecond: 10,
        durationMs: 1_000,
        settleMs: 300,
        iterate: (iteration) => (iteration === 4 ? new Promise(() => {}) : time.pause(250)),
      }),
    );
    expect(result).toMatchObject({
      iterations: 9,
      unsettled: 1,
      successRate: 0.9,
      maxMs: 900,
      verdict: 'reached',
    });
    expect(clock.nowMs).toBe(2_300);
  });

  test('ends early when it is stopped, and then has no verdict', async () => {
    const { time, load, controller, rig } = loadRig();
    const result = await time.run(
      load.open({
        ratePerSecond: 100,
        durationMs: 60_000,
        iterate: (iteration) => {
          if (iteration === 20) controller.abort();
          return time.pause(30);
        },
      }),
    );
    expect(result).toMatchObject({
      iterations: 21,
      interrupted: true,
      verdict: 'inconclusive',
      unsettled: 0,
    });
    expect(rig.issues).toEqual([]);
  });

  test('goes on when calls fail', async () => {
    const { time, load } = loadRig();
    const result = await time.run(
      load.open({
        ratePerSecond: 100,
        durationMs: 100,
        iterate: (iteration) => {
          if (iteration % 2 === 0) throw new Error('refused');
          return Promise.reject(new Error('reset'));
        },
      }),
    );
    expect(result).toMatchObject({ iterations: 10, failureCount: 10, successRate: 0, held: true });
    expect(result.failuresByMessage.map(({ count }) => count)).toEqual([5, 5]);
  });

  test('lets a short and rare load be reached', async () => {
    const { time, load } = loadRig();
    const result = await time.run(load.open({ ratePerSecond: 0.5, durationMs: 1_000, iterate: () => {} }));
    expect(result).toMatchObject({ intendedStarts: 1, iterations: 1, verdict: 'reached' });
  });

  test('makes every start of a second in real time, in order, while a stalled system answers none', async () => {
    const { context } = engineRig();
    const load = new LoadEngine({ ...context, clock: systemClock });
    const answers: (() => void)[] = [];
    const seen: number[] = [];
    const result = await load.open({
      ratePerSecond: 500,
      durationMs: 400,
      settleMs: 60_000,
      iterate: (iteration) => {
        seen.push(iteration);
        // Nothing is answered before the last start.
        return new Promise<void>((settle) => {
          answers.push(settle);
          if (iteration === 199) for (const answer of answers) answer();
        });
      },
    });
    expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(result).toMatchObject({ intendedStarts: 200, iterations: 200, inFlightMax: 200, unsettled: 0 });
    expect(result.startDelay.maxMs).toBeGreaterThanOrEqual(0);
    // The first call waited for the last start, which was intended 398 ms later.
    expect(result.maxMs).toBeGreaterThanOrEqual(398);
  });

  test('lets sockets and timers have their turn though it is late all the time', async () => {
    const { context } = engineRig();
    const turnsBefore: number[] = [];
    let turns = 0;
    const turn = () => {
      turns++;
      pending = setImmediate(turn);
    };
    let pending = setImmediate(turn);
    // Every start takes as long as three starts are apart.
    const iterate = () => {
      turnsBefore.push(turns);
      const endMs = performance.now() + 3;
      while (performance.now() < endMs);
    };
    const load = new LoadEngine({ ...context, clock: systemClock });
    await load.open({ ratePerSecond: 1_000, durationMs: 20, iterate });
    clearImmediate(pending);
    expect(turnsBefore).toHaveLength(20);
    expect(turnsBefore.at(-1)).toBeGreaterThan(turnsBefore[0] ?? 0);
  });

  test.each([
    [{ ratePerSecond: 0 }, '"ratePerSecond" to be a number above 0 and of at most 1000000; it was given 0.'],
    [
      { ratePerSecond: '5' },
      '"ratePerSecond" to be a number above 0 and of at most 1000000; it was given 5.',
    ],
    [{ durationMs: Number.POSITIVE_INFINITY }, '"durationMs" to be a number above 0'],
    [{ arrivals: 'random' }, '"arrivals" to be "even" or "poisson"; it was given "random".'],
    [{ maxInFlight: 0 }, '"maxInFlight" to be a whole number of at least 1; it was given 0.'],
    [{ settleMs: -1 }, '"settleMs" to be a number of at least 0'],
    [{ iterate: 5 }, '"iterate" to be a function; it was given 5.'],
  ])('refuses %j', async (changed, message) => {
    const { load } = loadRig();
    const options = { ratePerSecond: 10, durationMs: 100, iterate: () => {}, ...changed };
    const error = await rejectionOf(load.open(options as Parameters<LoadEngine['open']>[0]));
    expect(error.code).toBe('ENGINE_INVALID');
    expect(error.message).toContain(`load.open() needs ${message}`);
  });

  test('refuses an unknown option by name', async () => {
    const options = { ratePerSeconds: 5, iterate: () => {} } as unknown as Parameters<LoadEngine['open']>[0];
    expect((await rejectionOf(loadRig().load.open(options))).message).toBe(
      'load.open() has no option "ratePerSeconds". Did you mean "ratePerSecond"?',
    );
  });
});

describe('arrivals', () => {
  const plan = { ratePerSecond: 100, durationMs: 1_000, arrivals: 'even' } as const;
  const list = (given: Partial<Parameters<typeof planArrivals>[0]>, seed = 1) => [
    ...planArrivals({ ...plan, ...given }, createRandom(seed)),
  ];

  test('of a constant rate are evenly apart', () => {
    expect(list({ ratePerSecond: 4 })).toEqual([0, 250, 500, 750]);
  });

  test.each([3, 7, 30, 333, 1_999])('are as many as the rate of %i asks for', (ratePerSecond) => {
    expect(list({ ratePerSecond })).toHaveLength(ratePerSecond);
    expect(list({ ratePerSecond, durationMs: 3_000 })).toHaveLength(3 * ratePerSecond);
  });

  test.each([
    [0, 100],
    [100, 0],
    [50, 150],
    [150, 50],
  ])('of a ramp from %i to %i follow its area', (fromRatePerSecond, ratePerSecond) => {
    const atMs = list({ fromRatePerSecond, ratePerSecond, durationMs: 2_000 });
    const area = (seconds: number) =>
      fromRatePerSecond * seconds + ((ratePerSecond - fromRatePerSecond) * seconds ** 2) / 4;
    expect(Math.abs(atMs.length - area(2))).toBeLessThanOrEqual(1);
    for (const seconds of [0.5, 1, 1.5]) {
      const due = atMs.filter((moment) => moment < seconds * 1_000).length;
      expect(Math.abs(due - area(seconds))).toBeLessThanOrEqual(1);
    }
    expect(atMs).toEqual([...atMs].sort((left, right) => left - right));
  });

  test('of Poisson come from the seed, with gaps whose mean and deviation are those of the rate', () => {
    const atMs = list({ arrivals: 'poisson', durationMs: 100_000 });
    expect(atMs).toEqual(list({ arrivals: 'poisson', durationMs: 100_000 }));
    expect(atMs).not.toEqual(list({ arrivals: 'poisson', durationMs: 100_000 }, 2));
    const gaps = atMs.map((moment, index) => moment - (atMs[index - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(mean).toBeGreaterThan(9.7);
    expect(mean).toBeLessThan(10.3);
    expect(deviation / mean).toBeGreaterThan(0.96);
    expect(deviation / mean).toBeLessThan(1.04);
  });

  test('of the same seed are the same in a load', async () => {
    const startsOf = async (seed: number) => {
      const { clock, time, load } = loadRig({ seed });
      const starts: number[] = [];
      const iterate = () => starts.push(clock.nowMs);
      const result = await time.run(
        load.open({ ratePerSecond: 50, durationMs: 1_000, arrivals: 'poisson', iterate }),
      );
      expect(result.verdict).toBe('reached');
      return starts;
    };
    expect(await startsOf(5)).toEqual(await startsOf(5));
    expect(await startsOf(5)).not.toEqual(await startsOf(6));
  });
});
