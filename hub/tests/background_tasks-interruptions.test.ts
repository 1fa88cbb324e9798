import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackgroundTasks } from '../capabilities/background_tasks/index.js';
import { openLedger, openPausedTasks, type PausedTasks } from './support/paused-tasks.js';

const childScript = fileURLToPath(new URL('fixtures/background-tasks-child.mjs', import.meta.url));

let paused: PausedTasks;
let stateDirectory: string;
let tasks: BackgroundTasks;

beforeEach(() => {
  paused = openPausedTasks();
  ({ stateDirectory, tasks } = paused);
});

afterEach(() => paused.close());

describe('a process that is killed', () => {
  const count = 8;

  function enqueueAll(): void {
    for (let number = 0; number < count; number += 1) tasks.enqueue('count', { number });
  }

  async function runChild(options: object): Promise<{ signal: NodeJS.Signals | null; output: string }> {
    const argument = JSON.stringify({ stateDirectory, outbox: join(stateDirectory, 'outbox'), ...options });
    const child = spawn(process.execPath, [childScript, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { signal, output };
  }

  it.each([
    ['begun', 0, 8],
    ['told', 3, 9],
    ['in effect', 3, 9],
    ['in effect', 7, 9],
  ] as const)(
    'at point "%s" of task %i leaves tasks that the next process does: every effect once',
    async (point, task, told) => {
      const ledger = openLedger(stateDirectory);
      enqueueAll();
      expect((await runChild({ killAt: { point, task } })).signal).toBe('SIGKILL');
      expect(tasks.status()).toMatchObject({ done: task === 0 ? 0 : expect.any(Number) });
      expect((await runChild({})).signal).toBeNull();
      expect(ledger.prepare('SELECT number FROM ledger ORDER BY rowid').pluck().all().sort()).toEqual(
        Array.from({ length: count }, (_, number) => number),
      );
      expect(tasks.status().byType).toEqual({
        count: { queued: 0, running: 0, done: count, failed: 0 },
        announce: { queued: count, running: 0, done: 0, failed: 0 },
      });
      const keys = readFileSync(join(stateDirectory, 'outbox'), 'utf8').trim().split('\n');
      expect(new Set(keys).size).toBe(count);
      expect(keys.length).toBeGreaterThanOrEqual(count);
      // Two tasks are at work at once, so that at most two are told of twice.
      expect(keys.length).toBeLessThanOrEqual(told + 1);
      ledger.close();
    },
  );

  it('again and again from outside still has every effect once', async () => {
    const ledger = openLedger(stateDirectory);
    for (let number = 0; number < 40; number += 1) tasks.enqueue('count', { number });
    let kills = 0;
    for (; kills < 4; kills += 1) {
      const argument = JSON.stringify({ stateDirectory, outbox: join(stateDirectory, 'outbox'), slow: true });
      const child = spawn(process.execPath, [childScript, argument], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let lines = 0;
      createInterface({ input: child.stdout }).on('line', () => {
        lines += 1;
        // It may have written more lines by then, and nobody reads the answer to those.
        if (lines >= 5 + kills) child.kill('SIGKILL');
        else child.stdin.write('go on\n');
      });
      const [, signal] = await once(child, 'exit');
      expect(signal).toBe('SIGKILL');
    }
    await runChild({});
    expect(
      ledger.prepare('SELECT count(*) AS all_, count(DISTINCT number) AS each FROM ledger').get(),
    ).toEqual({
      all_: 40,
      each: 40,
    });
    ledger.close();
  });

  it('by the same task at each attempt fails that task instead of going on for ever', async () => {
    tasks.enqueue('count', { number: 0 });
    expect((await runChild({ killAt: { point: 'begun', task: 0 } })).signal).toBe('SIGKILL');
    tasks.handle('count', () => 'never', { maxAttempts: 1 });
    await tasks.drain();
    expect(tasks.tasks('failed')).toMatchObject([
      { attempts: 1, error: { code: 'INTERRUPTED', message: expect.stringContaining('ended while it ran') } },
    ]);
  });
});

it('gives running tasks back when it is disposed, as if they had not been begun', async () => {
  const begun = new Promise<void>((resolve) => {
    tasks.handle('long', (_, { signal }) => {
      resolve();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
  });
  const { id } = tasks.enqueue('long', 1);
  tasks.resume();
  await begun;
  await tasks.dispose();
  const next = new BackgroundTasks({ stateDirectory });
  expect(next.task(id)).toMatchObject({ state: 'queued', attempts: 0 });
  await next.dispose();
});

it('ends a drain that is interrupted, and keeps its tasks', async () => {
  tasks.handle('later', () => null);
  tasks.enqueue('later', null, { delayMs: 60_000 });
  const controller = new AbortController();
  const drained = tasks.drain({ signal: controller.signal });
  controller.abort();
  await expect(drained).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(tasks.status()).toMatchObject({ queued: 1 });
});
