import { LatencyHistogram } from '../latency-histogram.js';
import type { SqliteDatabase } from './open-database.js';
import { openForReading } from './open-for-reading.js';

/** Rows that one look reads at most; a look at a session that has run for long takes several until it is up to date. */
const rowsAtOnce = 50_000;

/** A capability of a session that is at work, as far as it is stored. */
export interface WatchedCapability {
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  readonly p95Ms: number;
}

/** A session that is at work. */
export interface WatchedSession {
  readonly sessionId: string;
  readonly projectPath: string;
  readonly startedAtMs: number;
  readonly activities: number;
  readonly errors: number;
  /** Of the machine, at its last sample; null before the first. */
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
  /** The most used first. */
  readonly capabilities: readonly WatchedCapability[];
  /** False while there is more to read than one look reads. */
  readonly upToDate: boolean;
}

interface Followed {
  /** The last row that was counted. */
  rowid: number;
  readonly capabilities: Map<string, { calls: number; errors: number; readonly latency: LatencyHistogram }>;
}

/** Follows the sessions of a database that other processes write, by reading what is new at each look. */
export class SessionWatch {
  readonly #path: string;
  #database: SqliteDatabase | null = null;
  readonly #followed = new Map<string, Followed>();

  /** @param path absolute path of a database that need not be there yet */
  constructor(path: string) {
    this.#path = path;
  }

  /** The sessions that have not ended, the newest first. @throws RealWorldError as `openDatabase` */
  look(): readonly WatchedSession[] {
    this.#database ??= openForReading(this.#path);
    const database = this.#database;
    if (database === null) return [];
    const running = database
      .prepare(`SELECT session_id AS sessionId, project_path AS projectPath, start_time AS startTime
        FROM test_sessions WHERE status = 'running' AND end_time IS NULL ORDER BY start_time DESC LIMIT 50`)
      .all() as readonly {
      readonly sessionId: string;
      readonly projectPath: string;
      readonly startTime: string;
    }[];
    for (const sessionId of [...this.#followed.keys()]) {
      if (!running.some((session) => session.sessionId === sessionId)) this.#followed.delete(sessionId);
    }
    return running.map(({ sessionId, projectPath, startTime }) => ({
      sessionId,
      projectPath,
      startedAtMs: Date.parse(startTime),
      ...this.#follow(database, sessionId),
      cpuPercent: latest(database, sessionId, 'cpu_usage'),
      memoryPercent: latest(database, sessionId, 'memory_usage'),
    }));
  }

  close(): void {
    this.#database?.close();
    this.#database = null;
  }

  #follow(
    database: SqliteDatabase,
    sessionId: string,
  ): Pick<WatchedSession, 'activities' | 'errors' | 'capabilities' | 'upToDate'> {
    const followed = this.#followed.get(sessionId) ?? { rowid: 0, capabilities: new Map() };
    this.#followed.set(sessionId, followed);
    const rows = database
      .prepare(`SELECT rowid, capability, response_time_ms AS durationMs, success, fault
        FROM activities WHERE session_id = ? AND rowid > ? ORDER BY rowid LIMIT ${rowsAtOnce}`)
      .all(sessionId, followed.rowid) as readonly ActivityRow[];
    for (const row of rows) count(followed, row);
    const capabilities = [...followed.capabilities]
      .map(([name, { calls, errors, latency }]) => ({
        name,
        calls,
        errors,
        // Nearest rank (Hyndman and Fan 1996, definition 1).
        p95Ms: latency.atRank(Math.ceil(0.95 * latency.count)),
      }))
      .sort((left, right) => right.calls - left.calls);
    return {
      activities: capabilities.reduce((sum, { calls }) => sum + calls, 0),
      errors: capabilities.reduce((sum, { errors }) => sum + errors, 0),
      capabilities,
      upToDate: rows.length < rowsAtOnce,
    };
  }
}

interface ActivityRow {
  readonly rowid: number;
  readonly capability: string;
  readonly durationMs: number | null;
  readonly success: number;
  readonly fault: string | null;
}

function count(followed: Followed, { rowid, capability, durationMs, success, fault }: ActivityRow): void {
  followed.rowid = rowid;
  let sums = followed.capabilities.get(capability);
  if (sums === undefined) {
    sums = { calls: 0, errors: 0, latency: new LatencyHistogram() };
    followed.capabilities.set(capability, sums);
  }
  sums.calls++;
  if (success === 0 && fault === null) sums.errors++;
  if (durationMs !== null) sums.latency.record(durationMs);
}

function latest(database: SqliteDatabase, sessionId: string, metric: string): number | null {
  const value: unknown = database
    .prepare(`SELECT value FROM performance_metrics WHERE session_id = ? AND capability = 'system' AND metric_type = ?
      ORDER BY rowid DESC LIMIT 1`)
    .pluck()
    .get(sessionId, metric);
  return typeof value === 'number' ? value : null;
}
