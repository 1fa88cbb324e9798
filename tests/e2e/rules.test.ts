import { describe, expect, test } from 'vitest';
import { lookAgain } from '../support/look-again.js';
import { InnerProject } from './inner-project.js';

const config = {
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config';
    import { realWorld } from 'vitest-realworld/plugin';
    export default defineConfig({ plugins: [realWorld({
      limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100 } })] });`,
};

/** One capability whose calls wait in a queue, compute, or are late now and then, as its plan says. */
const project = (scenario: string): Readonly<Record<string, string>> => ({
  ...config,
  'hub.ts': `
    import { setTimeout as delay } from 'node:timers/promises';
    import { defineCapability, defineHub } from 'vitest-realworld';
    class Desk {
      #queue = Promise.resolve();
      queued() { return (this.#queue = this.#queue.then(() => delay(5))); }
      free() { return delay(5); }
      async sliced(ms) { for (let done = 0; done < ms; done += 10) { this.compute(10); await delay(1); } }
      async late(ms) { await delay(5); this.compute(ms); await delay(5); }
      compute(ms) { const until = performance.now() + ms; while (performance.now() < until); }
      async lateNowAndThen(call) { await delay(call === 33 ? 400 : 3); }
    }
    export default defineHub({ capabilities: { desk: defineCapability({ create: () => new Desk() }) } });`,
  'desk.realworld.ts': `
    import { realWorldTest as realWorld } from 'vitest-realworld';
    realWorld.scenario('works', { kind: 'load' }, async ({ hub }) => { ${scenario} });`,
});

async function issuesOf(scenario: string): Promise<readonly string[]> {
  using inner = new InnerProject(project(scenario));
  const run = await inner.run();
  expect(run.exitCode).toBe(0);
  return inner
    .query<{ issue: string }>(
      "SELECT issue_type || ' ' || description AS issue FROM issues WHERE source = 'rule' AND issue_type <> 'insufficient_data'",
    )
    .map(({ issue }) => issue);
}

describe('a rule on a recorded run', lookAgain, () => {
  test('tells contention where calls wait for each other, and is silent where they do not', async () => {
    const both = (method: string): string => `
      for (let call = 0; call < 30; call++) await hub.desk.${method}();
      for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 8 }, () => hub.desk.${method}()));`;
    expect(await issuesOf(both('queued'))).toEqual([expect.stringMatching(/^contention queued takes \d+/)]);
    expect(await issuesOf(both('free'))).toEqual([]);
  });

  test('tells who blocked the event loop, and does not guess among calls that overlap', async () => {
    expect(await issuesOf('hub.desk.compute(300);')).toEqual([
      expect.stringMatching(/^event_loop_blocked compute kept the event loop busy/),
    ]);
    expect(await issuesOf('await hub.desk.late(300);')).toEqual([
      expect.stringMatching(/^event_loop_blocked late kept .* at a stretch in 1 of 1 call, \S+ at most/),
    ]);
    expect(await issuesOf('await hub.desk.sliced(300);')).toEqual([]);
    expect(await issuesOf('hub.desk.compute(100);')).toEqual([]);
    expect(await issuesOf('const other = hub.desk.free(); hub.desk.compute(300); await other;')).toEqual([]);
  });

  test('tells calls far from the usual', async () => {
    expect(
      await issuesOf('for (let call = 0; call < 60; call++) await hub.desk.lateNowAndThen(call);'),
    ).toEqual([
      expect.stringMatching(/^outliers lateNowAndThen usually takes .*, and 1 of 60 calls more than 1/),
    ]);
    expect(
      await issuesOf('for (let call = 34; call < 94; call++) await hub.desk.lateNowAndThen(call);'),
    ).toEqual([]);
  });
});
