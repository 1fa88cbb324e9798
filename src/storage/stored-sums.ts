import { LatencyHistogram } from '../latency-histogram.js';
import type { ActivityOutcome } from '../model.js';
import { type CountedActivity, MethodSums, type MutableWindow } from './method-sums.js';
import type { SqliteDatabase } from './open-database.js';
import { SessionSums } from './session-sums.js';

/** The sums of a session as they are read. */
export interface StoredSums {
  readonly methods: readonly MethodSums[];
  readonly windowMs: number;
}

/** Calls outside of scenarios; SQLite numbers rows from 1. */
const noScenario = 0;

export function storeSums(
  database: SqliteDatabase,
  sessionId: string,
  sums: SessionSums,
  scenarioIdOf: (taskId: string | null) => number | null,
): void {
  const insert = database.prepare(`INSERT OR REPLACE INTO activity_aggregates (
    session_id, scenario_id, capability, activity_type, calls, rows_kept, errors, errors_under_fault, timeouts,
    crashes, total_ms, max_ms, cpu_time_ms, excellent_calls, good_calls, acceptable_calls, poor_calls,
    first_result_calls, first_result_total_ms, blocking_calls, blocking_max_ms, rss_growth_max_bytes, allocated_kb, slowest_activity_id,
    failed_activity_id, blocking_activity_id, rss_growth_activity_id, latency_histogram, overlapped_histogram,
    window_ms, windows)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  database.transaction(() => {
    database.prepare('DELETE FROM activity_aggregates WHERE session_id = ?').run(sessionId);
    for (const method of sums.methods) {
      insert.run(
        sessionId,
        scenarioIdOf(method.taskId) ?? noScenario,
        method.capability,
        method.method,
        method.calls,
        method.rowsKept,
        method.errors,
        method.errorsUnderFault,
        method.timeouts,
        method.crashes,
        method.totalMs,
        method.maxMs,
        method.cpuTimeMs,
        method.excellentCalls,
        method.goodCalls,
        method.acceptableCalls,
        method.poorCalls,
        method.firstResultCalls,
        method.firstResultTotalMs,
        method.blockingCalls,
        method.blockingMaxMs,
        method.rssGrowthMaxBytes,
        method.allocatedKb,
        method.slowestActivityId,
        method.failedActivityId,
        method.blockingActivityId,
        method.rssGrowthActivityId,
        method.latency.toString(),
        method.overlappedLatency.toString(),
        sums.windowMs,
        encodeWindows(method),
      );
    }
  })();
}

/** @returns what was stored with the session; for one of another program, the sums over its rows */
export function readSums(database: SqliteDatabase, sessionId: string): StoredSums {
  const rows = database
    .prepare(`SELECT a.*, s.task_id FROM activity_aggregates a
      LEFT JOIN scenarios s USING (scenario_id) WHERE a.session_id = ?`)
    .all(sessionId) as AggregateRow[];
  const first = rows[0];
  if (first !== undefined) return { methods: rows.map(sumsFromRow), windowMs: first.window_ms };
  const { methods, windowMs } = sumRows(database, sessionId);
  return { methods: [...methods], windowMs };
}

interface AggregateRow {
  readonly task_id: string | null;
  readonly capability: string;
  readonly activity_type: string;
  readonly calls: number;
  readonly rows_kept: number;
  readonly errors: number;
  readonly errors_under_fault: number;
  readonly timeouts: number;
  readonly crashes: number;
  readonly total_ms: number;
  readonly max_ms: number;
  readonly cpu_time_ms: number;
  readonly excellent_calls: number;
  readonly good_calls: number;
  readonly acceptable_calls: number;
  readonly poor_calls: number;
  readonly first_result_calls: number;
  readonly first_result_total_ms: number;
  readonly blocking_calls: number;
  readonly blocking_max_ms: number;
  readonly rss_growth_max_bytes: number;
  readonly allocated_kb: number;
  readonly slowest_activity_id: string;
  readonly failed_activity_id: string | null;
  readonly blocking_activity_id: string | null;
  readonly rss_growth_activity_id: string | null;
  readonly latency_histogram: string;
  readonly overlapped_histogram: string;
  readonly window_ms: number;
  readonly windows: string;
}

function sumsFromRow(row: AggregateRow): MethodSums {
  const sums = new MethodSums({
    taskId: row.task_id,
    capability: row.capability,
    method: row.activity_type,
    activityId: row.slowest_activity_id,
  });
  return Object.assign(sums, {
    calls: row.calls,
    rowsKept: row.rows_kept,
    errors: row.errors,
    errorsUnderFault: row.errors_under_fault,
    timeouts: row.timeouts,
    crashes: row.crashes,
    totalMs: row.total_ms,
    maxMs: row.max_ms,
    cpuTimeMs: row.cpu_time_ms,
    excellentCalls: row.excellent_calls,
    goodCalls: row.good_calls,
    acceptableCalls: row.acceptable_calls,
    poorCalls: row.poor_calls,
    firstResultCalls: row.first_result_calls,
    firstResultTotalMs: row.first_result_total_ms,
    blockingCalls: row.blocking_calls,
    blockingMaxMs: row.blocking_max_ms,
    rssGrowthMaxBytes: row.rss_growth_max_bytes,
    allocatedKb: row.allocated_kb,
    failedActivityId: row.failed_activity_id,
    blockingActivityId: row.blocking_activity_id,
    rssGrowthActivityId: row.rss_growth_activity_id,
    latency: LatencyHistogram.parse(row.latency_histogram),
    overlappedLatency: LatencyHistogram.parse(row.overlapped_histogram),
    windows: decodeWindows(row.windows),
  });
}

/** A line of numbers for each window: a name in front of each would be most of the text. */
function encodeWindows({ windows }: MethodSums): string {
  return JSON.stringify(
    [...windows.values()].map((window) => [
      window.index,
      window.calls,
      window.errors,
      Number(window.totalMs.toFixed(3)),
      Number(window.cpuTimeMs.toFixed(3)),
      window.sampledCalls,
      window.heapTotalBytes,
      window.rssMaxBytes,
    ]),
  );
}

function decodeWindows(text: string): Map<number, MutableWindow> {
  const windows = new Map<number, MutableWindow>();
  for (const row of JSON.parse(text) as readonly (readonly number[])[]) {
    const [
      index = 0,
      calls = 0,
      errors = 0,
      totalMs = 0,
      cpuTimeMs = 0,
      sampledCalls = 0,
      heapTotalBytes = 0,
      rssMaxBytes = 0,
    ] = row;
    windows.set(index, {
      index,
      calls,
      errors,
      totalMs,
      cpuTimeMs,
      sampledCalls,
      heapTotalBytes,
      rssMaxBytes,
    });
  }
  return windows;
}

/** A row of the program that the customer came with has no outcome, no scenario, and none of the measures added since. */
interface ActivityRow {
  readonly activity_id: string;
  readonly task_id: string | null;
  readonly timestamp: string;
  readonly capability: string;
  readonly activity_type: string;
  readonly response_time_ms: number | null;
  readonly first_result_ms: number | null;
  readonly success: number | null;
  readonly outcome: ActivityOutcome | null;
  readonly fault: string | null;
  readonly cpu_time_ms: number | null;
  readonly memory_before_mb: number | null;
  readonly memory_after_mb: number | null;
  readonly heap_before_kb: number | null;
  readonly heap_after_kb: number | null;
  readonly external_before_kb: number | null;
  readonly external_after_kb: number | null;
  readonly longest_stall_ms: number | null;
  readonly overlapping: number | null;
}

/** The sums over the rows of a session, one after the other. */
export function sumRows(database: SqliteDatabase, sessionId: string): SessionSums {
  const startTime = database
    .prepare('SELECT start_time FROM test_sessions WHERE session_id = ?')
    .pluck()
    .get(sessionId) as string | undefined;
  const startedAtMs = Date.parse(startTime ?? '');
  const sums = new SessionSums(Number.isNaN(startedAtMs) ? 0 : startedAtMs);
  const rows = database
    .prepare(`SELECT a.activity_id, s.task_id, a.timestamp, a.capability, a.activity_type, a.response_time_ms,
        a.first_result_ms, a.success, a.outcome, a.fault, a.cpu_time_ms, a.memory_before_mb, a.memory_after_mb,
        a.heap_before_kb, a.heap_after_kb, a.external_before_kb, a.external_after_kb, a.longest_stall_ms, a.overlapping
      FROM activities a LEFT JOIN scenarios s USING (scenario_id) WHERE a.session_id = ? ORDER BY a.rowid`)
    .iterate(sessionId) as IterableIterator<ActivityRow>;
  for (const row of rows) sums.count(activityFromRow(row, sums.startedAtMs), true);
  return sums;
}

const bytesPerMebibyte = 1024 * 1024;

function activityFromRow(row: ActivityRow, startedAtMs: number): CountedActivity {
  const atMs = Date.parse(row.timestamp);
  return {
    activityId: row.activity_id,
    taskId: row.task_id,
    capability: row.capability,
    method: row.activity_type,
    startedAtMs: Number.isNaN(atMs) ? startedAtMs : atMs,
    durationMs: row.response_time_ms ?? 0,
    firstResultMs: row.first_result_ms,
    outcome: row.outcome ?? (row.success === 0 ? 'failed' : 'succeeded'),
    fault: row.fault,
    cpuTimeMs: row.cpu_time_ms,
    rssBeforeBytes: row.memory_before_mb === null ? null : row.memory_before_mb * bytesPerMebibyte,
    rssAfterBytes: row.memory_after_mb === null ? null : row.memory_after_mb * bytesPerMebibyte,
    heapBeforeBytes: fromKibibytes(row.heap_before_kb),
    heapAfterBytes: fromKibibytes(row.heap_after_kb),
    externalBeforeBytes: fromKibibytes(row.external_before_kb),
    externalAfterBytes: fromKibibytes(row.external_after_kb),
    longestStallMs: row.longest_stall_ms,
    overlapping: row.overlapping ?? 0,
  };
}

function fromKibibytes(kibibytes: number | null): number | null {
  return kibibytes === null ? null : kibibytes * 1_024;
}
