import { availableParallelism, cpus } from 'node:os';
import { describe, expect, test } from 'vitest';
import { lookAgain } from '../support/look-again.js';
import { InnerProject } from './inner-project.js';

function project(scenario: string, options = '', monitorIntervalSeconds = 3_600): InnerProject {
  return new InnerProject({
    'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      export default defineConfig({ plugins: [realWorld({ monitorIntervalSeconds: ${monitorIntervalSeconds},
        limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100, consecutiveErrorsMax: 1_000 } })] });`,
    'hub.ts': `
      import { setTimeout as delay } from 'node:timers/promises';
      import { defineCapability, defineHub } from 'vitest-realworld';
      class Shop {
        #sold = 0;
        enter() {}
        wait(ms) { return delay(ms); }
        async sellSlower(byMs) { await delay(3 + byMs * this.#sold++); }
      }
      class Cellar { enter() {} }
      export default defineHub({ capabilities: {
        shop: defineCapability({ create: () => new Shop() }), cellar: defineCapability({ create: () => new Cellar() }) } });`,
    'shop.realworld.ts': `
      import { Worker } from 'node:worker_threads';
      import { cpus } from 'node:os';
      import { expect } from 'vitest';
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('works', { kind: 'monitoring', ${options} }, async ({ hub, task }) => { ${scenario} });`,
  });
}

/** Types, severities and descriptions of what the rules found in one real run. */
async function issuesOf(...given: Parameters<typeof project>): Promise<readonly string[]> {
  using inner = project(...given);
  await inner.run();
  return inner
    .query<{ issue: string }>(
      `SELECT severity || ' ' || issue_type || ' ' || capability || ': ' || description AS issue FROM issues
       WHERE source = 'rule' AND issue_type <> 'insufficient_data'`,
    )
    .map(({ issue }) => issue);
}

const enterBoth = 'hub.shop.enter(); hub.cellar.enter();';

describe('a rule on a recorded run', lookAgain, () => {
  test('tells a call that had not returned when its scenario ended', async () => {
    expect(await issuesOf(`${enterBoth} void hub.shop.wait(5_000);`)).toContainEqual(
      expect.stringMatching(/^high timeout shop: wait had not returned in 1 of 1 calls/),
    );
    expect(await issuesOf(`${enterBoth} await hub.shop.wait(50);`)).toEqual([]);
  });

  test('tells a capability that nobody called', async () => {
    expect(await issuesOf('hub.shop.enter();')).toEqual([
      'low missing_capability cellar: The hub declares this capability, and no scenario called it.',
    ]);
    expect(await issuesOf(enterBoth)).toEqual([]);
  });

  test('tells a scenario that failed, and a method from two seconds on', async () => {
    expect(await issuesOf(`${enterBoth} expect(1).toBe(2);`)).toEqual([
      expect.stringMatching(/^high scenario_failed monitoring: Scenario "works" failed: expected 1 to be 2/),
    ]);
    const [slow, quick] = await Promise.all([
      issuesOf(`${enterBoth} await hub.shop.wait(2_100);`),
      issuesOf(`${enterBoth} await hub.shop.wait(1_500);`),
    ]);
    expect(slow).toEqual([expect.stringMatching(/^medium slow shop: wait takes 2\.1s on average/)]);
    expect(quick).toEqual([]);
  });

  test('tells a method that gets slower, and not one that stays as it is', async () => {
    const sells = (byMs: number): string =>
      `${enterBoth} const untilMs = performance.now() + 12_500;
       while (performance.now() < untilMs) await hub.shop.sellSlower(${byMs});`;
    const [slower, same] = await Promise.all([
      issuesOf(sells(0.05), 'timeout: 60_000'),
      issuesOf(sells(0), 'timeout: 60_000'),
    ]);
    expect(slower).toEqual([expect.stringMatching(/^high slowing_down shop: sellSlower gets slower/)]);
    expect(same).toEqual([]);
  });

  // Nobody fills processors that this process may not use.
  test.skipIf(availableParallelism() < cpus().length)('tells a machine that is full', async () => {
    const burn = (seconds: number): string => `${enterBoth}
      const burner = 'const untilMs = Date.now() + ${seconds * 1_000}; while (Date.now() < untilMs);';
      const workers = cpus().map(() => new Worker(burner, { eval: true }));
      await Promise.all(workers.map((worker) => new Promise((end) => worker.once('exit', end))));`;
    expect(await issuesOf(burn(6), 'timeout: 60_000', 1)).toContainEqual(
      expect.stringMatching(
        /^medium resource_limit system: The machine's CPU was at \d+ % on average over \d+ samples/,
      ),
    );
    // As full, with too few samples to be more than the beginning of a run.
    expect(await issuesOf(burn(1), '', 5)).toEqual([]);
  });
});
