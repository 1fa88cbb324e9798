import { describe, expect, test } from 'vitest';
import { InnerProject } from './inner-project.js';

/** A project whose scenarios use the matchers; each is one test, and its name says how it must end. */
function project(scenarios: string): InnerProject {
  return new InnerProject({
    'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      export default defineConfig({ plugins: [realWorld({
        limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100, consecutiveErrorsMax: 1_000 } })] });`,
    'hub.ts': `
      import { setTimeout as delay } from 'node:timers/promises';
      import { defineCapability, defineHub } from 'vitest-realworld';
      class Shop {
        #kept = [];
        sell(fails) { if (fails) throw new Error('sold out'); return 1; }
        async ship() { await delay(3); }
        keep() { this.#kept.push(Array.from({ length: 200 }, (_, index) => index + 0.5)); }
        drop() { return Array.from({ length: 200 }, (_, index) => index + 0.5).length; }
      }
      export default defineHub({ capabilities: { shop: defineCapability({ create: () => new Shop() }) } });`,
    'shop.realworld.ts': `
      import { expect } from 'vitest';
      import { realWorldTest as realWorld } from 'vitest-realworld';
      const tried = (call) => Promise.resolve().then(call).catch(() => {});
      ${scenarios}`,
  });
}

const scenario = (name: string, body: string): string => `
  realWorld.scenario(${JSON.stringify(name)}, { kind: 'load' },
    async ({ hub, run, load, learning, recovery }) => { ${body} });`;

/** Error messages of the scenarios, by name; null for one that passed. */
async function endsOf(scenarios: string): Promise<Readonly<Record<string, string | null>>> {
  using inner = project(scenarios);
  const run = await inner.run();
  const rows = inner.query<{ name: string; error_message: string | null; outcome: string }>(
    'SELECT name, error_message, outcome FROM scenarios',
  );
  expect(rows.length, run.output).toBeGreaterThan(0);
  return Object.fromEntries(
    rows.map(({ name, error_message, outcome }) => [name, outcome === 'passed' ? null : error_message]),
  );
}

describe('a matcher in a scenario', () => {
  test('toMeet holds what was called to its limits, whole or in part', async () => {
    const calls =
      'for (let call = 0; call < 40; call++) { await tried(() => hub.shop.sell(call < 4)); await hub.shop.ship(); }';
    const ends = await endsOf(
      [
        scenario(
          'passes',
          `${calls} expect(run).toMeet({ successRate: 0.9, p95Ms: 2_000 });
          expect(run.of('shop', 'ship')).toMeet({ errors: 0, medianMs: 2_000, throughputPerSecond: 1 });
          expect(run.of('shop', 'sell')).not.toMeet({ successRate: 0.95 });`,
        ),
        scenario(
          'fails',
          `${calls} expect(run.of('shop', 'sell')).toMeet({ successRate: 0.95, maxMs: 60_000 });`,
        ),
        scenario('too few', 'hub.shop.sell(false); expect(run).toMeet({ successRate: 0.5 });'),
        scenario('too few for not', 'hub.shop.sell(false); expect(run).not.toMeet({ successRate: 0.5 });'),
        scenario('nothing', 'expect(run.of("cellar")).toMeet({ errors: 0 });'),
        scenario(
          'enough when told',
          'hub.shop.sell(false); expect(run).toMeet({ errors: 0, minSamples: 1 });',
        ),
        scenario('misspelt', `${calls} expect(run).toMeet({ p95: 5 });`),
        scenario('misused', 'expect({}).toMeet({ errors: 0 });'),
        scenario('misused with not', 'expect({}).not.toMeet({ errors: 0 });'),
        scenario(
          'load',
          `const result = await load.closed({ users: 4, iterations: 60, iterate: () => hub.shop.ship() });
           expect(result).toMeet({ errors: 0, successRate: 1, p95Ms: 2_000 });`,
        ),
      ].join('\n'),
    );
    expect(ends).toMatchObject({ passes: null, 'enough when told': null, load: null });
    expect(ends.fails).toMatch(
      /^shop\.sell does not meet its limits:\n {2}met: slowest call: .*\n {2}broken: success rate: 90\.0% \(95 % interval 76\.9% to 96\.0%, 40 calls\), wanted at least 95\.0%\n {2}slowest: activity \w+\n {2}first failure: activity \w+$/,
    );
    expect(ends['too few']).toContain('1 call is too few, 20 are needed');
    expect(ends['too few for not']).toContain('1 call is too few, 20 are needed');
    expect(ends.nothing).toContain('inconclusive: failed calls: wanted at most 0; it was not measured');
    expect(ends.misspelt).toContain('there is no limit "p95". Did you mean "p95Ms"?');
    expect(ends.misused).toContain('toMeet() judges a run');
    expect(ends['misused with not']).toContain('toMeet() judges a run');
  });

  test('toLeak tells what is kept from what is dropped, and does not know what was not watched', async () => {
    const calls = (method: string): string =>
      `run.watchMemory({ everyCalls: 50 }); for (let call = 0; call < 2_000; call++) hub.shop.${method}();`;
    const ends = await endsOf(
      [
        scenario('drops', `${calls('drop')} expect(run).not.toLeak();`),
        scenario('keeps', `${calls('keep')} expect(run).toLeak();`),
        scenario('keeps and should not', `${calls('keep')} expect(run).not.toLeak();`),
        scenario('not watched', 'hub.shop.drop(); expect(run).not.toLeak();'),
      ].join('\n'),
    );
    expect(ends).toMatchObject({ drops: null, keeps: null });
    expect(ends['keeps and should not']).toMatch(
      /^Memory leaks \(40 samples\):\n {2}heap: 1\.\d KB a call .*growing/,
    );
    expect(ends['not watched']).toContain('memory was not watched: call run.watchMemory() first');
  });

  test('toReach holds an evaluation to its targets', async () => {
    const evaluate = (wrong: number): string => `
      const cases = Array.from({ length: 60 }, (_, index) => ({ positive: index % 2 === 0, subject: index }));
      const evaluation = await learning.evaluate('shop', cases, (index) => (index < ${wrong} ? index % 2 === 1 : index % 2 === 0));`;
    const ends = await endsOf(
      [
        scenario(
          'reaches',
          `${evaluate(6)} expect(evaluation).toReach({ precision: 0.85, recall: 0.85, falsePositiveRate: 0.2 });`,
        ),
        scenario('does not', `${evaluate(30)} expect(evaluation).toReach({ precision: 0.8 });`),
        scenario('misspelt', `${evaluate(6)} expect(evaluation).toReach({ precison: 0.8 });`),
      ].join('\n'),
    );
    expect(ends.reaches).toBeNull();
    expect(ends['does not']).toMatch(
      /^The evaluation does not reach its targets \(60 cases\):\n {2}precision: 50\.0% \(95 % interval 33\.\d% to 66\.\d%\), wanted at least 80\.0%$/,
    );
    expect(ends.misspelt).toContain('there is no "precison". Did you mean "precision"?');
  });

  test('toBeExactlyOnce tells effects that were lost or applied twice', async () => {
    const ends = await endsOf(
      [
        scenario(
          'once',
          "expect(recovery.checkLedger({ name: 'orders', expected: ['a', 'b'], applied: ['b', 'a'] })).toBeExactlyOnce();",
        ),
        scenario(
          'not once',
          "expect(recovery.checkLedger({ name: 'orders', expected: ['a', 'b'], applied: ['b', 'b'] })).toBeExactlyOnce();",
        ),
        scenario(
          'nothing',
          "expect(recovery.checkLedger({ name: 'orders', expected: [], applied: [] })).toBeExactlyOnce();",
        ),
      ].join('\n'),
    );
    expect(ends.once).toBeNull();
    expect(ends['not once']).toBe(
      'Of 2 effects 1 was lost and 1 applied more than once (2 applied in all).\n  lost: a\n  applied 2 times: b',
    );
    expect(ends.nothing).toContain('is not known: none was expected');
  });
});
