import { describe, expect, test } from 'vitest';
import { lookAgain } from '../support/look-again.js';
import { InnerProject } from './inner-project.js';

const cli = 'node_modules/vitest-realworld/dist/bundle/cli/main.js';

/**
 * A capability that takes so many milliseconds; the rest of the project is the same in every run. It waits and does not work, so that
 * a machine that gets busy between two runs makes no slowdown of its own.
 */
const shop = (waitMs: number): Readonly<Record<string, string>> => ({
  'hub.ts': `
    import { defineCapability, defineHub } from 'vitest-realworld';
    class Shop {
      async sell() {
        await new Promise((resolve) => setTimeout(resolve, ${waitMs}));
        return { sold: true };
      }
    }
    export default defineHub({ capabilities: { shop: defineCapability({ create: () => new Shop() }) } });`,
});

const project = {
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config';
    import { realWorld } from 'vitest-realworld/plugin';
    export default defineConfig({ plugins: [realWorld({
      limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100 } })] });`,
  'shop.realworld.ts': `
    import { realWorldTest as realWorld } from 'vitest-realworld';
    realWorld.scenario('sells', { kind: 'load' }, async ({ hub }) => {
      for (let sale = 0; sale < 25; sale++) await hub.shop.sell();
    });`,
};

/** Issues that a busy machine makes, whatever the code does. */
const ofTheMachine = new Set(['outliers', 'slowing_down', 'event_loop_blocked', 'resource_limit']);

describe('a project with history', lookAgain, () => {
  test('hears of a planted slowdown once three runs have it, and of nothing before', async () => {
    using inner = new InnerProject({ ...project, ...shop(20) });
    const first = await inner.run();
    expect(first.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Not yet: 0 earlier runs are comparable; 8 more runs and it begins.',
    );
    for (let run = 0; run < 9; run++) await inner.run();
    const before = await inner.run();
    expect(before.stdout).not.toContain('regressed:');
    const setting = await inner.start([cli, 'baseline', 'set', '--name', 'release']).ended;
    expect(setting.stdout).toContain('Baseline "release" is set from 10 runs');
    inner.write(shop(60));
    await inner.run();
    await inner.run();
    const after = await inner.run();
    expect(after.exitCode).toBe(0);
    expect(after.stdout).toContain('regressed: shop.sell: median time');
    const issues = inner.query<{ capability: string; description: string }>(
      `SELECT capability, description FROM issues WHERE issue_type = 'regression' AND description LIKE '%median%'
       AND session_id = (SELECT session_id FROM test_sessions ORDER BY start_time DESC LIMIT 1)`,
    );
    expect(issues).toHaveLength(1);
    expect(issues[0]?.description).toMatch(/^Got worse: shop\.sell: median time/);
    const types = inner.query<{ type: string }>('SELECT DISTINCT issue_type AS type FROM issues');
    expect(types.map(({ type }) => type).filter((type) => !ofTheMachine.has(type))).toEqual(['regression']);
    const [ids] = inner.query<{ newest: string }>(
      'SELECT group_concat(session_id) AS newest FROM (SELECT session_id FROM test_sessions ORDER BY start_time DESC LIMIT 3)',
    );
    const compared = await inner.start([cli, 'compare', 'baseline:release', ids?.newest ?? '']).ended;
    expect([compared.exitCode, compared.stderr]).toEqual([1, '']);
    expect(compared.stdout).toContain('regressed: shop.sell: median time');
    const single = await inner.start([cli, 'compare', 'baseline:release', 'latest']).ended;
    expect(single.exitCode).toBe(3);
  }, 120_000);

  test.each([
    [
      'a CPU loop',
      'compute(10);',
      'compute(40);',
      /regressed: shop\.sell: (CPU time a call|median time|95th percentile)/,
    ],
    [
      'an allocation that is kept',
      '',
      'this.#kept.push(Array.from({ length: 25_000 }, (_, index) => index + 0.5));',
      /regressed: shop\.sell: memory allocated a call/,
    ],
  ])(
    'hears of %s, and of nothing before',
    async (_plant, before, after, words) => {
      const working = (work: string): Readonly<Record<string, string>> => ({
        'hub.ts': `
        import { defineCapability, defineHub } from 'vitest-realworld';
        const compute = (ms) => { const until = process.cpuUsage().user + ms * 1_000; while (process.cpuUsage().user < until); };
        class Shop {
          #kept = [];
          async sell() {
            await new Promise((resolve) => setTimeout(resolve, 5));
            ${work}
            return { sold: true };
          }
        }
        export default defineHub({ capabilities: { shop: defineCapability({ create: () => new Shop() }) } });`,
      });
      using inner = new InnerProject({ ...project, ...working(before) });
      for (let run = 0; run < 10; run++) await inner.run();
      const unchanged = await inner.run();
      expect(unchanged.stdout).not.toMatch(words);
      inner.write(working(after));
      for (let run = 0; run < 2; run++) await inner.run();
      expect((await inner.run()).stdout.replaceAll(/\s+/g, ' ')).toMatch(words);
    },
    120_000,
  );
});
