import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorRecovery, type RunResult, type Step } from '../capabilities/error_recovery/index.js';

const childScript = fileURLToPath(new URL('fixtures/error-recovery-child.mjs', import.meta.url));

let stateDirectory: string;
let recovery: ErrorRecovery;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'error-recovery-'));
  recovery = new ErrorRecovery({ stateDirectory });
  withState((database) => database.exec('CREATE TABLE ledger (step INTEGER NOT NULL)'));
});

afterEach(() => {
  recovery.dispose();
  rmSync(stateDirectory, { recursive: true, force: true });
});

function withState<Result>(use: (database: Database.Database) => Result): Result {
  const database = new Database(join(stateDirectory, 'hub.db'));
  try {
    return use(database);
  } finally {
    database.close();
  }
}

function ledger(): readonly number[] {
  return withState((database) =>
    database
      .prepare<[], { step: number }>('SELECT step FROM ledger ORDER BY rowid')
      .all()
      .map((row) => row.step),
  );
}

interface KillPoint {
  readonly point: 'begun' | 'before commit' | 'in effect' | 'boundary' | 'finished';
  readonly step: number;
}

interface ChildOrder {
  readonly mode: 'run' | 'resume';
  readonly killAt?: KillPoint;
  readonly outbox?: string;
  readonly wait?: boolean;
}

