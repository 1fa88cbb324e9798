import { describe, expect, test } from 'vitest';
import type { JournalEntry, SystemSample } from '../../../src/model.js';
import { scenarioStart } from '../../support/recording-rig.js';
import { sampleActivity, startedAtMs } from '../../support/sample-activity.js';
import { activityEntry, session } from './sample-entries.js';
import { ask, openStore, sessionId } from './store-with-session.js';

const tables = ['test_sessions', 'scenarios', 'activities', 'performance_metrics', 'issues'];

describe('ingesting', () => {
  test('keeps every part of an activity', () => {
    const store = openStore();
    expect(store.ingestFor(sessionId).ingest(session)).toBe(2);
    expect(ask(store, "SELECT * FROM activities WHERE activity_id = 'a-2'")).toMatchObject([
      {
        session_id: sessionId,
        timestamp: '2026-02-03T12:15:00.000Z',
        capability: 'code_search',
        activity_type: 'index',
        response_time_ms: 10,
        cpu_before: null,
        memory_before_mb: 100,
        memory_after_mb: 110,
        heap_before_kb: 10_240,
        heap_after_kb: 11_264,
        external_after_kb: 1_024,
        success: 0,
        outcome: 'failed',
        error_message: "it's broken; --",
        error_type: 'E_X',
        result_data: null,
        parent_id: 'a-1',
        worker_pid: 5,
        attempt: 0,
        cpu_time_ms: 1,
        event_loop_percent: 50,
        overlapping: 0,
        fault: null,
        scenario_id: 1,
      },
    ]);
  });

  test('of the same entries again changes nothing, by the same reader or another', () => {
    const store = openStore();
    const ingest = store.ingestFor(sessionId);
    ingest.ingest(session);
    const dump = () => tables.map((table) => ask(store, `SELECT * FROM ${table}`));
    const before = dump();
    expect(before.every((rows) => rows.length > 0)).toBe(true);
    expect(ingest.ingest(session)).toBe(0);
    expect(store.ingestFor(sessionId).ingest(session)).toBe(0);
    expect(dump()).toEqual(before);
    const { methods } = store.readFacts(sessionId);
    ingest.saveSums();
    expect(JSON.stringify(store.readFacts(sessionId).methods)).toBe(JSON.stringify(methods));
  });

  test('gives the state of the machine before and after each call', () => {
    const store = openStore();
    const at = (epochMs: number): SystemSample => ({
      atMs: epochMs,
      cpuPercent: epochMs - startedAtMs,
      memoryPercent: 1,
      diskPercent: 1,
      workers: [],
      costMs: 1,
    });
    store.ingestFor(sessionId, { systemAt: at }).ingest([activityEntry({ activityId: 'a', durationMs: 40 })]);
    expect(ask(store, 'SELECT cpu_before, cpu_after FROM activities')).toEqual([
      { cpu_before: 0, cpu_after: 40 },
    ]);
  });

  test('records the calls that were running when their process died, and no others', () => {
    const store = openStore();
    const ingest = store.ingestFor(sessionId);
    const running = (activityId: string): JournalEntry => ({
      entry: 'activity_running',
      activity: sampleActivity({ activityId, outcome: 'crashed', durationMs: 150 }),
    });
    ingest.ingest([running('ends'), running('dies'), activityEntry({ activityId: 'ends', durationMs: 300 })]);
    expect(ingest.settleCrashed()).toBe(1);
    expect(ingest.settleCrashed()).toBe(0);
    expect(
      ask(store, 'SELECT activity_id, outcome, success, response_time_ms FROM activities ORDER BY 1'),
    ).toEqual([
      { activity_id: 'dies', outcome: 'crashed', success: 0, response_time_ms: 150 },
      { activity_id: 'ends', outcome: null, success: 1, response_time_ms: 300 },
    ]);
  });

  test('counts the attempts of a scenario and keeps its first start', () => {
    const store = openStore();
    const started = (attempt: number): JournalEntry => ({
      entry: 'scenario_started',
      scenario: { ...scenarioStart, attempt, startedAtMs: startedAtMs + attempt },
    });
    store.ingestFor(sessionId).ingest([started(0), started(1), started(2), started(1)]);
    expect(store.readFacts(sessionId).scenarios).toMatchObject([{ attempts: 3, outcome: 'running' }]);
  });

  test('keeps hostile text as data', () => {
    const store = openStore();
    const hostile = "'); DROP TABLE activities; --\u0000\u001b[31m";
    store
      .ingestFor(sessionId)
      .ingest([activityEntry({ activityId: 'a', capability: hostile, method: hostile })]);
    expect(store.readFacts(sessionId).methods).toMatchObject([{ capability: hostile, method: hostile }]);
  });
});
