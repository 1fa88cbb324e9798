import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { lookAgain } from '../support/look-again.js';
import { InnerProject } from './inner-project.js';

const program = resolve('dist/bundle/cli/main.js');

test(
  'vitest-realworld calibrate measures the noise of the machine and what the verdicts are worth',
  lookAgain,
  async () => {
    using inner = new InnerProject({
      'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      export default defineConfig({ plugins: [realWorld({
        limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100 } })] });`,
      'hub.ts': `
      import { setTimeout as delay } from 'node:timers/promises';
      import { defineCapability, defineHub } from 'vitest-realworld';
      class Shop { sell() { return delay(2); } }
      export default defineHub({ capabilities: { shop: defineCapability({ create: () => new Shop() }) } });`,
      'shop.realworld.ts': `
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('sells', { kind: 'load' }, async ({ hub }) => {
        for (let call = 0; call < 30; call++) await hub.shop.sell();
      });`,
    });
    const limits = ['--project', '.', '--file', 'shop', '--duration', '0.01', '--timeout', '5'];
    const few = await inner.start([program, 'calibrate', '--runs', '1', ...limits]).ended;
    expect(few.exitCode, few.output).toBe(3);
    expect(few.stdout).toContain('INCONCLUSIVE: 1 runs are too few');
    const run = await inner.start([program, 'calibrate', '--runs', '6', '--seed', '5', '--json']).ended;
    expect(run.exitCode, run.output).toBe(0);
    const report = JSON.parse(run.stdout) as {
      falseAlarms: { share: number };
      smallestChanges: readonly { way: string; slowdown: number | null }[];
    };
    expect(report).toMatchObject({ verdict: 'measured', runs: 6, seed: 5 });
    expect(report.falseAlarms.share).toBeLessThan(0.05);
    expect(report.smallestChanges.map(({ way }) => way)).toContain('pairs');
    const unknown = await inner.start([program, 'calibrate', '--runs', '2', '--scenario', 'nothing like it'])
      .ended;
    expect(unknown.exitCode).toBe(2);
  },
);
