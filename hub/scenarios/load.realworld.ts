import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { docSentencePairs } from 'vitest-realworld-hub';
import { reportLeftOut } from './support/report-left-out.js';
import { sourceFolder } from './support/workspace-editor.js';
import { workloads } from './workloads/index.js';
import type { ReadyWorkload } from './workloads/prepare-workloads.js';
import { prepareWorkloads } from './workloads/prepare-workloads.js';

const queriesMin = 100;
/** Queries for a codebase whose comments give too few of their own. */
const spareQueries = [
  'parse a number',
  'read a file',
  'compare two values',
  'create an object',
  'remove an item',
];

const roundsAtOnce = 6;

realWorld.scenario(
  'indexes a large codebase and answers searches under load',
  { kind: 'load' },
  async ({ hub, workspace, load, record, seed, durationMs }) => {
    const index = await hub.code_search.index(workspace.path, { includeComments: false });
    record.metric('files_indexed', index.files, 'files', { capability: 'code_search' });
    if (index.files > 0) {
      record.metric('index_speed', index.durationMs / index.files, 'ms/file', { capability: 'code_search' });
      record.metric('index_rate', index.files / (index.durationMs / 1_000), 'files/s', {
        capability: 'code_search',
      });
    }
    reportLeftOut(record, index.skipped);
    if (index.files < 1_000) {
      record.issue({
        severity: 'info',
        issueType: 'insufficient_data',
        description: `The workspace has ${index.files} source files; the load scenario is made for 1000 and more.`,
        suggestedFix: 'Set realWorld({ workspace }) to a larger codebase.',
      });
    }

    const pairs = await docSentencePairs(workspace.path, { limit: 150, seed });
    const queries = pairs.length >= queriesMin ? pairs.map(({ query }) => query) : spareQueries;
    const searches = await load.closed({
      name: 'search',
      users: 4,
      iterations: Math.max(queriesMin, queries.length),
      iterate: (iteration) => hub.code_search.search(queries[iteration % queries.length] as string),
    });
    expect(searches.failures).toEqual([]);
    expect(searches.iterations).toBeGreaterThanOrEqual(queriesMin);

    if (pairs.length > 0) {
      const quality = hub.code_search.evaluate(pairs);
      const input = { capability: 'code_search', context: { queries: quality.queries } };
      record.metric('search_relevance_mrr', quality.meanReciprocalRank, 'share', input);
      record.metric('search_relevance_recall_at_10', quality.recallAt10, 'share', input);
    }

    // How many searches a second it answers in time: the rate is raised until it bends.
    const capacity = await load.findCapacity({
      name: 'search capacity',
      startRatePerSecond: 50,
      maxRatePerSecond: 3_200,
      stepDurationMs: Math.min(2_000, Math.max(250, durationMs / 15)),
      precision: 0.2,
      stepsMax: 8,
      thresholds: { p95Ms: 100 },
      iterate: (iteration) => hub.code_search.search(queries[iteration % queries.length] as string),
    });
    expect(capacity.steps.length, 'rates that were tried').toBeGreaterThan(0);
  },
);

realWorld.scenario(
  'runs its light capabilities all at once',
  { kind: 'load' },
  async ({ hub, workspace, load, record, seed, signal, scratchDirectory }) => {
    await hub.code_search.index(sourceFolder(workspace.path), { includeComments: false });
    const light = workloads.filter(
      ({ weight, capability }) => weight === 'light' && capability !== 'code_search',
    );
    const context = { hub, root: workspace.path, scratchDirectory, seed, signal };
    const { ready, release } = await prepareWorkloads(light, context);
    const result = await load.closed({
      name: 'mixed',
      users: ready.length,
      iterations: ready.length * roundsAtOnce,
      // Each user keeps to one workload, whose rounds follow each other: those of one workload cannot be told apart.
      iterate: (iteration, user) => (ready[user] as ReadyWorkload).ready.round(iteration),
    });
    await release();
    record.metric('concurrent_capabilities', ready.length, 'count');
    expect(result.failures).toEqual([]);
    record.metric('peak_memory', process.memoryUsage.rss() / 1024 / 1024, 'MB');
  },
);

realWorld.scenario(
  'runs its heavy capabilities in pairs',
  { kind: 'load' },
  async ({ hub, workspace, record, seed, signal, scratchDirectory }) => {
    const heavy = workloads.filter(({ weight }) => weight === 'heavy');
    const context = { hub, root: workspace.path, scratchDirectory, seed, signal };
    const { ready, release } = await prepareWorkloads(heavy, context);
    let round = 0;
    const timeOf = async (works: readonly ReadyWorkload[]): Promise<number> => {
      const startedMs = performance.now();
      await Promise.all(works.map((work) => work.ready.round(round++)));
      return performance.now() - startedMs;
    };
    const aloneMs = new Map<ReadyWorkload, number>();
    for (const work of ready) aloneMs.set(work, await timeOf([work]));
    const slowdowns: { pair: string; times: number }[] = [];
    for (const [index, one] of ready.entries()) {
      for (const other of ready.slice(index + 1)) {
        if (signal.aborted) break;
        const together = await timeOf([one, other]);
        // One after the other on one thread is the least that two can take; beyond it they are in each other's way.
        const inTurn = (aloneMs.get(one) ?? 0) + (aloneMs.get(other) ?? 0);
        slowdowns.push({ pair: `${one.capability} + ${other.capability}`, times: together / inTurn });
      }
    }
    await release();
    const worst = slowdowns.toSorted((left, right) => right.times - left.times);
    const mean = slowdowns.reduce((sum, { times }) => sum + times, 0) / slowdowns.length;
    record.metric('pairs_run', slowdowns.length, 'count');
    record.metric('pair_time_against_in_turn', mean, 'times', { context: { worst: worst.slice(0, 3) } });
    record.metric('peak_memory', process.memoryUsage.rss() / 1024 / 1024, 'MB');
    expect(slowdowns, 'pairs that ran').toHaveLength((ready.length * (ready.length - 1)) / 2);
  },
);
