import { toTimestamp } from '../clock.js';
import { RealWorldError } from '../errors.js';
import type { GateVerdict } from '../gate.js';
import type { HistoryFacts, SessionStatistic } from '../history.js';
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
import { Baselines } from './baselines.js';
import { type CrashedScenario, readCrashes } from './crashes.js';
import { closeDetached, identifyFile } from './file-identity.js';
import { type IngestOptions, SessionIngest } from './ingest.js';
import { type OpenOptions, openDatabase, refuseDamaged, type SqliteDatabase } from './open-database.js';
import { readScenarios, readTotals } from './queries.js';
import { readFacts } from './read-facts.js';
import { readHistory } from './read-history.js';
import { SessionSamples } from './session-samples.js';
import { insertSession, type SessionStart } from './session-start.js';
import { readSessionStatistics } from './session-statistics.js';
import { readStoredAnalysis, type StoredAnalysis } from './stored-analysis.js';
import { metricsOf } from './system-metrics.js';
import { readUsualDuration } from './usual-duration.js';

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

/** A session with its totals. */
export interface SessionSummary extends Session {
  readonly activities: number;
  readonly errors: number;
  /** 0 to 100, or null when nothing was measured. */
  readonly score: number | null;
}

/** The sessions of one database file. Holds its connection until `close()`. */
export class SessionStore {
  readonly path: string;
  #database: SqliteDatabase;
  #identity: string | null;

  /** @throws RealWorldError as `openDatabase` */
  constructor(path: string, options?: OpenOptions) {
    this.path = path;
    this.#database = openDatabase(path, options);
    this.#identity = identifyFile(path);
  }

  /** How long a statement waits for another process's lock from now on, in milliseconds. */
  set lockTimeoutMs(milliseconds: number) {
    this.#database.pragma(`busy_timeout = ${Math.max(0, Math.round(milliseconds))}`);
  }

