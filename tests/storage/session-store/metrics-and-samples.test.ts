import { describe, expect, test } from 'vitest';
import { startedAtMs } from '../../support/sample-activity.js';
import { metric } from './sample-entries.js';
import { ask, openStore, sessionId } from './store-with-session.js';

describe('figures of a metric', () => {
  test('are those of its series, each unit by itself', () => {
    const store = openStore();
    store
      .ingestFor(sessionId)
      .ingest([
        metric({ metricId: '1', value: 4, atMs: startedAtMs }),
        metric({ metricId: '2', value: 10, atMs: startedAtMs + 2 }),
        metric({ metricId: '3', value: 1, atMs: startedAtMs + 1 }),
        metric({ metricId: '4', value: 99, atMs: startedAtMs + 9, unit: 'rows/s' }),
      ]);
    expect(store.readFacts(sessionId).metrics).toEqual([
      {
        capability: 'load',
        metricType: 'throughput',
        unit: 'ops/s',
        count: 3,
        mean: 5,
        min: 1,
        max: 10,
        last: 10,
      },
      {
        capability: 'load',
        metricType: 'throughput',
        unit: 'rows/s',
        count: 1,
        mean: 99,
        min: 99,
        max: 99,
        last: 99,
      },
    ]);
  });

  test('come from the samples of the machine too, each sample once', () => {
    const store = openStore();
    const sample = {
      atMs: startedAtMs,
      cpuPercent: 10,
      memoryPercent: 20,
      diskPercent: 30,
      workers: [],
      costMs: 1.26,
    };
    store.saveSystemSample(sessionId, sample);
    store.saveSystemSample(sessionId, sample);
    store.saveSystemSample(sessionId, { ...sample, atMs: startedAtMs + 5, cpuPercent: 30 });
    const means = store
      .readFacts(sessionId)
      .metrics.map(({ metricType, mean, count }) => [metricType, mean, count]);
    expect(means).toEqual([
      ['cpu_usage', 20, 2],
      ['disk_usage', 30, 2],
      ['memory_usage', 20, 2],
      ['monitor_cost', 1.26, 2],
    ]);
  });
});

test('a sample keeps memory and CPU of each worker, the CPU from its second sample on', () => {
  const store = openStore();
  const sample = { cpuPercent: 1, memoryPercent: 1, diskPercent: 1, costMs: 1 };
  const worker = { pid: 77, rssBytes: 50 * 1024 ** 2 };
  store.saveSystemSample(sessionId, {
    ...sample,
    atMs: startedAtMs,
    workers: [{ ...worker, cpuPercent: null }],
  });
  store.saveSystemSample(sessionId, {
    ...sample,
    atMs: startedAtMs + 9,
    workers: [{ ...worker, cpuPercent: 80 }],
  });
  expect(
    ask(
      store,
      "SELECT metric_type, value, unit, context FROM performance_metrics WHERE capability = 'worker' ORDER BY rowid",
    ),
  ).toEqual([
    { metric_type: 'memory_usage', value: 50, unit: 'MB', context: '{"pid":77}' },
    { metric_type: 'memory_usage', value: 50, unit: 'MB', context: '{"pid":77}' },
    { metric_type: 'cpu_usage', value: 80, unit: 'percent of a core', context: '{"pid":77}' },
  ]);
});
