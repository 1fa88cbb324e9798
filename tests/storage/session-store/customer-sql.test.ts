import { describe, expect, test } from 'vitest';
import type { JournalEntry, SystemSample } from '../../../src/model.js';
import { startedAtMs } from '../../support/sample-activity.js';
import { activityEntry, issue } from './sample-entries.js';
import { ask, openStore, sessionId } from './store-with-session.js';

describe('the SQL that the customer has', () => {
  function filled() {
    const store = openStore();
    const entries: JournalEntry[] = [
      activityEntry({ activityId: '1', durationMs: 100 }),
      activityEntry({ activityId: '2', durationMs: 300 }),
      activityEntry({
        activityId: '3',
        durationMs: 200,
        outcome: 'failed',
        error: { name: 'E', message: 'm' },
      }),
      activityEntry({
        activityId: '4',
        durationMs: 50,
        capability: 'memory',
        startedAtMs: startedAtMs + 60_000,
      }),
    ];
    const sample: SystemSample = {
      atMs: 0,
      cpuPercent: 25,
      memoryPercent: 1,
      diskPercent: 1,
      workers: [],
      costMs: 1,
    };
    store.ingestFor(sessionId, { systemAt: () => sample }).ingest(entries);
    store.saveIssues(sessionId, [
      issue({ issueId: 'i1', severity: 'low', capability: 'memory' }),
      issue({ issueId: 'i2', severity: 'critical' }),
      issue({ issueId: 'i3', severity: 'low' }),
      issue({ issueId: 'i4', severity: 'info' }),
    ]);
    return store;
  }

  test('sums the performance up by capability', () => {
    const rows = ask(
      filled(),
      `SELECT
    capability,
    COUNT(*) as calls,
    AVG(response_time_ms) as avg_time,
    MIN(response_time_ms) as min_time,
    MAX(response_time_ms) as max_time,
    SUM(CASE WHEN success THEN 1 ELSE 0 END) * 100.0 / COUNT(*) as success_rate
FROM activities
WHERE session_id = 'test_20260203_121500'
GROUP BY capability
ORDER BY avg_time DESC;`,
    );
    expect(rows).toEqual([
      {
        capability: 'code_search',
        calls: 3,
        avg_time: 200,
        min_time: 100,
        max_time: 300,
        success_rate: expect.closeTo(66.667, 3),
      },
      { capability: 'memory', calls: 1, avg_time: 50, min_time: 50, max_time: 50, success_rate: 100 },
    ]);
  });

  test('follows the resources over time', () => {
    const rows = ask(
      filled(),
      `SELECT
    strftime('%H:%M', timestamp) as time,
    AVG(cpu_after) as avg_cpu,
    AVG(memory_after_mb) as avg_memory
FROM activities
WHERE session_id = 'test_20260203_121500'
GROUP BY strftime('%H:%M', timestamp)
ORDER BY timestamp;`,
    );
    expect(rows).toEqual([
      { time: '12:15', avg_cpu: 25, avg_memory: 110 },
      { time: '12:16', avg_cpu: 25, avg_memory: 110 },
    ]);
  });

  test('lists the issues by severity', () => {
    const rows = ask(
      filled(),
      `SELECT
    severity,
    COUNT(*) as count,
    GROUP_CONCAT(capability, ', ') as affected_capabilities
FROM issues
WHERE session_id = 'test_20260203_121500'
GROUP BY severity
ORDER BY CASE severity
    WHEN 'critical' THEN 1
    WHEN 'high' THEN 2
    WHEN 'medium' THEN 3
    WHEN 'low' THEN 4
    ELSE 5
END;`,
    );
    expect(rows).toEqual([
      { severity: 'critical', count: 1, affected_capabilities: 'code_search' },
      {
        severity: 'low',
        count: 2,
        affected_capabilities: expect.stringMatching(/^(memory, code_search|code_search, memory)$/),
      },
      { severity: 'info', count: 1, affected_capabilities: 'code_search' },
    ]);
  });
});
