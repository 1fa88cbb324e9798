import { createHook } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { beatMs, LoopWatch } from '../../src/recording/loop-watch.js';

const nowMs = (): number => systemClock.monotonicMs();

function watchLoop(): LoopWatch {
  const loop = new LoopWatch(nowMs);
  loop.start();
  onTestFinished(() => loop.stop());
  return loop;
}

function compute(durationMs: number): void {
  const untilMs = nowMs() + durationMs;
  while (nowMs() < untilMs);
}

// Upper ends are wide: a busy machine stops a process as well, and nothing here can tell.
test('work in one piece is a stall as long as the work, whether the loop has turned since or not', async () => {
  const loop = watchLoop();
  const fromMs = nowMs();
  compute(120);
  expect(loop.longestStallMs(fromMs, nowMs())).toBeGreaterThanOrEqual(120);
  await wait(60);
  compute(60);
  const longestMs = loop.longestStallMs(fromMs, nowMs());
  expect(longestMs).toBeGreaterThanOrEqual(119);
  expect(longestMs).toBeLessThan(1_000);
});

test('the same work in slices is none, and what came before the call does not count', async () => {
  const loop = watchLoop();
  compute(300);
  await wait(30);
  const fromMs = nowMs();
  for (let slice = 0; slice < 20; slice++) {
    compute(10);
    await wait(1);
  }
  expect(loop.longestStallMs(fromMs, nowMs())).toBeLessThan(200);
});

test('a call that waits is none, and neither is one that is over at once', async () => {
  const loop = watchLoop();
  const fromMs = nowMs();
  await wait(250);
  expect(loop.longestStallMs(fromMs, nowMs())).toBeLessThan(200);
  const startedMs = nowMs();
  compute(20);
  expect(loop.longestStallMs(startedMs, startedMs + 20)).toBe(0);
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
