import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { lookAgain } from '../support/look-again.js';
import { InnerProject } from './inner-project.js';

test('toRegress judges a run by those before it, and knows when it cannot', lookAgain, async () => {
  using inner = new InnerProject({
    'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      export default defineConfig({ plugins: [realWorld({
        limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100 } })] });`,
    'hub.ts': `
      import { setTimeout as delay } from 'node:timers/promises';
      import { defineCapability, defineHub } from 'vitest-realworld';
      class Shop { sell() { return delay(Number(process.env.SELL_MS)); } }
      export default defineHub({ capabilities: { shop: defineCapability({ create: () => new Shop() }) } });`,
    'shop.realworld.ts': `
      import { expect } from 'vitest';
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('sells', { kind: 'load' }, async ({ hub, run }) => {
        for (let call = 0; call < 25; call++) await hub.shop.sell();
        if (process.env.JUDGE) expect(run.of('shop', 'sell')).not.toRegress();
      });`,
  });
  const judged = { JUDGE: '1' };
  const first = await inner.run([], { SELL_MS: '5', ...judged });
  expect(first.exitCode).toBe(1);
  expect(first.output).toContain(
    'Whether shop.sell got worse is not known: no call of it was measured in earlier runs',
  );
  for (let run = 0; run < 10; run++) expect((await inner.run([], { SELL_MS: '5' })).exitCode).toBe(0);
  const same = await inner.run([], { SELL_MS: '5', ...judged });
  expect(same.exitCode, same.output).toBe(0);
  for (let run = 0; run < 2; run++) await inner.run([], { SELL_MS: '30' });
  const slower = await inner.run([], { SELL_MS: '30', ...judged });
  expect(slower.exitCode).toBe(1);
  expect(slower.output).toMatch(
    /shop\.sell got worse \(\d metrics compared\):[\s\S]*?shop\.sell: median time [\d.]+ms -> [\d.]+ms/,
  );
  const trend = await inner.start([resolve('dist/bundle/cli/main.js'), 'trend', '--capability', 'shop'])
    .ended;
  expect(trend.stdout).toMatch(/shop\.sell +median time +[\d.]+ms [▁▂▃]+[▆▇█]+/);
});
