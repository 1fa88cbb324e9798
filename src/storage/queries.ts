import type {
  ErrorGroup,
  Issue,
  MethodFigures,
  MetricFigures,
  Scenario,
  ScenarioKind,
  ScenarioOutcome,
  Severity,
} from '../model.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { SqliteDatabase } from './open-database.js';

/**
 * The rows of the program that the customer came with have no outcome; `total`, unlike `sum`, makes 0 of that.
 * Percentiles are those of the nearest rank: the smallest value that at least that share does not exceed.
 */
export function readMethodFigures(database: SqliteDatabase, sessionId: string): readonly MethodFigures[] {
  const aggregated = readAggregates(database, sessionId);
  return aggregated.length > 0 ? aggregated : readFiguresOfRows(database, sessionId);
}

export interface ActivityTotals {
  readonly calls: number;
  readonly errors: number;
  readonly meanMs: number;
}

/** Over every call, also those whose rows the retention setting left out. */
export function readTotals(database: SqliteDatabase, sessionId: string): ActivityTotals {
  const aggregated = database
    .prepare(`SELECT sum(calls) AS calls, sum(errors) AS errors, sum(total_ms) / sum(calls) AS meanMs
      FROM activity_aggregates WHERE session_id = ? HAVING count(*) > 0`)
    .get(sessionId) as ActivityTotals | undefined;
  if (aggregated !== undefined) return aggregated;
  return database
    .prepare(`SELECT count(*) AS calls, coalesce(sum(NOT success AND fault IS NULL), 0) AS errors,
      coalesce(avg(response_time_ms), 0) AS meanMs FROM activities WHERE session_id = ?`)
    .get(sessionId) as ActivityTotals;
}

interface AggregateRow {
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
  readonly slowest_activity_id: string;
  readonly failed_activity_id: string | null;
  readonly latency_histogram: string;
}

/** The sums of a session of which not every row was kept; percentiles are within 1.1 % then. */
function readAggregates(database: SqliteDatabase, sessionId: string): readonly MethodFigures[] {
  const rows = database
    .prepare('SELECT * FROM activity_aggregates WHERE session_id = ? ORDER BY capability, activity_type')
    .all(sessionId) as AggregateRow[];
  return rows.map((row) => {
    const histogram = LatencyHistogram.parse(row.latency_histogram);
    return {
      capability: row.capability,
      method: row.activity_type,
      calls: row.calls,
      rowsKept: row.rows_kept,
      errors: row.errors,
      errorsUnderFault: row.errors_under_fault,
      timeouts: row.timeouts,
      crashes: row.crashes,
      meanMs: row.total_ms / row.calls,
      medianMs: histogram.percentileMs(0.5),
      p95Ms: histogram.percentileMs(0.95),
      maxMs: row.max_ms,
      cpuTimeMs: row.cpu_time_ms,
      excellentCalls: row.excellent_calls,
      goodCalls: row.good_calls,
      acceptableCalls: row.acceptable_calls,
      poorCalls: row.poor_calls,
      slowestActivityId: row.slowest_activity_id,
      failedActivityId: row.failed_activity_id,
    };
  });
}

function readFiguresOfRows(database: SqliteDatabase, sessionId: string): readonly MethodFigures[] {
  return database
    .prepare(`
      WITH ranked AS (
        SELECT activity_id, capability, activity_type, response_time_ms, success, fault, outcome, cpu_time_ms,
          row_number() OVER slowness AS rank,
          count(*) OVER (PARTITION BY capability, activity_type) AS calls
        FROM activities WHERE session_id = ?
        WINDOW slowness AS (PARTITION BY capability, activity_type ORDER BY response_time_ms)
      )
      SELECT capability, activity_type AS method, calls, calls AS rowsKept,
        total(NOT success AND fault IS NULL) AS errors,
        total(NOT success AND fault IS NOT NULL) AS errorsUnderFault,
        total(outcome = 'timed_out' AND fault IS NULL) AS timeouts,
        total(outcome = 'crashed' AND fault IS NULL) AS crashes,
        avg(response_time_ms) AS meanMs,
        max(CASE WHEN rank = (calls + 1) / 2 THEN response_time_ms END) AS medianMs,
        max(CASE WHEN rank = (calls * 95 + 99) / 100 THEN response_time_ms END) AS p95Ms,
        max(response_time_ms) AS maxMs,
        sum(coalesce(cpu_time_ms, 0)) AS cpuTimeMs,
        sum(response_time_ms < 500) AS excellentCalls,
        sum(response_time_ms >= 500 AND response_time_ms < 2000) AS goodCalls,
        sum(response_time_ms >= 2000 AND response_time_ms < 5000) AS acceptableCalls,
        sum(response_time_ms >= 5000) AS poorCalls,
        max(CASE WHEN rank = calls THEN activity_id END) AS slowestActivityId,
        min(CASE WHEN NOT success AND fault IS NULL THEN activity_id END) AS failedActivityId
      FROM ranked GROUP BY capability, activity_type ORDER BY capability, activity_type`)
    .all(sessionId) as MethodFigures[];
}

