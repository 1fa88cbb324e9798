import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackgroundTasks } from '../capabilities/background_tasks/index.js';
import { backgroundTasksWorkload } from '../scenarios/workloads/background_tasks.js';
import { openLedger, openPausedTasks, type PausedTasks } from './support/paused-tasks.js';
import { prepareWith } from './support/prepare-workload.js';

const workerFile = fileURLToPath(new URL('fixtures/sum-worker.mjs', import.meta.url));

let paused: PausedTasks;
let stateDirectory: string;
let tasks: BackgroundTasks;

beforeEach(() => {
  paused = openPausedTasks();
  ({ stateDirectory, tasks } = paused);
});

afterEach(() => paused.close());

const quick = { backoffMs: 1 };

describe('the order of work', () => {
  it('is by priority, and among equals as they came, for any priorities', async () => {
    let worked: number[] = [];
    tasks.handle('note', (payload) => {
      worked.push(payload as number);
      return null;
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 8 }),
        async (all) => {
          worked = [];
          tasks.pause();
          all.forEach((priority, number) => {
            tasks.enqueue('note', number, { priority });
          });
          await tasks.drain();
          const expected = all.map((priority, number) => ({ priority, number }));
          expected.sort((a, b) => b.priority - a.priority || a.number - b.number);
          expect(worked).toEqual(expected.map(({ number }) => number));
        },
      ),
      { numRuns: 15, seed: 7 },
    );
  });

  it('lets what comes later and matters more go before what waits', async () => {
    const worked: string[] = [];
    tasks.handle('note', (payload) => {
      worked.push(String(payload));
      if (payload === 'first') tasks.enqueue('note', 'urgent', { priority: 9 });
      return null;
    });
    tasks.enqueue('note', 'first', { priority: 1 });
    tasks.enqueue('note', 'second');
    await tasks.drain();
    expect(worked).toEqual(['first', 'urgent', 'second']);
  });

  it('never has more tasks at work than the concurrency', async () => {
    const three = new BackgroundTasks({ stateDirectory, concurrency: 3 });
    let atWork = 0;
    let most = 0;
    three.pause();
    three.handle('meet', async () => {
      atWork += 1;
      most = Math.max(most, atWork);
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
      return null;
    });
    for (let number = 0; number < 12; number += 1) three.enqueue('meet', number);
    await three.drain();
    await three.dispose();
    expect(most).toBe(3);
  });
});

it('begins tasks in the background without being asked to drain', async () => {
  const done = new Promise((resolve) => {
    tasks.handle('note', (payload) => {
      resolve(payload);
      return null;
    });
  });
  tasks.resume();
  tasks.enqueue('note', 'by itself');
  expect(await done).toBe('by itself');
});

describe('a task that fails', () => {
  it('is tried again and keeps what it gave back in the end', async () => {
    tasks.handle(
      'flaky',
      (_, { attempt, idempotencyKey }) => {
        if (attempt < 3) throw new TypeError(`attempt ${attempt}`);
        return idempotencyKey;
      },
      quick,
    );
    const { id } = tasks.enqueue('flaky', null, { source: { origin: 'a person' } });
    expect(await tasks.drain()).toMatchObject({ done: 1, retried: 2, failed: 0 });
    expect(tasks.task(id)).toMatchObject({
      state: 'done',
      attempts: 3,
      result: expect.stringMatching(`^flaky:${id}:`),
      source: { origin: 'a person' },
    });
  });

  it('is kept with its reason when its attempts are used up, and can be run again', async () => {
    let isBroken = true;
    tasks.handle(
      'broken',
      () => {
        if (isBroken) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
        return 'mended';
      },
      { ...quick, maxAttempts: 2 },
    );
    const { id } = tasks.enqueue('broken', { path: 'a.ts' });
    expect(await tasks.drain()).toMatchObject({ done: 0, retried: 1, failed: 1 });
    expect(tasks.tasks('failed')).toMatchObject([
      { id, attempts: 2, payload: { path: 'a.ts' }, error: { code: 'ENOENT', message: 'no such file' } },
    ]);
    isBroken = false;
    tasks.retry(id);
    await tasks.drain();
    expect(tasks.task(id)).toMatchObject({ state: 'done', result: 'mended', attempts: 1 });
    expect(() => tasks.retry(id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('leaves neither the effects nor the follow-ups that it planned', async () => {
    const ledger = openLedger(stateDirectory);
    tasks.handle(
      'half',
      (_, context) => {
        context.once((database) => database.prepare('INSERT INTO ledger (number) VALUES (1)').run());
        context.followUp('next', null);
        throw new Error('after planning');
      },
      { maxAttempts: 1 },
    );
    tasks.enqueue('half', null);
    await tasks.drain();
    expect(ledger.prepare('SELECT number FROM ledger').all()).toEqual([]);
    expect(tasks.status()).toMatchObject({ failed: 1, queued: 0 });
    ledger.close();
  });

  it('fails by name when it takes longer than its time', async () => {
    tasks.handle(
      'endless',
      (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('late'))),
      { timeoutMs: 5, maxAttempts: 1 },
    );
    const { id } = tasks.enqueue('endless', null);
    await tasks.drain();
    expect(tasks.task(id)).toMatchObject({ state: 'failed', error: { name: 'TimeoutError' } });
  });
});

describe('worker threads', () => {
  it('do the tasks of a type outside of the main thread, and their errors are reasons', async () => {
    tasks.handle('sum', { workerFile }, { maxAttempts: 1 });
    const { id } = tasks.enqueue('sum', { limit: 1_000_000 });
    const failing = tasks.enqueue('sum', { limit: 1, fail: true });
    await tasks.drain();
    const { result } = tasks.task(id);
    expect(result).toMatchObject({ total: 500_000_500_000 });
    expect((result as { threadId: number }).threadId).not.toBe(threadId);
    expect(tasks.task(failing.id)).toMatchObject({ state: 'failed', error: { message: 'cannot sum' } });
  });
});

it('says which tasks wait for a handler that nobody registered', async () => {
  tasks.enqueue('unknown', null);
  expect(await tasks.drain()).toMatchObject({
    done: 0,
    remaining: { withoutHandler: 1, runningElsewhere: 0 },
  });
});

it.each([
  ['an empty type', () => tasks.enqueue(' ', null)],
  ['a priority that is no whole number', () => tasks.enqueue('a', null, { priority: Number.NaN })],
  ['a negative delay', () => tasks.enqueue('a', null, { delayMs: -1 })],
  ['a payload with a date', () => tasks.enqueue('a', { at: new Date() as never })],
  ['a payload with NaN', () => tasks.enqueue('a', [Number.NaN])],
  ['a payload larger than a mebibyte', () => tasks.enqueue('a', 'x'.repeat(1_048_577))],
  [
    'a second handler of a type',
    () => {
      tasks.handle('twice', () => null);
      tasks.handle('twice', () => null);
    },
  ],
  ['a relative worker file', () => tasks.handle('a', { workerFile: 'worker.mjs' })],
])('refuses %s', (_what, act) => {
  expect(act).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

it('is exercised by its workload', async () => {
  const { round, release } = await prepareWith(
    backgroundTasksWorkload,
    { background_tasks: tasks },
    stateDirectory,
  );
  for (let number = 0; number < 3; number += 1) await round(number);
  await release?.();
  expect(tasks.status()).toMatchObject({ failed: 0, queued: 0 });
});