function startChild(order: ChildOrder): ChildProcess {
  const orders = JSON.stringify({ stateDirectory, id: 'migration', ...order });
  return spawn(process.execPath, [childScript, orders], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function killChild(order: ChildOrder): Promise<void> {
  const [, signal] = await once(startChild(order), 'exit');
  expect(signal).toBe('SIGKILL');
}

/** The same steps as the child's, run in this process. */
function ledgerSteps(outbox?: string): readonly Step[] {
  return [0, 1, 2, 3].map((number) => ({
    name: `step ${number}`,
    run(context) {
      if (outbox !== undefined) writeFileSync(outbox, `${context.idempotencyKey}\n`, { flag: 'a' });
      context.once(`effect ${number}`, (database) => {
        database.prepare('INSERT INTO ledger (step) VALUES (?)').run(number);
      });
      return { number, before: Object.keys(context.results).length };
    },
  }));
}

const expectedResults = Object.fromEntries(
  [0, 1, 2, 3].map((number) => [`step ${number}`, { number, before: number }]),
);

const steps = [0, 1, 2, 3];
const insideSteps = steps.flatMap((step) =>
  (['begun', 'before commit', 'in effect'] as const).map((point) => ({ point, step })),
);

describe('a process killed with SIGKILL', () => {
  it.each([...steps, 4].map((step) => ({ step })))(
    'at the boundary before step $step leaves nothing to redo',
    async ({ step }) => {
      const killAt: KillPoint = step === 4 ? { point: 'finished', step } : { point: 'boundary', step };
      await killChild({ mode: 'run', killAt });
      expect(recovery.checkpoints('migration')).toHaveLength(step);

      const result = await recovery.resume('migration', ledgerSteps());

      expect(result).toMatchObject({
        outcome: 'completed',
        completedSteps: 4,
        redoneSteps: 0,
        resumedFrom: step,
      });
      expect(result.results).toEqual(expectedResults);
      expect(ledger()).toEqual(steps);
    },
  );

  it.each(insideSteps)('$point of step $step has each effect exactly once after resuming', async (killAt) => {
    const outbox = join(stateDirectory, 'outbox');
    await killChild({ mode: 'run', killAt, outbox });
    expect(ledger()).toEqual(steps.slice(0, killAt.step));
    expect(recovery.incomplete()).toMatchObject([
      { id: 'migration', completedSteps: killAt.step, alive: false },
    ]);

    const result = await recovery.resume('migration', ledgerSteps(outbox));

    expect(result).toMatchObject({ outcome: 'completed', redoneSteps: 1, resumedFrom: killAt.step });
    expect(result.results).toEqual(expectedResults);
    expect(ledger()).toEqual(steps);
    expect(recovery.incomplete()).toEqual([]);
    // The file is outside SQLite: it may hear of a step twice, under one key.
    const sent = readFileSync(outbox, 'utf8').trim().split('\n');
    expect(sent).toHaveLength(killAt.point === 'begun' ? 4 : 5);
    expect(new Set(sent).size).toBe(4);
  });

  it('in every step in turn still has each effect exactly once', async () => {
    await killChild({ mode: 'run', killAt: { point: 'in effect', step: 0 } });
    for (const step of [1, 2, 3]) {
      await killChild({ mode: 'resume', killAt: { point: 'before commit', step } });
      await killChild({ mode: 'resume', killAt: { point: 'in effect', step } });
    }
    const result = await recovery.resume('migration', ledgerSteps());
    expect(result).toMatchObject({ outcome: 'completed', redoneSteps: 1, resumedFrom: 3 });
    expect(ledger()).toEqual(steps);
    expect(recovery.checkpoints('migration').map((checkpoint) => checkpoint.attempts)).toEqual([2, 3, 3, 3]);
  });
});

it('lets one of two processes resume a run and refuses the other', async () => {
  await killChild({ mode: 'run', killAt: { point: 'begun', step: 3 } });
  const children = [startChild({ mode: 'resume', wait: true }), startChild({ mode: 'resume', wait: true })];
  const lines = children.map(linesOf);

  const first = await Promise.all(lines.map(async (line) => (await line.next()).value as string));

  const winner = first.indexOf('working');
  expect(JSON.parse(first[1 - winner] ?? '')).toMatchObject({ refused: 'STATE_LOCKED' });
  expect(recovery.incomplete()).toMatchObject([{ alive: true, ownerPid: children[winner]?.pid }]);
  await expect(recovery.resume('migration', ledgerSteps())).rejects.toMatchObject({ code: 'STATE_LOCKED' });
  expect(() => recovery.forget('migration')).toThrow(expect.objectContaining({ code: 'STATE_LOCKED' }));
  children[winner]?.stdin?.write('go\n');
  const result = JSON.parse((await lines[winner]?.next())?.value ?? '') as RunResult;
  expect(result).toMatchObject({ outcome: 'completed', resumedFrom: 3 });
  expect(ledger()).toEqual(steps);
});

function linesOf(child: ChildProcess): AsyncIterator<string> {
  if (child.stdout === null) throw new Error('The child has no output to read.');
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

it('takes over a lease whose process number was given to another process', async () => {
  await killChild({ mode: 'run', killAt: { point: 'begun', step: 1 } });
  withState((database) => database.prepare('UPDATE error_recovery_runs SET owner_pid = ?').run(process.ppid));
  expect(recovery.incomplete()).toMatchObject([{ alive: false }]);
  await expect(recovery.resume('migration', ledgerSteps())).resolves.toMatchObject({ outcome: 'completed' });
});

describe('a step that fails', () => {
  const failing = (message: string): readonly Step[] => [
    { name: 'read', run: () => 'text' },
    {
      name: 'send',
      run(context) {
        context.once('sent', (database) => database.prepare('INSERT INTO ledger VALUES (1)').run());
        throw new TypeError(message);
      },
    },
  ];
  const mended: readonly Step[] = [
    { name: 'read', run: () => 'never asked again' },
    {
      name: 'send',
      run(context) {
        context.once('sent', (database) => database.prepare('INSERT INTO ledger VALUES (2)').run());
        return context.results;
      },
    },
  ];

  it('ends the run with its error, keeps no effect of it, and can be resumed', async () => {
    const failed = await recovery.run('mail', failing('No route to /srv/mail/17.eml after 30 ms'));
    expect(failed).toMatchObject({
      outcome: 'failed',
      completedSteps: 1,
      failedStep: 'send',
      error: { name: 'TypeError', pattern: 'No route to <path> after <n> ms' },
    });
    expect(ledger()).toEqual([]);
    expect(recovery.incomplete()).toMatchObject([
      { failedStep: 'send', error: { name: 'TypeError' }, alive: false },
    ]);

    const result = await recovery.resume('mail', mended);
    expect(result).toMatchObject({ outcome: 'completed', redoneSteps: 1, resumedFrom: 1 });
    expect(result.results.send).toEqual({ read: 'text' });
    expect(ledger()).toEqual([2]);
  });

  it('is remembered under other numbers and paths with how it was recovered from', async () => {
    await recovery.run('first', failing('No route to /srv/mail/17.eml after 30 ms'));
    await recovery.resume('first', failing('No route to C:\\mail\\18.eml after 2,500 ms'));
    await recovery.resume('first', mended, { remedy: 'opened the firewall' });
    recovery.forget('first');

    const known = recovery.recurrences(new TypeError('No route to ./x/y.eml after 1 ms'));

    expect(known).toMatchObject({ occurrences: 2, recovered: 2 });
    expect(known.recoveries).toMatchObject([
      { runId: 'first', step: 'send', attempts: 1, byAnotherProcess: false, remedy: 'opened the firewall' },
      { runId: 'first', step: 'send', attempts: 2, remedy: 'opened the firewall' },
    ]);
    expect(recovery.recurrences(new RangeError('No route to ./x/y.eml after 1 ms')).occurrences).toBe(0);
    expect(recovery.recurrences(new TypeError('No such user')).occurrences).toBe(0);
  });

  it('rolls the checkpoint back when an effect throws or is asynchronous', async () => {
    const withEffect = (effect: () => void): readonly Step[] => [
      {
        name: 'write',
        run(context) {
          context.once('first', (database) => database.prepare('INSERT INTO ledger VALUES (1)').run());
          context.once('second', effect);
        },
      },
    ];
    const thrown = await recovery.run(
      'effects',
      withEffect(() => {
        throw new Error('disk quota');
      }),
    );
    expect(thrown).toMatchObject({ outcome: 'failed', completedSteps: 0, error: { message: 'disk quota' } });
    const late = await recovery.resume(
      'effects',
      withEffect(async () => undefined),
    );
    expect(late).toMatchObject({ outcome: 'failed', error: { code: 'BAD_INPUT' } });
    expect(ledger()).toEqual([]);
  });

  it('rolls back a transaction the step left open instead of committing inside it', async () => {
    const result = await recovery.run('open', [
      {
        name: 'begin',
        run({ database }) {
          database.exec('BEGIN; INSERT INTO ledger VALUES (9)');
        },
      },
    ]);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'BAD_INPUT' } });
    expect(ledger()).toEqual([]);
  });

  it('fails when its result is not JSON', async () => {
    const result = await recovery.run('big', [{ name: 'count', run: () => 1n }]);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'BAD_INPUT' } });
  });
});

