import { describe, expect, test } from 'vitest';
import { lookAgain } from '../support/look-again.js';
import { InnerProject } from './inner-project.js';

const config = {
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config';
    import { realWorld } from 'vitest-realworld/plugin';
    export default defineConfig({ plugins: [realWorld({
      limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100, consecutiveErrorsMax: 1000 } })] });`,
};

/** A capability that misbehaves in every way, and how far it goes is in what it is given. */
const project = (scenarios: string): Readonly<Record<string, string>> => ({
  ...config,
  'hub.ts': `
    import { setTimeout as delay } from 'node:timers/promises';
    import { defineCapability, defineHub } from 'vitest-realworld';
    class Shop {
      #kept = [];
      #visits = 0;
      enter() {}
      async visit(guest, failsAt) { if (failsAt.includes(++this.#visits)) throw new Error('visit ' + this.#visits + ' failed'); }
      async sell(item, broken) { await delay(2); if (broken) throw new Error('no ' + item); }
      fill(megabytes) { return Buffer.alloc(megabytes * 1024 * 1024, 1).length; }
      compute(ms) { const until = process.cpuUsage().user + ms * 1_000; while (process.cpuUsage().user < until); }
      keep(numbers) { this.#kept.push(Array.from({ length: numbers }, (_, index) => index + 0.5)); }
    }
    export default defineHub({ capabilities: { shop: defineCapability({ create: () => new Shop() }) } });`,
  'shop.realworld.ts': `
    import { setTimeout as delay } from 'node:timers/promises';
    import { expect } from 'vitest';
    import { realWorldTest as realWorld } from 'vitest-realworld';
    const tried = (call) => Promise.resolve().then(call).catch(() => {});
    ${scenarios}`,
});

interface FoundIssue {
  readonly issue_type: string;
  readonly description: string;
  readonly evidence_activity_id: string | null;
  readonly evidence_method: string | null;
}

/** What the rules found in one real run of scenarios, by type; issues of thin data are left out unless asked for. */
async function issuesOf(scenarios: string): Promise<ReadonlyMap<string, FoundIssue>> {
  using inner = new InnerProject(project(scenarios));
  const run = await inner.run();
  expect(run.exitCode, run.output).toBe(0);
  const issues = inner.query<FoundIssue>(
    `SELECT issue_type, i.description, evidence_activity_id, activity_type AS evidence_method FROM issues i
     LEFT JOIN activities ON activity_id = evidence_activity_id WHERE source = 'rule'`,
  );
  return new Map(issues.map((issue) => [issue.issue_type, issue]));
}

const scenario = (kind: string, body: string, options = ''): string => `
  realWorld.scenario('a scenario of kind ${kind}', { kind: '${kind}', ${options} },
    async ({ hub, record, recovery, task }) => { ${body} });`;

describe('a rule on a recorded run', lookAgain, () => {
  test('tells inputs on which a method fails now and then, and not one that was mended once', async () => {
    const visits = (failsAt: string): string =>
      scenario(
        'load',
        `for (let visit = 0; visit < 40; visit++) await tried(() => hub.shop.visit('ann', ${failsAt}));`,
      );
    const flaky = await issuesOf(visits('[3, 9, 20]'));
    expect(flaky.get('flaky')).toMatchObject({
      description:
        'visit fails and succeeds on the same input: 3 of 38 calls failed from the first failure on.',
      evidence_method: 'visit',
    });
    expect([...(await issuesOf(visits('[1, 2, 3]'))).keys()]).not.toContain('flaky');
  });

  test('tells a scenario that passes only when it is tried again', async () => {
    const body = 'hub.shop.enter(); expect(task.result.retryCount ?? 0).toBe(1);';
    const issues = await issuesOf(scenario('load', body, 'retry: 1'));
    expect(issues.get('flaky')?.description).toContain('passed only at attempt 2');
    expect([...(await issuesOf(scenario('load', 'hub.shop.enter();', 'retry: 1'))).keys()]).not.toContain(
      'flaky',
    );
  });

  test('tells failures that come together, after which call, and not those that are spread', async () => {
    const sells = (isBroken: string): string =>
      scenario(
        'load',
        `for (let item = 0; item < 120; item++) {
           if (item % 3 === 0) hub.shop.enter();
           const isBroken = ${isBroken};
           await tried(() => hub.shop.sell(item, isBroken));
           // What is broken fails at once, all in one moment or across the border of two windows.
           if (!isBroken) await delay(40);
         }`,
      );
    const [together, spread] = await Promise.all([
      issuesOf(sells('item >= 40 && item < 60')),
      issuesOf(sells('item % 9 === 0')),
    ]);
    expect(together.get('error_burst')?.description).toMatch(
      /\d+ of the 20 failures of sell came within [12]\.0s/,
    );
    expect(together.get('error_burst')?.evidence_method).toBe('sell');
    expect([...spread.keys()]).not.toContain('error_burst');
    expect(spread.get('unreliable')?.description).toMatch(
      /Pattern: 14 of 14 failures came right after shop\.enter/,
    );
    expect(spread.get('unreliable')?.description).toContain('(14x) Error: no ');
  });

  test('tells a call during which memory jumps', async () => {
    const fills = (megabytes: number): string =>
      scenario('load', `for (let call = 0; call < 5; call++) hub.shop.fill(${megabytes});`);
    const issues = await issuesOf(fills(160));
    expect(issues.get('memory_spike')?.description).toMatch(
      /The process grew by 1\d\d MB during one call of fill/,
    );
    expect([...(await issuesOf(fills(40))).keys()]).not.toContain('memory_spike');
  });

  test('tells who takes most of the CPU time', async () => {
    const computes = (others: string): string =>
      scenario(
        'load',
        `hub.shop.enter(); hub.shop.fill(1);
         for (let call = 0; call < 30; call++) { hub.shop.compute(100); ${others} }`,
      );
    const hog = await issuesOf(computes(''));
    expect(hog.get('cpu_hog')).toMatchObject({ evidence_method: 'compute' });
    const shared = computes('').replace(
      'hub.shop.compute(100);',
      'const until = process.cpuUsage().user + 100_000; while (process.cpuUsage().user < until);',
    );
    expect([...(await issuesOf(shared)).keys()]).not.toContain('cpu_hog');
  });

  test('tells a heap that only grows', async () => {
    const keeps = (numbers: number): string =>
      scenario(
        'monitoring',
        `for (let call = 0; call < 220; call++) { hub.shop.keep(${numbers}); await delay(100); }`,
        'timeout: 60_000',
      );
    const [leaking, level] = await Promise.all([issuesOf(keeps(40_000)), issuesOf(keeps(10))]);
    expect(leaking.get('leak')?.description).toMatch(/the heap in use grew by \d+ MB, \d+ bytes a call/);
    expect([...level.keys()]).not.toContain('leak');
  });

  test('tells what a scenario measured: accuracy, recovery, damage', async () => {
    const measured = (accuracy: number, count: number, recovers: boolean): string =>
      scenario(
        'recovery',
        `for (let call = 0; call < 5; call++) hub.shop.enter();
         record.metric('accuracy', ${accuracy}, 'share', { capability: 'shop', context: { cases: 60 } });
         record.metric('effects_applied_twice', ${count}, 'count', { capability: 'shop' });
         record.metric('effects_lost', ${count}, 'count', { capability: 'shop' });
         record.metric('race_conditions', ${count}, 'count', { capability: 'shop' });
         record.metric('recovered', ${Number(recovers)}, 'share', { capability: 'shop', context: { fault: 'away' } });`,
      );
    const bad = await issuesOf(measured(0.5, 2, false));
    expect([...bad.keys()].sort()).toEqual([
      'effect_applied_twice',
      'failed_recovery',
      'lost_data',
      'poor_accuracy',
      'race',
    ]);
    expect(bad.get('poor_accuracy')).toMatchObject({
      description: 'accuracy is 50.0% (95 % interval 37.7% to 62.3%, 60 cases).',
      evidence_method: 'enter',
    });
    expect(bad.get('failed_recovery')?.description).toContain('did not work again in 1 of 1 trial');
    expect([...(await issuesOf(measured(0.65, 0, true))).keys()]).toEqual([]);
  });

  test('tells what was called too rarely to say anything', async () => {
    const calls = (count: number): string =>
      scenario('load', `for (let call = 0; call < ${count}; call++) hub.shop.enter();`);
    expect((await issuesOf(calls(4))).get('insufficient_data')).toMatchObject({
      description:
        'Only 4 calls without an injected fault: its success rate is somewhere between 51.0% and 100.0%.',
      evidence_method: 'enter',
    });
    expect([...(await issuesOf(calls(5))).keys()]).toEqual([]);
  });
});
