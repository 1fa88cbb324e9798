import { createHook } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { beatMs, LoopWatch } from '../../src/recording/loop-watch.js';
import { FakeClock } from '../support/fake-clock.js';

const nowMs = (): number => systemClock.monotonicMs();

function watchLoop(now = nowMs): LoopWatch {
  const loop = new LoopWatch(now);
  loop.start();
  onTestFinished(() => loop.stop());
  return loop;
}

function compute(durationMs: number): void {
  const untilMs = nowMs() + durationMs;
  while (nowMs() < untilMs);
}

test('work in one piece is a stall as long as the work, whether the loop has turned since or not', async () => {
  const loop = watchLoop();
  const fromMs = nowMs();
  compute(120);
  expect(loop.longestStallMs(fromMs, nowMs())).toBeGreaterThanOrEqual(120);
  await wait(60);
  compute(60);
  expect(loop.longestStallMs(fromMs, nowMs())).toBeGreaterThanOrEqual(119);
});

// A busy machine stops a process as well, which no real clock could tell from work: this one stands still meanwhile.
test('the same time in slices is none, and what came before the call does not count', async () => {
  const clock = new FakeClock();
  const loop = watchLoop(() => clock.monotonicMs());
  clock.advance(300);
  await wait(2 * beatMs);
  const fromMs = clock.monotonicMs();
  for (let slice = 0; slice < 10; slice++) {
    clock.advance(30);
    await wait(2 * beatMs);
  }
  expect(loop.longestStallMs(fromMs, clock.monotonicMs())).toBe(0);
  expect(loop.longestStallMs(fromMs - 300, clock.monotonicMs())).toBe(300);
});

test('a call that is over at once is none', () => {
  const clock = new FakeClock();
  const loop = watchLoop(() => clock.monotonicMs());
  const startedMs = clock.monotonicMs();
  clock.advance(49);
  expect(loop.longestStallMs(startedMs, startedMs + 49)).toBe(0);
  expect(loop.longestStallMs(startedMs, startedMs + 50)).toBe(50);
});

test('there is one timer as long as somebody watches', async () => {
  const alive = new Set<number>();
  const hook = createHook({
    init: (id, type, _trigger, resource) => {
      const every = (resource as { readonly _idleTimeout?: number })._idleTimeout;
      if (type === 'Timeout' && every === beatMs) alive.add(id);
    },
    destroy: (id) => void alive.delete(id),
  }).enable();
  onTestFinished(() => void hook.disable());
  const loop = new LoopWatch(nowMs);
  const counts = [alive.size];
  for (const change of ['start', 'start', 'stop', 'stop'] as const) {
    loop[change]();
    // Hooks hear of what is gone in the next turn.
    await new Promise((settle) => setImmediate(settle));
    counts.push(alive.size);
  }
  expect(counts).toEqual([0, 1, 1, 1, 0]);
});
