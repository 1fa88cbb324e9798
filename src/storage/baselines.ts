import { toTimestamp } from '../clock.js';
import type { BaselineRun, HistoryMetric, SessionStatistic } from '../history.js';
import type { Environment } from '../model.js';
import { environmentKeyOf } from './environment-key.js';
import type { SqliteDatabase } from './open-database.js';
import { readSessionStatistics } from './session-statistics.js';

/** A set of runs that others are compared with; the figures are copies, so that it outlives its sessions. */
export interface Baseline {
  readonly baselineId: number;
  readonly name: string;
  readonly projectPath: string;
  /** As `environmentKeyOf` makes it. */
  readonly environmentKey: string;
  readonly note: string | null;
  readonly createdAtMs: number;
  /** The oldest first. */
  readonly runs: readonly BaselineRun[];
  /** Names of the scenarios of which it holds figures. */
  readonly scenarios: readonly string[];
}

export interface NewBaseline {
  readonly name: string;
  /** Sessions that were completed, of one project and environment. */
  readonly sessionIds: readonly string[];
  readonly note: string | null;
  readonly createdAtMs: number;
}

/** The baselines of one database. */
export class Baselines {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /**
   * Freezes what sessions showed under a name. One that had this name for the same project and environment gives way.
   *
   * @returns the id of the baseline
   * @throws Error when there is no session, or when they are of several projects or environments
   */
  set({ name, sessionIds, note, createdAtMs }: NewBaseline): number {
    const database = this.#database;
    return database
      .transaction(() => {
        const sessions = sessionIds.map((id) => this.#readSession(id));
        const keys = new Set(sessions.map(({ project, key }) => JSON.stringify([project, key])));
        const [first] = sessions;
        if (first === undefined || keys.size > 1) {
          throw new Error(`A baseline takes sessions of one project and environment, not of ${keys.size}.`);
        }
        const { project, key } = first;
        database
          .prepare('DELETE FROM baselines WHERE name = ? AND project_path = ? AND environment_key = ?')
          .run(name, project, key);
        const { lastInsertRowid } = database
          .prepare(
            'INSERT INTO baselines (name, project_path, environment_key, note, created_at) VALUES (?, ?, ?, ?, ?)',
          )
          .run(name, project, key, note, toTimestamp(createdAtMs));
        for (const session of sessions) this.#freeze(Number(lastInsertRowid), session);
        return Number(lastInsertRowid);
      })
      .immediate();
  }

  #readSession(sessionId: string): FrozenSession {
    const row = this.#database
      .prepare(`SELECT session_id AS sessionId, project_path AS project, start_time AS startTime,
        duration_minutes AS minutes, environment FROM test_sessions WHERE session_id = ?`)
      .get(sessionId) as SessionRow | undefined;
    if (row === undefined) throw new Error(`There is no session ${sessionId}.`);
    const environment = row.environment === null ? null : (JSON.parse(row.environment) as Environment);
    return { ...row, commit: environment?.commit ?? null, key: environmentKeyOf(environment, row.minutes) };
  }

  #freeze(baselineId: number, { sessionId, startTime, commit }: FrozenSession): void {
    this.#database
      .prepare('INSERT INTO baseline_runs VALUES (?, ?, ?, ?)')
      .run(baselineId, sessionId, startTime, commit);
    // A scenario that ran several times under one name gives one figure: that of the last.
    const insert = this.#database.prepare(
      'INSERT OR REPLACE INTO baseline_statistics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    for (const one of readSessionStatistics(this.#database, sessionId)) {
      const { file, scenario, capability, method, metric, value, calls } = one;
      insert.run(baselineId, sessionId, file, scenario, capability, method, metric, value, calls);
    }
  }

  /** By name, the newest first of each. */
  list(): readonly Baseline[] {
    const rows = this.#database
      .prepare('SELECT * FROM baselines ORDER BY name, created_at DESC, baseline_id DESC')
      .all() as BaselineRow[];
    return rows.map((row) => ({
      baselineId: row.baseline_id,
      name: row.name,
      projectPath: row.project_path,
      environmentKey: row.environment_key,
      note: row.note,
      createdAtMs: Date.parse(row.created_at),
      runs: this.#readRuns(row.baseline_id),
      scenarios: this.#database
        .prepare('SELECT DISTINCT scenario FROM baseline_statistics WHERE baseline_id = ? ORDER BY scenario')
        .pluck()
        .all(row.baseline_id) as string[],
    }));
  }

  #readRuns(baselineId: number): readonly BaselineRun[] {
    const rows = this.#database
      .prepare('SELECT * FROM baseline_runs WHERE baseline_id = ? ORDER BY start_time, session_id')
      .all(baselineId) as RunRow[];
    return rows.map((row) => ({
      sessionId: row.session_id,
      startedAtMs: Date.parse(row.start_time),
      commit: row.commit_hash,
    }));
  }

  /** The frozen figures of one run of a baseline. */
  readStatistics(baselineId: number, sessionId: string): readonly SessionStatistic[] {
    return this.#database
      .prepare(`SELECT file, scenario, capability, activity_type AS method, metric, value, calls
        FROM baseline_statistics WHERE baseline_id = ? AND session_id = ?`)
      .all(baselineId, sessionId) as (SessionStatistic & { readonly metric: HistoryMetric })[];
  }

  /** Forgets every baseline of a name. @returns how many there were */
  remove(name: string): number {
    return this.#database.prepare('DELETE FROM baselines WHERE name = ?').run(name).changes;
  }
}

interface SessionRow {
  readonly sessionId: string;
  readonly project: string;
  readonly startTime: string;
  readonly minutes: number;
  readonly environment: string | null;
}

interface FrozenSession extends SessionRow {
  readonly commit: string | null;
  readonly key: string;
}

interface BaselineRow {
  readonly baseline_id: number;
  readonly name: string;
  readonly project_path: string;
  readonly environment_key: string;
  readonly note: string | null;
  readonly created_at: string;
}

interface RunRow {
  readonly session_id: string;
  readonly start_time: string;
  readonly commit_hash: string | null;
}
