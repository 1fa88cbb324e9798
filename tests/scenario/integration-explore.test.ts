import { describe, expect, test } from 'vitest';
import { exploreSchedules } from '../../src/scenario/integration/explore-schedules.js';
import { loadFastCheck } from '../../src/scenario/integration/fast-check-peer.js';
import type { Turns } from '../../src/scenario/integration/turn-schedule.js';
import { IntegrationEngine } from '../../src/scenario/integration.js';
import { engineRig } from '../support/engine-rig.js';

/** An account whose balance is read and written by calls of their own, as over a network. */
class Account {
  balance = 100;
  #locked: Promise<unknown> = Promise.resolve();

  async read(): Promise<number> {
    return this.balance;
  }

  async write(balance: number): Promise<void> {
    this.balance = balance;
  }

  withLock<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#locked.then(work);
    this.#locked = done.catch(() => {});
    return done;
  }
}

async function change(account: Account, turns: Turns, by: number): Promise<void> {
  const before = await turns.wrap(() => account.read(), 'read')();
  await turns.wrap(() => account.write(before + by), 'write')();
}

const unlocked = {
  setUp: () => new Account(),
  tasks: {
    deposit: (account: Account, turns: Turns) => change(account, turns, 50),
    withdraw: (account: Account, turns: Turns) => change(account, turns, -30),
    look: (account: Account) => account.read(),
  },
  invariant: ({ balance }: Account) => balance === 120,
};
const locked = {
  ...unlocked,
  tasks: {
    deposit: (account: Account, turns: Turns) => account.withLock(() => change(account, turns, 50)),
    withdraw: (account: Account, turns: Turns) => account.withLock(() => change(account, turns, -30)),
    look: (account: Account) => account.read(),
  },
};

