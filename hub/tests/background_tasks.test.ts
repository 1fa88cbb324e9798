import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackgroundTasks, followFileChanges } from '../capabilities/background_tasks/index.js';
import { backgroundTasksWorkload } from '../scenarios/workloads/background_tasks.js';
import { prepareWith } from './support/prepare-workload.js';

const childScript = fileURLToPath(new URL('fixtures/background-tasks-child.mjs', import.meta.url));
const workerFile = fileURLToPath(new URL('fixtures/sum-worker.mjs', import.meta.url));

let stateDirectory: string;
let tasks: BackgroundTasks;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'background-tasks-'));
  tasks = new BackgroundTasks({ stateDirectory, concurrency: 1 });
  tasks.pause();
});

afterEach(async () => {
  await tasks.dispose();
  rmSync(stateDirectory, { recursive: true, force: true });
});

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
    const ledger = openLedger();
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

describe('an event', () => {
  it('makes the tasks of its rules, which say where they came from, up to the task that followed', async () => {
    const scanned: unknown[] = [];
    tasks.handle('scan', (payload, context) => {
      scanned.push(payload);
      context.followUp('report', { of: payload });
      return null;
    });
    tasks.handle('report', () => 'written');
    const end = tasks.on('file_changed', {
      name: 'scan sources',
      type: 'scan',
      when: ({ detail }) => String((detail as { path: string }).path).endsWith('.ts'),
      priority: 5,
    });
    expect(tasks.emit('file_changed', { source: 'watcher', detail: { path: 'readme.md' } })).toEqual([]);
    const [made] = tasks.emit('file_changed', { source: 'watcher', detail: { path: 'a.ts' } });
    await tasks.drain();
    expect(scanned).toEqual([{ path: 'a.ts' }]);
    const report = tasks.tasks('done').find(({ type }) => type === 'report');
    expect(tasks.lineage(report?.id ?? 0).map(({ type, source }) => ({ type, source }))).toEqual([
      { type: 'report', source: { origin: 'watcher', parentTaskId: made?.id } },
      { type: 'scan', source: { origin: 'watcher', event: 'file_changed', rule: 'scan sources' } },
    ]);
    end();
    expect(tasks.emit('file_changed', { source: 'watcher', detail: { path: 'b.ts' } })).toEqual([]);
  });

  it('of a changed file has it indexed, scanned and reviewed, once for changes that come together', async () => {
    const worked: string[] = [];
    const note = (what: string) => async (path: string) => {
      worked.push(`${what} ${path}`);
      return null;
    };
    followFileChanges(tasks, {
      reindex: async ([path]) => note('reindex')(String(path)),
      scan: note('scan'),
      review: note('review'),
    });
    for (const path of ['a.ts', 'b.ts', 'a.ts', 'a.ts']) {
      tasks.emit('file_changed', { source: 'watcher', detail: { path } });
    }
    await tasks.drain();
    expect(worked).toEqual([
      'reindex a.ts',
      'reindex b.ts',
      'scan a.ts',
      'scan b.ts',
      'review a.ts',
      'review b.ts',
    ]);
    expect(() => tasks.emit('file_changed', { source: 'watcher', detail: 'a.ts' })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
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

describe('schedules', () => {
  it('enqueue at their times, once for all processes that share a name', async () => {
    const second = new BackgroundTasks({ stateDirectory });
    const bothTicked = new Promise<void>((resolve) => {
      tasks.handle('tick', () => {
        if (tasks.status().byType.tick?.done === 1) resolve();
        return null;
      });
    });
    tasks.resume();
    await tasks.schedule('each second', '* * * * * *', 'tick');
    await second.schedule('each second', '* * * * * *', 'tick');
    await bothTicked;
    const slots = [...tasks.tasks('done'), ...tasks.tasks('running'), ...tasks.tasks('queued')]
      .filter(({ type }) => type === 'tick')
      .map(({ source }) => source.event);
    expect(new Set(slots).size).toBe(slots.length);
    await second.dispose();
    await expect(tasks.schedule('bad', 'every day', 'tick')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

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
      const ledger = openLedger();
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
    const ledger = openLedger();
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

it('says which tasks wait for a handler that nobody registered', async () => {
  tasks.enqueue('unknown', null);
  expect(await tasks.drain()).toMatchObject({
    done: 0,
    remaining: { withoutHandler: 1, runningElsewhere: 0 },
  });
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

function openLedger(): Database.Database {
  const ledger = new Database(join(stateDirectory, 'hub.db'));
  ledger.exec('CREATE TABLE ledger (number INTEGER NOT NULL)');
  return ledger;
}
