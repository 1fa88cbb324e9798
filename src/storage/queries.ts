import type {
  ErrorGroup,
  Issue,
  MetricFigures,
  MetricNote,
  Scenario,
  ScenarioKind,
  ScenarioOutcome,
  Severity,
} from '../model.js';
import { errorFingerprint } from './error-fingerprint.js';
import type { SqliteDatabase } from './open-database.js';

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

/** Errors by method, type and fingerprint, the most frequent first; the message is that of the first. */
export function readErrorGroups(database: SqliteDatabase, sessionId: string): readonly ErrorGroup[] {
  database.function('error_fingerprint', { deterministic: true }, (message) =>
    errorFingerprint(typeof message === 'string' ? message : ''),
  );
  return database
    .prepare(`
      SELECT capability, activity_type AS method, coalesce(error_type, 'Error') AS errorType,
        error_fingerprint(error_message) AS fingerprint, coalesce(error_message, '') AS message,
        count(*) AS count, min(activity_id) AS activityId
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

/** Metrics that the rules look at one by one. */
const notedMetrics = [
  'accuracy',
  'precision',
  'recall',
  'f1',
  'search_relevance_mrr',
  'control_accuracy',
  'error_detected',
  'recovered',
  'effects_applied_twice',
  'effects_lost',
  'leak_bytes_per_call',
  'race_conditions',
  'flaky_input',
] as const;
const notesMax = 500;

export function readMetricNotes(database: SqliteDatabase, sessionId: string): readonly MetricNote[] {
  const rows = database
    .prepare(`SELECT m.capability, m.metric_type, m.value, m.unit, m.context, s.task_id
      FROM performance_metrics m LEFT JOIN scenarios s USING (scenario_id)
      WHERE m.session_id = ? AND m.metric_type IN (${notedMetrics.map(() => '?').join(', ')})
      ORDER BY m.rowid LIMIT ${notesMax}`)
    .all(sessionId, ...notedMetrics) as {
    readonly capability: string;
    readonly metric_type: string;
    readonly value: number;
    readonly unit: string;
    readonly context: string | null;
    readonly task_id: string | null;
  }[];
  return rows.map((row) => ({
    capability: row.capability,
    metricType: row.metric_type,
    value: row.value,
    unit: row.unit,
    context: row.context === null ? {} : (JSON.parse(row.context) as Record<string, unknown>),
    taskId: row.task_id,
  }));
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