  /**
   * Opens the database again when its file was deleted or replaced: what is written through an old connection would go
   * where nobody finds it. An ingest that was made before is then of no use any more.
   *
   * @returns true when it was opened again
   * @throws RealWorldError as `openDatabase`; the next call tries again
   */
  reopenIfReplaced(lockTimeoutMs: number): boolean {
    if (this.#database.open && this.#identity !== null && identifyFile(this.path) === this.#identity)
      return false;
    if (this.#database.open) closeDetached(this.#database, this.path);
    this.#database = openDatabase(this.path, { lockTimeoutMs });
    this.#identity = identifyFile(this.path);
    return true;
  }

  startSession(start: SessionStart): void {
    insertSession(this.#database, start);
  }

  ingestFor(sessionId: string, options?: IngestOptions): SessionIngest {
    return new SessionIngest(this.#database, sessionId, options);
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

  /** The state of the machine and of the workers at one moment, as metrics of `system` and `worker`. */
  saveSystemSample(sessionId: string, sample: SystemSample): void {
    const insert = this.#database.prepare(`INSERT INTO performance_metrics
      (metric_id, session_id, timestamp, capability, metric_type, value, unit, context)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (metric_id) DO NOTHING`);
    const atMs = Math.round(sample.atMs);
    this.#database.transaction(() => {
      for (const { capability, metricType, value, unit, context } of metricsOf(sample)) {
        const metricId = [sessionId, capability, context?.pid, metricType, atMs].filter(Boolean).join('-');
        const contextJson = context === undefined ? null : JSON.stringify(context);
        insert.run(
          metricId,
          sessionId,
          toTimestamp(sample.atMs),
          capability,
          metricType,
          value,
          unit,
          contextJson,
        );
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
    const { calls, errors, meanMs } = readTotals(this.#database, sessionId);
    this.#database
      .prepare(`UPDATE test_sessions SET end_time = ?, status = ?, stop_reason = ?,
        total_activities = ?, total_errors = ?, avg_response_time = ?,
        avg_cpu_usage = coalesce((SELECT avg(value) FROM performance_metrics m
          WHERE m.session_id = test_sessions.session_id AND capability = 'system' AND metric_type = 'cpu_usage'), 0),
        avg_memory_usage = coalesce((SELECT avg(value) FROM performance_metrics m
          WHERE m.session_id = test_sessions.session_id AND capability = 'system' AND metric_type = 'memory_usage'), 0)
        WHERE session_id = ?`)
      .run(toTimestamp(end.endedAtMs), end.status, end.stopReason, calls, errors, meanMs, sessionId);
  }

  /** What the last analysis of a session left. */
  readAnalysis(sessionId: string): StoredAnalysis {
    return readStoredAnalysis(this.#database, sessionId);
  }

  /** Carries out work that is kept as a whole or not at all. */
  atOnce<Result>(work: () => Result): Result {
    return this.#database.transaction(work).immediate();
  }

  saveScore(sessionId: string, score: number): void {
    this.#database
      .prepare('UPDATE test_sessions SET overall_score = ? WHERE session_id = ?')
      .run(score, sessionId);
  }

  saveGate(sessionId: string, gate: GateVerdict): void {
    this.#database
      .prepare('UPDATE test_sessions SET gate = ? WHERE session_id = ?')
      .run(JSON.stringify(gate), sessionId);
  }

  /** Scenarios that began and of whose end nothing was heard. */
  markCrashedScenarios(sessionId: string): readonly Scenario[] {
    const crashed = readScenarios(this.#database, sessionId).filter(({ outcome }) => outcome === 'running');
    this.#database
      .prepare("UPDATE scenarios SET outcome = 'crashed' WHERE session_id = ? AND outcome = 'running'")
      .run(sessionId);
    return crashed;
  }

  /**
   * Reads a session back through a new connection: one that was open all the time sees what it holds in memory, and not
   * that the file under it was damaged.
   *
   * @throws RealWorldError `DATABASE_CORRUPT`, or what reading throws
   */
  checkStored(sessionId: string): void {
    const database = openDatabase(this.path);
    try {
      const count = 'SELECT count(*) FROM activities WHERE session_id = ?';
      const read = database.prepare(count).pluck().get(sessionId);
      if (read === this.#database.prepare(count).pluck().get(sessionId)) return;
    } finally {
      database.close();
    }
    throw new RealWorldError(
      'DATABASE_CORRUPT',
      `The database ${this.path} does not hold what was written into it. Move it away.`,
    );
  }

  /**
   * Looks through the whole file, which takes time in a large one.
   *
   * @throws RealWorldError `DATABASE_CORRUPT`
   */
  checkIntegrity(): void {
    refuseDamaged(this.#database, this.path);
  }

  /** Scenarios that were at work when their run was interrupted: nobody knows how they would have ended. */
  markStoppedScenarios(sessionId: string, reason: string): void {
    this.#database
      .prepare(
        "UPDATE scenarios SET outcome = 'stopped', error_message = ? WHERE session_id = ? AND outcome = 'running'",
      )
      .run(reason, sessionId);
  }

  /** Vitest calls every scenario of a stopped run skipped; those that had begun were stopped. */
  tellStoppedFromSkipped(sessionId: string, reason: string): void {
    this.#database
      .prepare(`UPDATE scenarios SET outcome = 'stopped'
        WHERE session_id = ? AND outcome = 'skipped' AND start_time IS NOT NULL AND error_message = ?`)
      .run(sessionId, reason);
  }

  /** What one run contributes to a comparison of runs. */
  readStatistics(sessionId: string): readonly SessionStatistic[] {
    return readSessionStatistics(this.#database, sessionId);
  }

  get baselines(): Baselines {
    return new Baselines(this.#database);
  }

  /** Single rows, for charts and timelines. */
  get samples(): SessionSamples {
    return new SessionSamples(this.#database);
  }

  /** A number that is another one when somebody else wrote into the database in the meantime. */
  get dataVersion(): number {
    return this.#database.pragma('data_version', { simple: true }) as number;
  }

  /** What the comparable sessions up to this one showed, also of what it did not do yet. */
  readHistory(sessionId: string): HistoryFacts {
    return readHistory(this.#database, sessionId, { whole: true });
  }

  /** The crashed scenarios of a session, each with what was recorded last. */
  readCrashes(sessionId: string): readonly CrashedScenario[] {
    return readCrashes(this.#database, sessionId);
  }

  /** @throws RealWorldError `SESSION_UNKNOWN` */
  readSession(sessionId: string): Session {
    const row = this.#database.prepare('SELECT * FROM test_sessions WHERE session_id = ?').get(sessionId);
    if (row === undefined) {
      throw new RealWorldError('SESSION_UNKNOWN', `There is no session ${sessionId} in ${this.path}.`);
    }
    return sessionFromRow(row as SessionRow);
  }

  /** As `readUsualDuration`. */
  readUsualDurationMs(start: Pick<Session, 'projectPath' | 'durationMinutes'>): number | null {
    return readUsualDuration(this.#database, start);
  }

  /** Newest first. */
  listSessions(): readonly SessionSummary[] {
    const rows = this.#database
      .prepare('SELECT * FROM test_sessions ORDER BY start_time DESC, rowid DESC')
      .all() as SessionRow[];
    return rows.map((row) => ({
      ...sessionFromRow(row),
      activities: row.total_activities,
      errors: row.total_errors,
      score: row.total_activities === 0 || row.end_time === null ? null : row.overall_score,
    }));
  }

  /** All that the analysis needs; @throws RealWorldError `SESSION_UNKNOWN` */
  readFacts(sessionId: string): SessionFacts {
    return readFacts(this.#database, this.readSession(sessionId));
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
  readonly total_activities: number;
  readonly total_errors: number;
  readonly overall_score: number;
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
