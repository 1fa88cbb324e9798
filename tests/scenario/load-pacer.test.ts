import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { Metronome } from '../../src/scenario/load/metronome.js';
import { RealTimePacer } from '../../src/scenario/load/pacer.js';

const never = new AbortController().signal;

describe('waiting in real time', () => {
  test.each([0.2, 1.5, 12.3])('for %f ms ends at the moment or after it, never before', async (ms) => {
    const pacer = new RealTimePacer(systemClock);
    await pacer.prepare();
    for (let round = 0; round < 10; round++) {
      const atMs = systemClock.monotonicMs() + ms;
      await pacer.waitUntil(atMs, never);
      expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(atMs);
    }
  });

  test('works before the metronome is ready', async () => {
    const pacer = new RealTimePacer(systemClock);
    const atMs = systemClock.monotonicMs() + 5;
    await pacer.waitUntil(atMs, never);
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(atMs);
  });

  test.each(['waitUntil', 'pause'] as const)('ends with an abort (%s)', async (kind) => {
    const pacer = new RealTimePacer(systemClock);
    await pacer.prepare();
    const controller = new AbortController();
    const hourMs = 3_600_000;
    const waiting =
      kind === 'pause'
        ? pacer.pause(hourMs, controller.signal)
        : pacer.waitUntil(systemClock.monotonicMs() + hourMs, controller.signal);
    setImmediate(() => controller.abort());
    await expect(waiting).resolves.toBeUndefined();
    await expect(pacer.pause(hourMs, controller.signal)).resolves.toBeUndefined();
  });

  test('gives others a turn even when the moment is past', async () => {
    const pacer = new RealTimePacer(systemClock);
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await pacer.waitUntil(0, never);
    expect(turned).toBe(true);
  });

  test('tells the CPU time of the process less that of waiting', async () => {
    const pacer = new RealTimePacer(systemClock);
    const all = process.cpuUsage();
    const before = pacer.cpuMs();
    const endMs = performance.now() + 20;
    while (performance.now() < endMs);
    const usedMs = pacer.cpuMs() - before;
    const { user, system } = process.cpuUsage(all);
    expect(usedMs).toBeGreaterThan(0);
    expect(usedMs).toBeLessThanOrEqual((user + system) / 1_000);
  });
});

describe('a metronome', () => {
  test('rings for each of those who wait, in the order of their moments', async () => {
    const metronome = new Metronome();
    await metronome.ready;
    const rung: number[] = [];
    await Promise.all([30, 5, 15].map((ms) => metronome.wait(ms, never).then(() => rung.push(ms))));
    expect(rung).toEqual([5, 15, 30]);
    await metronome.stop();
  });

  test('keeps nobody waiting once its thread has ended', async () => {
    const metronome = new Metronome();
    await metronome.ready;
    const waiting = metronome.wait(3_600_000, never);
    await metronome.stop();
    await expect(waiting).resolves.toBeUndefined();
    expect(metronome.works).toBe(false);
    await expect(metronome.wait(3_600_000, never)).resolves.toBeUndefined();
  });
});
