import type { HistoryMetric, SessionStatistic } from '../history.js';
import { percentileMs } from '../latency-distribution.js';
import { LatencyHistogram } from '../latency-histogram.js';
import type { SqliteDatabase } from './open-database.js';

/** A 95th percentile of fewer calls is their maximum. */
const callsForP95 = 20;

interface MethodRow {
  readonly file: string;
  readonly name: string;
  readonly capability: string;
  readonly activity_type: string;
  readonly calls: number;
  readonly errors: number;
  readonly errors_under_fault: number;
  readonly cpu_time_ms: number;
  readonly allocated_kb: number;
  readonly latency_histogram: string;
}

/** Every metric of every method in the scenarios of a session that passed. */
export function readSessionStatistics(
  database: SqliteDatabase,
  sessionId: string,
): readonly SessionStatistic[] {
  const rows = database
    .prepare(`SELECT s.file, s.name, a.capability, a.activity_type, a.calls, a.errors,
        a.errors_under_fault, a.cpu_time_ms, a.allocated_kb, a.latency_histogram
      FROM activity_aggregates a JOIN scenarios s USING (scenario_id)
      WHERE a.session_id = ? AND s.outcome = 'passed'`)
    .all(sessionId) as MethodRow[];
  return rows.flatMap((row) =>
    metricsOf(row).map(([metric, value]) => ({
      file: row.file,
      scenario: row.name,
      capability: row.capability,
      method: row.activity_type,
      metric,
      value,
      calls: row.calls,
    })),
  );
}

function metricsOf(row: MethodRow): readonly (readonly [HistoryMetric, number])[] {
  const latency = LatencyHistogram.parse(row.latency_histogram);
  const judged = row.calls - row.errors_under_fault;
  return [
    ['median', percentileMs(latency, 0.5)],
    ...(row.calls >= callsForP95 ? [['p95', percentileMs(latency, 0.95)] as const] : []),
    ...(judged > 0 ? [['success_rate', (judged - row.errors) / judged] as const] : []),
    ['cpu_time', row.cpu_time_ms / row.calls],
    ['memory_growth', (row.allocated_kb * 1_024) / row.calls],
  ];
}
