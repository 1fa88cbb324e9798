import { describe, expect, test } from 'vitest';
import { InnerProject } from './inner-project.js';

/** A capability that works for so many milliseconds; the rest of the project is the same in every run. */
const shop = (workMs: number): Readonly<Record<string, string>> => ({
  'hub.ts': `
    import { defineCapability, defineHub } from 'vitest-realworld';
    class Shop {
      sell() {
        const until = performance.now() + ${workMs};
        while (performance.now() < until);
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
    realWorld.scenario('sells', { kind: 'load' }, ({ hub }) => {
      for (let sale = 0; sale < 25; sale++) hub.shop.sell();
    });`,
};

describe('a project with history', () => {
  test('hears of a planted slowdown once three runs have it, and of nothing before', async () => {
    using inner = new InnerProject({ ...project, ...shop(1) });
    const first = await inner.run();
    expect(first.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Not yet: 0 earlier runs are comparable; 8 more runs and it begins.',
    );
    for (let run = 0; run < 9; run++) await inner.run();
    const before = await inner.run();
    expect(before.stdout).not.toContain('regressed:');
    inner.write(shop(4));
    await inner.run();
    await inner.run();
    const after = await inner.run();
    expect(after.exitCode).toBe(0);
    expect(after.stdout).toContain('regressed: shop.sell: median time');
    const issues = inner.query<{ capability: string; description: string }>(
      "SELECT capability, description FROM issues WHERE issue_type = 'regression' AND description LIKE '%median%'",
    );
    expect(issues).toHaveLength(1);
    expect(issues[0]?.description).toMatch(/^Got worse: shop\.sell: median time/);
    expect(inner.query("SELECT DISTINCT issue_type FROM issues WHERE source = 'rule'")).toEqual([
      { issue_type: 'regression' },
    ]);
  }, 120_000);
});