describe('an exploration of schedules', () => {
  test('finds a lost update, makes it smaller and reports it once', async () => {
    const { context, rig } = engineRig();
    const result = await new IntegrationEngine(context).explore(unlocked);
    expect(result.verdict).toBe('race');
    const { failure } = result;
    expect(failure).toMatchObject({ message: 'The invariant does not hold.', reproducible: true });
    // Shrunk to one preemption: one task is interrupted between its read and its write by the other.
    const turns = failure?.order.filter((turn) => !turn.endsWith('start') && !turn.includes('look'));
    expect([
      ['1 deposit: read', '2 withdraw: read', '2 withdraw: write', '1 deposit: write'],
      ['2 withdraw: read', '1 deposit: read', '1 deposit: write', '2 withdraw: write'],
    ]).toContainEqual(turns);
    expect(rig.issues).toHaveLength(1);
    const [issue] = rig.issues;
    expect(issue).toMatchObject({ severity: 'high', issueType: 'race', reproducible: true });
    expect(issue?.description).toContain(`replay: { seed: ${failure?.seed}, path: '${failure?.path}' }`);
    expect(issue?.description).toContain(failure?.order.join(' > '));
  });

  test('stays silent where a lock keeps updates apart', async () => {
    const { context, rig } = engineRig();
    const result = await new IntegrationEngine(context).explore({ ...locked, runs: 300 });
    expect(result).toMatchObject({ verdict: 'no_race_found', runs: 300, failure: null, reason: null });
    expect(result.distinctSchedules).toBeGreaterThan(20);
    expect(rig.issues).toEqual([]);
    expect(rig.metrics.map(({ metricType, value }) => [metricType, value])).toContainEqual([
      'race_conditions',
      0,
    ]);
  });

  test('finds the lost update with every one of 30 seeds, and nothing behind the lock', async () => {
    const verdicts = { unlocked: 0, locked: 0 };
    for (let seed = 0; seed < 30; seed++) {
      const found = await new IntegrationEngine(engineRig({ seed }).context).explore({
        ...unlocked,
        runs: 50,
      });
      if (found.verdict === 'race' && found.failure?.reproducible) verdicts.unlocked++;
      const silent = await new IntegrationEngine(engineRig({ seed }).context).explore({
        ...locked,
        runs: 50,
      });
      if (silent.verdict === 'no_race_found') verdicts.locked++;
    }
    expect(verdicts).toEqual({ unlocked: 30, locked: 30 });
  });

  test('runs the same schedules with the same seed', async () => {
    const exploreWith = (seed: number) =>
      new IntegrationEngine(engineRig({ seed }).context).explore(unlocked);
    expect(await exploreWith(3)).toEqual(await exploreWith(3));
    expect((await exploreWith(3)).seed).not.toBe((await exploreWith(4)).seed);
  });

  test('replays what it found', async () => {
    const { failure } = await new IntegrationEngine(engineRig().context).explore(unlocked);
    if (failure === null) throw new Error('no race was found');
    const { seed, path } = failure;
    const again = await new IntegrationEngine(engineRig({ seed: 7 }).context).explore({
      ...unlocked,
      replay: { seed, path },
    });
    expect(again).toMatchObject({ verdict: 'race', runs: 1, failure: { order: failure.order, seed } });
    const repaired = await new IntegrationEngine(engineRig().context).explore({
      ...locked,
      replay: { seed, path },
    });
    expect(repaired).toMatchObject({ verdict: 'no_race_found', runs: 1 });
  });

  test('draws the tasks from a model and leaves out those that do not matter', async () => {
    const start = { account: new Account(), expected: 100 };
    const update = (by: number) => async (state: typeof start, turns: Turns) => {
      state.expected += by;
      await change(state.account, turns, by);
    };
    const result = await new IntegrationEngine(engineRig().context).explore({
      setUp: () => ({ account: new Account(), expected: 100 }),
      model: {
        actions: {
          deposit: update(50),
          withdraw: update(-30),
          look: async ({ account }, turns) => {
            await turns.wrap(() => account.read(), 'read')();
          },
        },
        actionsMax: 6,
      },
      invariant: ({ account, expected }) => account.balance === expected,
    });
    expect(result.verdict).toBe('race');
    expect(result.failure?.reproducible).toBe(true);
    expect(result.failure?.tasks).toHaveLength(2);
    expect(result.failure?.tasks).not.toContain('look');
  });

  test('does not call a race what is wrong without concurrency', async () => {
    const { context, rig } = engineRig();
    const result = await new IntegrationEngine(context).explore({ ...locked, invariant: () => false });
    expect(result.verdict).toBe('wrong_without_concurrency');
    expect(result.reason).toContain('one after the other break it too');
    expect(rig.issues).toMatchObject([{ issueType: 'invariant_broken' }]);
  });

  test('takes a failing task for a broken invariant unless tasks may fail', async () => {
    const optimistic = {
      setUp: () => ({ version: 0 }),
      tasks: [1, 2].map(() => async (state: { version: number }, turns: Turns) => {
        const seen = state.version;
        await turns.point('commit');
        if (state.version !== seen) throw new Error('conflict');
        state.version++;
      }),
      invariant: () => true,
    };
    const strict = await new IntegrationEngine(engineRig().context).explore(optimistic);
    expect(strict).toMatchObject({ verdict: 'race', failure: { message: 'A task failed: conflict' } });
    const lenient = await new IntegrationEngine(engineRig().context).explore({
      ...optimistic,
      tasksMayFail: true,
    });
    expect(lenient.verdict).toBe('no_race_found');
  });

  test('finds tasks that wait for each other', async () => {
    const lockBoth =
      (first: 'a' | 'b', second: 'a' | 'b') => async (locks: Record<'a' | 'b', Account>, turns: Turns) =>
        locks[first].withLock(async () => {
          await turns.point('first lock');
          await locks[second].withLock(async () => turns.point('second lock'));
        });
    const result = await new IntegrationEngine(engineRig().context).explore({
      setUp: () => ({ a: new Account(), b: new Account() }),
      tasks: { forth: lockBoth('a', 'b'), back: lockBoth('b', 'a') },
      invariant: () => true,
      runs: 40,
      runTimeoutMs: 150,
    });
    expect(result.verdict).toBe('race');
    expect(result.failure?.message).toContain('they may wait for each other');
  });

  test('does not take tasks that go on and on for tasks that wait for each other', async () => {
    const { context, rig } = engineRig();
    let over = false;
    const spin = async (_state: null, turns: Turns) => {
      while (!over) await turns.point('again');
    };
    const result = await new IntegrationEngine(context).explore({
      setUp: () => null,
      tasks: [spin, spin],
      invariant: () => true,
      runs: 2,
      runTimeoutMs: 20,
    });
    over = true;
    expect(result).toMatchObject({ verdict: 'inconclusive', failure: null, runs: 0 });
    expect(result.reason).toBe('2 schedules took longer than "runTimeoutMs" though their tasks went on.');
    expect(rig.issues).toEqual([]);
  });

  test('is inconclusive where no task has a point for others to come between', async () => {
    const result = await new IntegrationEngine(engineRig().context).explore({
      setUp: () => new Account(),
      tasks: [() => 1, () => 2],
      invariant: () => true,
    });
    expect(result.verdict).toBe('inconclusive');
    expect(result.reason).toContain('turns.point()');
  });

  test('ends early when the scenario is stopped', async () => {
    const { context, controller } = engineRig();
    let runs = 0;
    const result = await new IntegrationEngine(context).explore({
      ...locked,
      setUp: () => {
        if (++runs === 5) controller.abort();
        return new Account();
      },
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', interrupted: true, runs: 4 });
  });

  test('sets up and tears down a state for every schedule', async () => {
    const open = new Set<Account>();
    let made = 0;
    await new IntegrationEngine(engineRig().context).explore({
      ...unlocked,
      setUp: () => {
        made++;
        const account = new Account();
        open.add(account);
        return account;
      },
      tearDown: (account) => open.delete(account),
    });
    expect(made).toBeGreaterThan(2);
    expect(open.size).toBe(0);
  });

  test.each(['setUp', 'tearDown'])('is ended by what %s throws', async (name) => {
    const { context, rig } = engineRig();
    const failure = new Error('no server');
    const options = { ...unlocked, [name]: () => Promise.reject(failure) };
    await expect(new IntegrationEngine(context).explore(options)).rejects.toBe(failure);
    expect(rig.metrics).toEqual([]);
  });

  test('has no verdict on a race when it was stopped before the tasks ran one after the other', async () => {
    const { context, controller, rig } = engineRig();
    const result = await new IntegrationEngine(context).explore({
      ...unlocked,
      invariant: (account) => {
        if (account.balance !== 120) controller.abort();
        return unlocked.invariant(account);
      },
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', interrupted: true });
    expect(result.failure).not.toBeNull();
    expect(rig.issues).toMatchObject([{ issueType: 'invariant_broken', reproducible: false }]);
  });

  test('says what to install where fast-check is missing', async () => {
    const cause = new Error('Cannot find package');
    const load = () => loadFastCheck(() => Promise.reject(cause));
    await expect(exploreSchedules(engineRig().context, unlocked, load)).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: expect.stringContaining('npm i -D fast-check'),
      cause,
    });
  });

  test.each([
    [{ invariants: () => true }, 'Did you mean "invariant"?'],
    [{ model: { actions: {} } }, 'needs "tasks" or "model": one of them, and not both.'],
    [{ tasks: undefined }, 'needs "tasks" or "model": one of them, and not both.'],
    [{ tasks: [() => 1] }, 'needs at least 2 tasks'],
    [{ runs: 0 }, 'needs "runs" to be a whole number of at least 1; it was given 0.'],
  ])('refuses %j', async (wrong, sentence) => {
    const options = { ...unlocked, ...wrong } as unknown as typeof unlocked;
    await expect(new IntegrationEngine(engineRig().context).explore(options)).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: expect.stringContaining(sentence),
    });
  });
});
