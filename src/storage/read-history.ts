import type { HistoryFacts, HistoryMetric, HistoryPoint, HistorySeries } from '../history.js';
import { percentileMs } from '../latency-distribution.js';
import { LatencyHistogram } from '../latency-histogram.js';
import type { Environment } from '../model.js';
import type { SqliteDatabase } from './open-database.js';

/** Sessions that are looked at: twenty as the baseline and the newest three. */
const sessionsMax = 23;
/** A 95th percentile of fewer calls is their maximum. */
const callsForP95 = 20;

interface SessionRow {
  readonly session_id: string;
  readonly environment: string | null;
}

interface MethodRow {
  readonly file: string;
  readonly name: string;
  readonly capability: string;
  readonly activity_type: string;
  readonly calls: number;
  readonly errors: number;
  readonly errors_under_fault: number;
  readonly cpu_time_ms: number;
  readonly latency_histogram: string;
}

/**
 * What a session and those before it of the same project showed, a number a session: calls of one session share its luck. Only
 * sessions that were completed count, and only such on a machine and with versions like this one's.
 */
export function readHistory(database: SqliteDatabase, sessionId: string): HistoryFacts {
  const own = database
    .prepare('SELECT session_id, environment FROM test_sessions WHERE session_id = ?')
    .get(sessionId) as SessionRow | undefined;
  if (own === undefined) return { comparableSessions: 0, otherSessions: 0, series: [] };
  const earlier = database
    .prepare(`SELECT e.session_id, e.environment FROM test_sessions e
      JOIN test_sessions own ON own.session_id = ? AND e.project_path = own.project_path
      WHERE e.session_id <> own.session_id AND e.status = 'completed' AND e.start_time <= own.start_time
        AND e.duration_minutes = own.duration_minutes
      ORDER BY e.start_time DESC, e.rowid DESC LIMIT 200`)
    .all(sessionId) as SessionRow[];
  const fingerprint = fingerprintOf(own);
  const comparable = earlier.filter((row) => fingerprintOf(row) === fingerprint);
  const sessions = [...comparable.slice(0, sessionsMax - 1).reverse(), own];
  return {
    comparableSessions: comparable.length,
    otherSessions: earlier.length - comparable.length,
    series: readSeries(database, sessions),
  };
}

/** What the figures of a session depend on beside the code. */
function fingerprintOf({ environment }: SessionRow): string {
  if (environment === null) return 'unknown';
  const { cpuModel, cpuCount, node, vitest, platform } = JSON.parse(environment) as Environment;
  return [cpuModel, cpuCount, node, vitest, platform].join('\n');
}

function readSeries(database: SqliteDatabase, sessions: readonly SessionRow[]): readonly HistorySeries[] {
  const rowsOf = database.prepare(`SELECT s.file, s.name, a.capability, a.activity_type, a.calls, a.errors,
      a.errors_under_fault, a.cpu_time_ms, a.latency_histogram
    FROM activity_aggregates a JOIN scenarios s USING (scenario_id)
    WHERE a.session_id = ? AND s.outcome = 'passed'`);
  const series = new Map<string, Omit<HistorySeries, 'points'> & { readonly points: HistoryPoint[] }>();
  for (const session of sessions) {
    const commit =
      session.environment === null ? null : (JSON.parse(session.environment) as Environment).commit;
    for (const row of rowsOf.all(session.session_id) as MethodRow[]) {
      for (const [metric, value] of metricsOf(row)) {
        const { file, name: scenario, capability, activity_type: method } = row;
        const key = [file, scenario, capability, method, metric].join('\n');
        const known = series.get(key) ?? { file, scenario, capability, method, metric, points: [] };
        known.points.push({ sessionId: session.session_id, commit, value });
        series.set(key, known);
      }
    }
  }
  const newest = sessions.at(-1)?.session_id;
  // What this session did not do has nothing to be compared.
  return [...series.values()].filter(({ points }) => points.at(-1)?.sessionId === newest);
}

function metricsOf(row: MethodRow): readonly (readonly [HistoryMetric, number])[] {
  const latency = LatencyHistogram.parse(row.latency_histogram);
  const judged = row.calls - row.errors_under_fault;
  return [
    ['median', percentileMs(latency, 0.5)],
    ...(row.calls >= callsForP95 ? [['p95', percentileMs(latency, 0.95)] as const] : []),
    ...(judged > 0 ? [['success_rate', (judged - row.errors) / judged] as const] : []),
    ['cpu_time', row.cpu_time_ms / row.calls],
  ];
}
