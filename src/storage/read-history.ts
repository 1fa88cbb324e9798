import type {
  BaselineFacts,
  HistoryFacts,
  HistoryPoint,
  HistorySeries,
  SessionStatistic,
} from '../history.js';
import type { Environment } from '../model.js';
import { Baselines } from './baselines.js';
import { environmentKeyOf } from './environment-key.js';
import type { SqliteDatabase } from './open-database.js';
import { readSessionStatistics } from './session-statistics.js';

/** Sessions that are looked at: enough to see a creep, and few enough to be read in a fraction of a second. */
const sessionsMax = 100;
/** The baseline of this name takes the place of the sessions before. */
export const baselineInForce = 'default';

interface SessionRow {
  readonly session_id: string;
  readonly project_path: string;
  readonly start_time: string;
  readonly duration_minutes: number;
  readonly environment: string | null;
}

interface KnownSession {
  readonly sessionId: string;
  readonly startedAtMs: number;
  readonly commit: string | null;
  readonly key: string;
}

/**
 * What a session and those before it of the same project showed, a number a session: calls of one session share its luck. Only
 * sessions that were completed count, and only such on a machine and with versions like this one's.
 *
 * @param whole also what the session itself did not do, or not yet
 */
export function readHistory(
  database: SqliteDatabase,
  sessionId: string,
  { whole = false }: { readonly whole?: boolean } = {},
): HistoryFacts {
  const row = database.prepare('SELECT * FROM test_sessions WHERE session_id = ?').get(sessionId) as
    | SessionRow
    | undefined;
  if (row === undefined) return { comparableSessions: 0, otherSessions: 0, series: [] };
  const own = knownFrom(row);
  const earlier = database
    .prepare(`SELECT e.session_id, e.project_path, e.start_time, e.duration_minutes, e.environment
      FROM test_sessions e JOIN test_sessions own ON own.session_id = ? AND e.project_path = own.project_path
      WHERE e.session_id <> own.session_id AND e.status = 'completed' AND e.start_time <= own.start_time
        AND e.duration_minutes = own.duration_minutes
      ORDER BY e.start_time DESC, e.rowid DESC LIMIT 400`)
    .all(sessionId) as SessionRow[];
  const comparable = earlier.map(knownFrom).filter(({ key }) => key === own.key);
  const sessions = [...comparable.slice(0, sessionsMax - 1).reverse(), own];
  return {
    comparableSessions: comparable.length,
    otherSessions: earlier.length - comparable.length,
    // What this session did not do has nothing to be compared.
    series: seriesOf(sessions, (id) => readSessionStatistics(database, id)).filter(
      ({ points }) => whole || points.at(-1)?.sessionId === sessionId,
    ),
    baseline: readBaseline(new Baselines(database), row.project_path, sessions),
  };
}

function knownFrom({ session_id, start_time, duration_minutes, environment }: SessionRow): KnownSession {
  const known = environment === null ? null : (JSON.parse(environment) as Environment);
  return {
    sessionId: session_id,
    startedAtMs: Date.parse(start_time),
    commit: known?.commit ?? null,
    key: environmentKeyOf(known, duration_minutes),
  };
}

/** Null when none is set for this project and environment, or when the newest session is not later than it. */
function readBaseline(
  baselines: Baselines,
  projectPath: string,
  sessions: readonly KnownSession[],
): BaselineFacts | null {
  const own = sessions.at(-1);
  const found = baselines
    .list()
    .find(
      ({ name, projectPath: path, environmentKey }) =>
        name === baselineInForce && path === projectPath && environmentKey === own?.key,
    );
  if (found === undefined) return null;
  const { baselineId, name, runs } = found;
  const newestMs = runs.at(-1)?.startedAtMs ?? 0;
  const ids = new Set(runs.map(({ sessionId }) => sessionId));
  const since = sessions.filter(
    ({ startedAtMs, sessionId }) => startedAtMs >= newestMs && !ids.has(sessionId),
  );
  if (own === undefined || !since.includes(own)) return null;
  return {
    name,
    runs,
    sessionsSince: since.map(({ sessionId }) => sessionId),
    series: seriesOf(runs, (id) => baselines.readStatistics(baselineId, id)),
  };
}

/** @param sessions the oldest first */
function seriesOf(
  sessions: readonly Pick<KnownSession, 'sessionId' | 'commit'>[],
  read: (sessionId: string) => readonly SessionStatistic[],
): readonly HistorySeries[] {
  const series = new Map<string, Omit<HistorySeries, 'points'> & { readonly points: HistoryPoint[] }>();
  for (const { sessionId, commit } of sessions) {
    for (const { value, calls: _calls, ...subject } of read(sessionId)) {
      const { file, scenario, capability, method, metric } = subject;
      const key = [file, scenario, capability, method, metric].join('\n');
      const known = series.get(key) ?? { ...subject, points: [] };
      known.points.push({ sessionId, commit, value });
      series.set(key, known);
    }
  }
  return [...series.values()];
}
