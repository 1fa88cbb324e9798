import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type ReportJson, reportSchema } from '../../src/report/schema/report-schema.js';
import type { SessionPage } from '../../src/session-page.js';
import { formatDuration, formatShare } from '../../src/units.js';
import { InnerProject } from './inner-project.js';

const program = resolve('dist/bundle/cli/main.js');

/** One scenario of each kind, with failures, a fault, an accuracy and a slow method, so that every part has something in it. */
const project = {
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config';
    import { realWorld } from 'vitest-realworld/plugin';
    export default defineConfig({ plugins: [realWorld({ seed: 7, durationMinutes: 0.01,
      limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100, consecutiveErrorsMax: 100 } })] });`,
  'hub.ts': `
    import { setTimeout as delay } from 'node:timers/promises';
    import { defineCapability, defineHub } from 'vitest-realworld';
    class Shop {
      async sell(item) { await delay(2); if (item % 10 === 9) throw new Error('sold out of ' + item); return item; }
      find(word) { return word.length > 4; }
    }
    export default defineHub({ capabilities: { shop: defineCapability({ create: () => new Shop() }) } });`,
  'shop.realworld.ts': `
    import { realWorldTest as realWorld } from 'vitest-realworld';
    const quietly = async (work) => { try { await work(); } catch { /* it is what the report is to tell */ } };
    realWorld.scenario('sells all day', { kind: 'monitoring' }, async ({ hub, monitoring }) => {
      await monitoring.run({ intervalMs: 50, onTick: ({ index }) => quietly(() => hub.shop.sell(index)) });
    });
    realWorld.scenario('sells to many', { kind: 'load' }, async ({ hub, load }) => {
      await load.closed({ users: 4, iterations: 120, iterate: (index) => hub.shop.sell(index) });
    });
    realWorld.scenario('sells again', { kind: 'recovery' }, async ({ hub, recovery }) => {
      await recovery.trial({ fault: 'out_of_stock', inject() {}, attempt: () => hub.shop.sell(9),
        detected: ({ thrown }) => thrown !== undefined, restore() {}, verify: async () => (await hub.shop.sell(1)) === 1 });
      recovery.summarize();
    });
    realWorld.scenario('finds what is there', { kind: 'learning' }, async ({ hub, learning }) => {
      const cases = ['tea', 'coffee', 'cocoa', 'rum'].map((subject) => ({ subject, positive: subject !== 'rum' }));
      await learning.evaluate('shop', cases, (word) => hub.shop.find(word));
    });
    realWorld.scenario('hands over', { kind: 'integration' }, async ({ hub, integration }) => {
      await hub.shop.sell(2);
      integration.checkArrival('sales', ['a'], ['a']);
    });`,
};

test('text, Markdown, JSON and the page of a run of five scenarios tell the same numbers', async () => {
  using inner = new InnerProject(project);
  const run = await inner.run();
  expect(run.exitCode, run.output).toBe(0);
  const folder = inner.path('.realworld/reports');
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const read = (ending: string): string => readFileSync(`${folder}/${name.replace('.json', ending)}`, 'utf8');
  const json = reportSchema.parse(JSON.parse(read('.json'))) as ReportJson;
  const text = read('.txt');
  const { stdout: markdown } = await inner.start([program, 'report', 'latest', '--format', 'markdown']).ended;

  // The page holds the report itself; what it draws is drawn from there. The courses of methods stand beside it.
  const embedded =
    /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(read('.html'))?.[1] ?? '';
  const { page } = JSON.parse(embedded) as { readonly page: Pick<SessionPage, 'report'> };
  expect({ reportVersion: json.reportVersion, ...page.report }).toEqual(
    JSON.parse(JSON.stringify(json, (key, value: unknown) => (key === 'windows' ? undefined : value))),
  );

  const { totals, score, capabilities, scenarios, session } = json;
  expect(scenarios.map(({ kind }) => kind).sort()).toEqual([
    'integration',
    'learning',
    'load',
    'monitoring',
    'recovery',
  ]);
  expect(totals).toMatchObject({ errorsUnderFault: 1 });
  const success = formatShare(totals.successRate ?? 0);
  const mean = formatDuration(totals.meanMs ?? 0);
  const points = score?.total.toFixed(1);
  for (const line of [
    `Session ID: ${session.sessionId}`,
    `Total Activities: ${totals.activities}`,
    `Total Errors: ${totals.errors} (and 1 under injected faults)`,
    `Success Rate: ${success}`,
    `Avg Response Time: ${mean}`,
    `Quality Score: ${points} of 100`,
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(markdown).toContain(`### Score ${points} of 100`);
  expect(markdown).toContain(
    `5 of 5 scenarios passed, ${totals.activities} activities of ${capabilities.length} capabilities, ${totals.errors} errors and 1 under injected faults, success ${success}, mean ${mean}`,
  );
  for (const { capability, calls, meanMs, p95, successRate } of capabilities) {
    const numbers = [
      calls,
      formatShare(successRate ?? 0),
      formatDuration(meanMs),
      formatDuration(p95.valueMs),
    ];
    expect(text).toMatch(new RegExp(`^${capability} +${numbers.join(' +')} `, 'm'));
    expect(markdown).toMatch(
      new RegExp(
        `\\| \`${capability}\` \\| ${calls} \\| ${numbers[1]} .*\\| ${numbers[2]} \\| ${numbers[3]} `,
      ),
    );
  }
  expect(text.match(/^\d+\. \[/gm)?.length).toBe(
    Math.min(10, json.issues.length) + Math.min(10, json.suggestions.length),
  );
  const rows = inner.query<{ activities: number }>('SELECT count(*) AS activities FROM activities');
  expect(rows).toEqual([{ activities: totals.activities }]);
});
