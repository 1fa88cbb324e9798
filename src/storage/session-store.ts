import { toTimestamp } from '../clock.js';
import { RealWorldError } from '../errors.js';
import type {
  Environment,
  Issue,
  Scenario,
  ScenarioKind,
  ScenarioOutcome,
  Session,
  SessionFacts,
  SessionStatus,
  Suggestion,
  SystemSample,
} from '../model.js';
import { SessionIngest, type SystemSampleLookup } from './ingest.js';
import { openDatabase, type SqliteDatabase } from './open-database.js';
import {
  readErrorGroups,
  readIssues,
  readMethodFigures,
  readMetricFigures,
  readScenarios,
} from './queries.js';

export interface SessionStart {
  readonly sessionId: string;
  readonly projectPath: string;
  readonly startedAtMs: number;
  readonly durationMinutes: number;
  readonly seed: number;
  readonly environment: Environment;
}

export interface ScenarioEnd {
  readonly taskId: string;
  readonly name: string;
  readonly file: string;
  readonly line: number | null;
  readonly kind: ScenarioKind;
  readonly durationMs: number | null;
  readonly outcome: ScenarioOutcome;
  readonly errorMessage: string | null;
}

/** The sessions of one database file. Holds its connection until `close()`. */
export class SessionStore {
  readonly path: string;
  readonly #database: SqliteDatabase;

  /** @throws RealWorldError as `openDatabase` */
  constructor(path: string) {
    this.path = path;
    this.#database = openDatabase(path);
  }

  startSession(start: SessionStart): void {
    this.#database
      .prepare(`INSERT INTO test_sessions
        (session_id, project_path, start_time, duration_minutes, status, seed, environment)
        VALUES (?, ?, ?, ?, 'running', ?, ?) ON CONFLICT (session_id) DO NOTHING`)
      .run(
        start.sessionId,
        start.projectPath,
        toTimestamp(start.startedAtMs),
        start.durationMinutes,
        start.seed,
        JSON.stringify(start.environment),
      );
  }

  ingestFor(sessionId: string, systemAt?: SystemSampleLookup): SessionIngest {
    return new SessionIngest(this.#database, sessionId, systemAt);
  }

  saveScenario(sessionId: string, scenario: ScenarioEnd): void {
    this.#database
      .prepare(`INSERT INTO scenarios
        (session_id, task_id, name, file, line, kind, duration_ms, outcome, error_message)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (session_id, task_id) DO UPDATE SET line = coalesce(excluded.line, line),
          duration_ms = excluded.duration_ms, outcome = excluded.outcome, error_message = excluded.error_message`)
      .run(
        sessionId,
        scenario.taskId,
        scenario.name,
        scenario.file,
        scenario.line,
        scenario.kind,
        scenario.durationMs,
        scenario.outcome,
        scenario.errorMessage,
      );
  }

  /** The machine's state at one moment, as three metrics of `system`. */
  saveSystemSample(sessionId: string, sample: SystemSample): void {
    const insert = this.#database.prepare(`INSERT INTO performance_metrics
      (metric_id, session_id, timestamp, capability, metric_type, value, unit, context)
      VALUES (?, ?, ?, 'system', ?, ?, 'percent', ?) ON CONFLICT (metric_id) DO NOTHING`);
    const values = {
      cpu_usage: sample.cpuPercent,
      memory_usage: sample.memoryPercent,
      disk_usage: sample.diskPercent,
    };
    const context = JSON.stringify({ costMs: Math.round(sample.costMs * 10) / 10 });
    this.#database.transaction(() => {
      for (const [metricType, value] of Object.entries(values)) {
        const metricId = `${sessionId}-${metricType}-${Math.round(sample.atMs)}`;
        insert.run(metricId, sessionId, toTimestamp(sample.atMs), metricType, value, context);
      }
    })();
  }

  /** Adds issues that the tool itself observed, such as a crashed worker. */
  saveIssues(sessionId: string, issues: readonly Issue[]): void {
    this.#insertIssues(sessionId, issues, 'scenario');
  }

  /** Puts the issues that the rules found in the place of those of an earlier analysis. */
  replaceRuleIssues(sessionId: string, issues: readonly Issue[]): void {
    this.#database.transaction(() => {
      this.#database.prepare("DELETE FROM issues WHERE session_id = ? AND source = 'rule'").run(sessionId);
      this.#insertIssues(sessionId, issues, 'rule');
    })();
  }

  #insertIssues(sessionId: string, issues: readonly Issue[], source: 'scenario' | 'rule'): void {
    const ingest = this.ingestFor(sessionId);
    this.#database.transaction(() => {
      for (const issue of issues) ingest.insertIssue(issue, source);
    })();
  }

  /** Puts the suggestions of a session in the place of those it had. */
  replaceSuggestions(sessionId: string, suggestions: readonly Suggestion[], atMs: number): void {
    const insert = this.#database.prepare(`INSERT INTO improvement_suggestions
      (session_id, timestamp, category, priority, suggestion, rationale, estimated_impact, issue_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#database.transaction(() => {
      this.#database.prepare('DELETE FROM improvement_suggestions WHERE session_id = ?').run(sessionId);
      for (const { category, priority, suggestion, rationale, estimatedImpact, issueId } of suggestions) {
        insert.run(
          sessionId,
          toTimestamp(atMs),
          category,
          priority,
          suggestion,
          rationale,
          estimatedImpact,
          issueId,
        );
      }
    })();
  }

