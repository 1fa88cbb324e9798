import { describe, expect, test } from 'vitest';
import { InnerProject } from './inner-project.js';

const calls = 5_000;
const failures = 50;
const slowCalls = 5;

const project = (sampleShare: number): Readonly<Record<string, string>> => ({
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config';
    import { realWorld } from 'vitest-realworld/plugin';
    export default defineConfig({
      plugins: [realWorld({
        seed: 7,
        retention: { callsMax: 100, sampleShare: ${sampleShare} },
        limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100 },
      })],
    });`,
  'hub.ts': `
    import { defineCapability, defineHub } from 'vitest-realworld';
    class Shelf {
      #calls = 0;
      async take() {
        const call = ++this.#calls;
        if (call % ${calls / failures} === 0) throw new Error('empty');
        if (call % ${calls / slowCalls} === 7) await new Promise((settle) => setTimeout(settle, 150));
        return { call };
      }
    }
    export default defineHub({ capabilities: { shelf: defineCapability({ create: () => new Shelf() }) } });`,
  'shelf.realworld.ts': `
    import { realWorldTest as realWorld } from 'vitest-realworld';
    realWorld.scenario('takes very often', { kind: 'load' }, async ({ hub }) => {
      for (let call = 0; call < ${calls}; call++) await hub.shelf.take().catch(() => {});
    });`,
});

interface Counts {
  readonly kept: number;
  readonly failed: number;
  readonly slow: number;
}

const countRows =
  'SELECT count(*) AS kept, sum(NOT success) AS failed, sum(response_time_ms >= 140) AS slow FROM activities';

describe('a run that keeps some rows only', () => {
  test('counts every call, keeps every failure and every outlier, and says how many rows it kept', async () => {
    using inner = new InnerProject(project(0.02));
    const run = await inner.run();
    expect(run.exitCode).toBe(0);
    const [rows] = inner.query<Counts>(countRows);
    expect(rows?.failed).toBe(failures);
    // A busy machine adds slow calls of its own.
    expect(rows?.slow).toBeGreaterThanOrEqual(slowCalls);
    expect(rows?.kept).toBeLessThan(calls);
    expect(inner.query('SELECT calls, rows_kept, errors FROM activity_aggregates')).toEqual([
      { calls, rows_kept: rows?.kept, errors: failures },
    ]);
    expect(inner.query('SELECT total_activities, total_errors FROM test_sessions')).toEqual([
      { total_activities: calls, total_errors: failures },
    ]);
    expect(run.stdout).toContain(`Total Activities: ${calls}`);
    expect(run.stdout).toContain(`Rows kept: ${rows?.kept}:`);
  });

  test('with a share of 1 keeps every row', async () => {
    using inner = new InnerProject(project(1));
    await inner.run();
    expect(inner.query<Counts>(countRows)).toMatchObject([{ kept: calls, failed: failures }]);
  });
});
