/**
 * Checked by `npm run test:types`: every `@ts-expect-error` below is a mistake that a user would make, and a line that
 * stops being an error fails the check. The hub that is registered here is the Intelligence Hub (hub/index.ts).
 */
import type { TestContext as RunnerTestContext } from '@vitest/runner';
import type { TestContext } from 'vitest';
import {
  defineCapability,
  defineHub,
  type HubOf,
  type RegisteredHub,
  realWorldTest as realWorld,
  type ScenarioContext,
} from 'vitest-realworld';
import { realWorld as plugin, type RealWorldOptions } from 'vitest-realworld/plugin';
import type hubOfTheRepository from '../../hub/index.js';

type Equal<Left, Right> =
  (<Type>() => Type extends Left ? 1 : 2) extends <Type>() => Type extends Right ? 1 : 2 ? true : false;
const isTrue = <Type extends true>(_proof?: Type): void => {};

// The hub of a scenario is the registered one.
isTrue<Equal<RegisteredHub, HubOf<typeof hubOfTheRepository>>>();
isTrue<Equal<ScenarioContext['seed'], number>>();
isTrue<Equal<ScenarioContext['workspace']['path'], string>>();
isTrue<Equal<ScenarioContext['signal'], AbortSignal>>();

realWorld.scenario(
  'is typed from the hub',
  { kind: 'load', timeout: 5, retry: 1, tags: [] },
  async ({ hub, record }) => {
    const results = hub.code_search.search('vector', 3);
    isTrue<Equal<(typeof results)[number]['score'], number>>();
    // A synchronous method stays synchronous, an asynchronous one asynchronous.
    const index = hub.code_search.index('.');
    isTrue<Equal<typeof index extends Promise<unknown> ? true : false, true>>();
    // @ts-expect-error no such capability
    hub.code_serch.search('vector');
    // @ts-expect-error no such method
    hub.code_search.serch('vector');
    // @ts-expect-error wrong argument
    hub.code_search.search(42);
    // @ts-expect-error missing argument
    hub.code_search.search();
    record.metric('files', 3, 'files', { capability: 'code_search' });
    // @ts-expect-error a metric has a unit
    record.metric('files', 3);
    // @ts-expect-error a metric is a number
    record.metric('files', '3', 'files');
    record.issue({ severity: 'low', description: 'x' });
    // @ts-expect-error no such severity
    record.issue({ severity: 'grave', description: 'x' });
    // @ts-expect-error an issue is described
    record.issue({ severity: 'low' });
  },
);

// @ts-expect-error a scenario has a kind
realWorld.scenario('no kind', {}, () => {});
// @ts-expect-error one of five
realWorld.scenario('wrong kind', { kind: 'stress' }, () => {});
// @ts-expect-error a scenario has a function
realWorld.scenario('no function', { kind: 'load' });
// @ts-expect-error what the fixtures are made of is not for scenarios
realWorld.scenario('inner parts', { kind: 'load' }, ({ activeScenario }) => activeScenario);
realWorld.scenario.skip('skipped', { kind: 'recovery' }, ({ recovery }) => recovery.summarize());
realWorld.scenario.skipIf(true)('skipped', { kind: 'learning' }, ({ learning }) => learning.split([1], 0.5));
realWorld('a plain test with the fixtures', ({ seed }) => seed);

const hub = defineHub({
  capabilities: {
    clock: defineCapability({ create: () => new Date() }),
    later: defineCapability({ create: async () => ({ wait: (ms: number) => Promise.resolve(ms) }) }),
    linked: defineCapability({
      create: ({ capability }) => {
        const clock = capability<Date>('clock');
        return { year: () => clock.getFullYear() };
      },
      dispose: (linked) => {
        isTrue<Equal<ReturnType<typeof linked.year>, number>>();
      },
    }),
  },
});
isTrue<Equal<ReturnType<HubOf<typeof hub>['later']['wait']>, Promise<number>>>();
isTrue<Equal<ReturnType<HubOf<typeof hub>['linked']['year']>, number>>();
// @ts-expect-error create returns an object with methods
defineCapability({ create: () => 42 });
// @ts-expect-error a capability is created
defineHub({ capabilities: { broken: {} } });

plugin();
plugin({ workspace: '.', limits: { cpuPercentMax: 80 } } satisfies RealWorldOptions);
// @ts-expect-error unknown option
plugin({ workspce: '.' });
// @ts-expect-error wrong type
plugin({ durationMinutes: '5' });

// On the 4.x line the context of a test is the one that @vitest/runner declares.
isTrue<Equal<RunnerTestContext, TestContext>>();