it('applies an effect planned again under the same key only once in a run', async () => {
  const planned: boolean[] = [];
  const twice: readonly Step[] = ['a', 'b'].map((name) => ({
    name,
    run(context) {
      for (let time = 0; time < 2; time += 1) {
        planned.push(
          context.once('same', (database) => database.prepare('INSERT INTO ledger VALUES (1)').run()),
        );
      }
    },
  }));
  await recovery.run('twice', twice);
  expect(planned).toEqual([true, false, false, false]);
  expect(ledger()).toEqual([1]);
  expect(recovery.checkpoints('twice').map((checkpoint) => checkpoint.effects)).toEqual([['same'], []]);
});

it('stops at a step boundary when aborted and resumes without learning an error', async () => {
  const controller = new AbortController();
  const result = await recovery.run(
    'abort',
    [
      { name: 'one', run: () => controller.abort() },
      { name: 'two', run: () => 2 },
    ],
    { signal: controller.signal },
  );
  expect(result).toMatchObject({
    outcome: 'failed',
    completedSteps: 1,
    failedStep: 'two',
    error: { code: 'INTERRUPTED' },
  });
  if (result.outcome === 'failed') expect(recovery.recurrences(result.error).occurrences).toBe(0);
  await expect(
    recovery.resume('abort', [
      { name: 'one', run: () => 1 },
      { name: 'two', run: () => 2 },
    ]),
  ).resolves.toMatchObject({ outcome: 'completed', redoneSteps: 0, results: { one: null, two: 2 } });
});

describe('a request that cannot be met', () => {
  const one: readonly Step[] = [{ name: 'one', run: () => 1 }];

  it('is refused with the step that changed', async () => {
    await recovery.run('order', one);
    const error = await recovery
      .resume('order', [{ name: 'uno', run: () => 1 }])
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'BAD_INPUT',
      message:
        'Run "order" was begun with other steps: step 1 was "one" and is now "uno". Resume with the steps it was begun with, or forget("order") and run anew.',
    });
    await expect(recovery.resume('order', [...one, { name: 'two', run: () => 2 }])).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('is refused for a known id, an unknown one, no steps and repeated names', async () => {
    await recovery.run('known', one);
    await expect(recovery.run('known', one)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(recovery.resume('unknown', one)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(recovery.run('empty', [])).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(recovery.run('repeated', [...one, ...one])).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(() => recovery.checkpoints('unknown')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(recovery.forget('unknown')).toBe(false);
    expect(recovery.forget('known')).toBe(true);
    await expect(recovery.run('known', one)).resolves.toMatchObject({ outcome: 'completed' });
  });

  it('is refused while another connection writes, and leaves the run to be resumed', async () => {
    const impatient = new ErrorRecovery({ stateDirectory, lockTimeoutMs: 1 });
    const blocker = new Database(join(stateDirectory, 'hub.db'));
    try {
      const blocking: readonly Step[] = [
        {
          name: 'one',
          run() {
            blocker.exec('BEGIN IMMEDIATE');
          },
        },
      ];
      await expect(impatient.run('blocked', blocking)).rejects.toMatchObject({ code: 'STATE_LOCKED' });
      blocker.exec('ROLLBACK');
      await expect(impatient.resume('blocked', one)).resolves.toMatchObject({
        outcome: 'completed',
        redoneSteps: 1,
      });
    } finally {
      blocker.close();
      impatient.dispose();
    }
  });

  it('is refused when the state is no database', () => {
    const elsewhere = join(stateDirectory, 'damaged');
    new ErrorRecovery({ stateDirectory: elsewhere }).dispose();
    writeFileSync(join(elsewhere, 'hub.db'), 'this is not a database, whatever its name says '.repeat(200));
    expect(() => new ErrorRecovery({ stateDirectory: elsewhere })).toThrow(
      expect.objectContaining({ code: 'STATE_CORRUPT' }),
    );
  });
});