export function readErrorGroups(database: SqliteDatabase, sessionId: string): readonly ErrorGroup[] {
  return database
    .prepare(`
      SELECT capability, activity_type AS method, coalesce(error_type, 'Error') AS errorType,
        coalesce(error_message, '') AS message, count(*) AS count, min(activity_id) AS activityId
      FROM activities WHERE session_id = ? AND NOT success AND fault IS NULL
      GROUP BY 1, 2, 3, 4 ORDER BY count DESC, capability, method LIMIT 200`)
    .all(sessionId) as ErrorGroup[];
}

export function readMetricFigures(database: SqliteDatabase, sessionId: string): readonly MetricFigures[] {
  return database
    .prepare(`
      SELECT capability, metric_type AS metricType, unit, count(*) AS count, avg(value) AS mean,
        min(value) AS min, max(value) AS max,
        (SELECT value FROM performance_metrics l WHERE l.session_id = m.session_id
          AND l.capability = m.capability AND l.metric_type = m.metric_type AND l.unit = m.unit ORDER BY timestamp DESC, rowid DESC LIMIT 1) AS last
      FROM performance_metrics m WHERE session_id = ?
      GROUP BY capability, metric_type, unit ORDER BY capability, metric_type`)
    .all(sessionId) as MetricFigures[];
}

interface ScenarioRow {
  readonly task_id: string;
  readonly name: string;
  readonly file: string;
  readonly line: number | null;
  readonly kind: ScenarioKind;
  readonly attempts: number;
  readonly duration_ms: number | null;
  readonly outcome: ScenarioOutcome;
  readonly error_message: string | null;
}

export function readScenarios(database: SqliteDatabase, sessionId: string): readonly Scenario[] {
  const rows = database
    .prepare('SELECT * FROM scenarios WHERE session_id = ? ORDER BY start_time, scenario_id')
    .all(sessionId) as ScenarioRow[];
  return rows.map((row) => ({
    taskId: row.task_id,
    name: row.name,
    file: row.file,
    line: row.line,
    kind: row.kind,
    attempts: row.attempts,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    errorMessage: row.error_message,
  }));
}

interface IssueRow {
  readonly issue_id: string;
  readonly task_id: string | null;
  readonly timestamp: string;
  readonly severity: Severity;
  readonly capability: string;
  readonly issue_type: string;
  readonly description: string | null;
  readonly suggested_fix: string | null;
  readonly reproducible: number | null;
  readonly evidence_activity_id: string | null;
}

/** @param source who found them: `scenario` for what scenarios and the recorder reported, `rule` for the analysis */
export function readIssues(
  database: SqliteDatabase,
  sessionId: string,
  source: 'scenario' | 'rule',
): readonly Issue[] {
  const rows = database
    .prepare(`SELECT i.*, s.task_id FROM issues i LEFT JOIN scenarios s USING (scenario_id)
      WHERE i.session_id = ? AND i.source = ? ORDER BY i.timestamp, i.rowid`)
    .all(sessionId, source) as IssueRow[];
  return rows.map((row) => ({
    issueId: row.issue_id,
    taskId: row.task_id,
    atMs: Date.parse(row.timestamp),
    severity: row.severity,
    capability: row.capability,
    issueType: row.issue_type,
    description: row.description ?? '',
    suggestedFix: row.suggested_fix,
    reproducible: row.reproducible === null ? null : row.reproducible === 1,
    evidenceActivityId: row.evidence_activity_id,
  }));
}
