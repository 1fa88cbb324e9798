import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { docSentencePairs } from 'vitest-realworld-hub';
import { sourceFolder } from './support/workspace-editor.js';

const queriesMin = 100;
/** Queries for a codebase whose comments give too few of their own. */
const spareQueries = [
  'parse a number',
  'read a file',
  'compare two values',
  'create an object',
  'remove an item',
];

realWorld.scenario(
  'indexes a large codebase and answers searches under load',
  { kind: 'load' },
  async ({ hub, workspace, load, record, seed }) => {
    const index = await hub.code_search.index(workspace.path, { includeComments: false });
    record.metric('files_indexed', index.files, 'files', { capability: 'code_search' });
    record.metric('index_speed', index.durationMs / index.files, 'ms/file', { capability: 'code_search' });
    if (index.files < 1_000) {
      record.issue({
        severity: 'info',
        issueType: 'insufficient_data',
        description: `The workspace has ${index.files} source files; the load scenario is made for 1000 and more.`,
        suggestedFix: 'Set realWorld({ workspace }) to a larger codebase.',
      });
    }
    expect(index.files).toBeGreaterThan(0);

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
      const context = { queries: quality.queries };
      record.metric('search_relevance_mrr', quality.meanReciprocalRank, 'share', {
        capability: 'code_search',
        context,
      });
      record.metric('search_relevance_recall_at_10', quality.recallAt10, 'share', {
        capability: 'code_search',
        context,
      });
    }
  },
);

realWorld.scenario(
  'runs six capabilities at once',
  { kind: 'load' },
  async ({ hub, workspace, load, record }) => {
    const index = await hub.code_search.index(sourceFolder(workspace.path));
    hub.mistake_learner.learn({
      rule: 'no-loose-equality',
      bad: 'if (a == b) { go(); }',
      good: 'if (a === b) { go(); }',
    });
    hub.persistent_memory.remember({
      text: 'The load scenario asks six capabilities at once.',
      kind: 'note',
    });
    const sample =
      'export function pick(list, key) {\n  if (list.length == 0) return null;\n  return eval(key);\n}\n';
    const operations: readonly (() => unknown)[] = [
      () => hub.code_search.search('vector length'),
      () => hub.security_scanner.scanCode(sample, { path: 'sample.js' }),
      () => hub.mistake_learner.check(sample, { path: 'sample.js' }),
      () => hub.persistent_memory.recall('load scenario'),
      () => hub.resource_monitor.sample(),
      () => hub.code_assistant.assist(sample, { path: 'sample.js', limit: 3 }),
    ];
    const result = await load.closed({
      name: 'mixed',
      users: operations.length,
      iterations: operations.length * 25,
      iterate: (iteration) => (operations[iteration % operations.length] as () => unknown)(),
    });
    expect(result.failures).toEqual([]);
    record.metric('concurrent_capabilities', operations.length, 'count');
    record.metric('throughput', result.throughputPerSecond, 'ops/s', { context: { files: index.files } });
    record.metric('peak_memory', process.memoryUsage.rss() / 1024 / 1024, 'MB');
    const cpu = process.cpuUsage();
    record.metric('resource_efficiency', result.iterations / ((cpu.user + cpu.system) / 1e6), 'ops/cpu-s');
  },
);
