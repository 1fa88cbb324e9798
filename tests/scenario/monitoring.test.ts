import { describe, expect, test } from 'vitest';
import { MonitoringEngine, type MonitoringTick } from '../../src/scenario/monitoring.js';
import { engineRig } from '../support/engine-rig.js';
import { rejectionOf } from '../support/thrown-by.js';

describe('a watch', () => {
  test('ticks until its time is over and tells each tick where it is', async () => {
    const { clock, context } = engineRig({ durationMs: 30 });
    const ticks: MonitoringTick[] = [];
    const result = await new MonitoringEngine(context).run({
      intervalMs: 10,
      onTick: (tick) => {
        ticks.push(tick);
        clock.advance(10);
      },
    });
    expect(ticks).toEqual([
      { index: 0, elapsedMs: 0, remainingMs: 30 },
      { index: 1, elapsedMs: 10, remainingMs: 20 },
      { index: 2, elapsedMs: 20, remainingMs: 10 },
    ]);
    expect(result).toEqual({ ticks: 3, durationMs: 30, late: 0, interrupted: false });
  });

  test('ticks once when a tick takes longer than all the time', async () => {
    const { clock, context } = engineRig();
    const result = await new MonitoringEngine(context).run({
      intervalMs: 5,
      durationMs: 0,
      onTick: () => clock.advance(70),
    });
    expect(result).toEqual({ ticks: 1, durationMs: 70, late: 1, interrupted: false });
  });

  test('counts the ticks that took longer than the interval', async () => {
    const { clock, context } = engineRig({ durationMs: 60 });
    const result = await new MonitoringEngine(context).run({
      intervalMs: 10,
      onTick: ({ index }) => clock.advance(index % 2 === 0 ? 20 : 10),
    });
    expect(result).toMatchObject({ ticks: 4, late: 2 });
  });

  test('waits between ticks on the clock that it is given', async () => {
    const { clock, context } = engineRig({ durationMs: 3 });
    const result = await new MonitoringEngine({
      ...context,
      clock: { epochMs: () => clock.epochMs(), monotonicMs: () => performance.now() },
    }).run({ intervalMs: 1, onTick: () => {} });
    expect(result.ticks).toBeGreaterThanOrEqual(1);
    expect(result.durationMs).toBeGreaterThanOrEqual(2);
  });

  test('ends early and says so when it is interrupted, in a tick or in a pause', async () => {
    const { clock, context, controller } = engineRig({ durationMs: 600_000 });
    const result = await new MonitoringEngine(context).run({
      intervalMs: 300_000,
      onTick: ({ index }) => {
        clock.advance(1);
        if (index === 0) setImmediate(() => controller.abort());
      },
    });
    expect(result).toMatchObject({ ticks: 1, interrupted: true });
    const again = await new MonitoringEngine(context).run({ intervalMs: 1, onTick: () => {} });
    expect(again).toMatchObject({ ticks: 0, interrupted: true });
  });

  test.each(['sync', 'async'])('is ended by what a tick throws (%s)', async (kind) => {
    const { context } = engineRig();
    const failure = new Error('the shop is closed');
    let ticks = 0;
    const run = new MonitoringEngine(context).run({
      intervalMs: 1,
      onTick: () => {
        ticks++;
        if (kind === 'sync') throw failure;
        return Promise.reject(failure);
      },
    });
    await expect(run).rejects.toBe(failure);
    expect(ticks).toBe(1);
  });

  test.each([0, -1, Number.NaN])('refuses an interval of %d ms', async (intervalMs) => {
    const { context } = engineRig();
    const error = await rejectionOf(new MonitoringEngine(context).run({ intervalMs, onTick: () => {} }));
    expect(error.code).toBe('ENGINE_INVALID');
    expect(error.message).toBe(`monitoring.run({ intervalMs: ${intervalMs} }) needs more than 0 ms.`);
  });
});