  /** Ends a session; the totals are counted from its activities. */
  finishSession(
    sessionId: string,
    end: { readonly status: SessionStatus; readonly endedAtMs: number; readonly stopReason: string | null },
  ): void {
    this.#database
      .prepare(`UPDATE test_sessions SET end_time = ?, status = ?, stop_reason = ?,
        total_activities = (SELECT count(*) FROM activities a WHERE a.session_id = test_sessions.session_id),
        total_errors = (SELECT count(*) FROM activities a
          WHERE a.session_id = test_sessions.session_id AND NOT a.success AND a.fault IS NULL),
        avg_response_time = coalesce((SELECT avg(response_time_ms) FROM activities a
          WHERE a.session_id = test_sessions.session_id), 0),
        avg_cpu_usage = coalesce((SELECT avg(value) FROM performance_metrics m
          WHERE m.session_id = test_sessions.session_id AND capability = 'system' AND metric_type = 'cpu_usage'), 0),
        avg_memory_usage = coalesce((SELECT avg(value) FROM performance_metrics m
          WHERE m.session_id = test_sessions.session_id AND capability = 'system' AND metric_type = 'memory_usage'), 0)
        WHERE session_id = ?`)
      .run(toTimestamp(end.endedAtMs), end.status, end.stopReason, sessionId);
  }

  saveScore(sessionId: string, score: number): void {
    this.#database
      .prepare('UPDATE test_sessions SET overall_score = ? WHERE session_id = ?')
      .run(score, sessionId);
  }

  /** Scenarios that began and of whose end nothing was heard. */
  markCrashedScenarios(sessionId: string): readonly Scenario[] {
    const crashed = readScenarios(this.#database, sessionId).filter(({ outcome }) => outcome === 'running');
    this.#database
      .prepare("UPDATE scenarios SET outcome = 'crashed' WHERE session_id = ? AND outcome = 'running'")
      .run(sessionId);
    return crashed;
  }

  /** @throws RealWorldError `SESSION_UNKNOWN` */
  readSession(sessionId: string): Session {
    const row = this.#database.prepare('SELECT * FROM test_sessions WHERE session_id = ?').get(sessionId);
    if (row === undefined) {
      throw new RealWorldError('SESSION_UNKNOWN', `There is no session ${sessionId} in ${this.path}.`);
    }
    return sessionFromRow(row as SessionRow);
  }

  /** Ids, newest first. */
  listSessions(): readonly Session[] {
    const rows = this.#database
      .prepare('SELECT * FROM test_sessions ORDER BY start_time DESC, rowid DESC')
      .all();
    return (rows as SessionRow[]).map(sessionFromRow);
  }

  /** All that the analysis needs; @throws RealWorldError `SESSION_UNKNOWN` */
  readFacts(sessionId: string): SessionFacts {
    const declared = this.#database
      .prepare('SELECT capabilities FROM test_sessions WHERE session_id = ?')
      .pluck()
      .get(sessionId) as string | null | undefined;
    return {
      session: this.readSession(sessionId),
      scenarios: readScenarios(this.#database, sessionId),
      methods: readMethodFigures(this.#database, sessionId),
      errorGroups: readErrorGroups(this.#database, sessionId),
      metrics: readMetricFigures(this.#database, sessionId),
      reportedIssues: readIssues(this.#database, sessionId, 'scenario'),
      declaredCapabilities: typeof declared === 'string' ? (JSON.parse(declared) as string[]) : null,
    };
  }

  close(): void {
    this.#database.close();
  }
}

interface SessionRow {
  readonly session_id: string;
  readonly project_path: string;
  readonly start_time: string;
  readonly end_time: string | null;
  readonly duration_minutes: number;
  readonly status: SessionStatus;
  readonly stop_reason: string | null;
  readonly seed: number | null;
  readonly environment: string | null;
}

const unknownEnvironment: Environment = {
  node: 'unknown',
  vitest: 'unknown',
  platform: 'unknown',
  cpuModel: 'unknown',
  cpuCount: 0,
  memoryBytes: 0,
  commit: null,
};

function sessionFromRow(row: SessionRow): Session {
  return {
    sessionId: row.session_id,
    projectPath: row.project_path,
    startedAtMs: Date.parse(row.start_time),
    endedAtMs: row.end_time === null ? null : Date.parse(row.end_time),
    durationMinutes: row.duration_minutes,
    status: row.status,
    stopReason: row.stop_reason,
    seed: row.seed ?? 0,
    environment: row.environment === null ? unknownEnvironment : (JSON.parse(row.environment) as Environment),
  };
}
