import type { Statement } from 'better-sqlite3';
import { toTimestamp } from '../clock.js';
import type { Activity, Issue, JournalEntry, Metric, ScenarioStart, SystemSample } from '../model.js';
import { toKibibytes, toMebibytes } from '../units.js';
import type { SqliteDatabase } from './open-database.js';
import type { Retention } from './retention.js';
import { SessionSums } from './session-sums.js';
import { storeSums, sumRows } from './stored-sums.js';

/** The state of the machine at a moment, out of the monitor's samples; null where there is none. */
export type SystemSampleLookup = (epochMs: number) => SystemSample | null;

export interface IngestOptions {
  readonly systemAt?: SystemSampleLookup | undefined;
  /** Which rows are kept; left out, all. */
  readonly retention?: Retention | null | undefined;
  /** Counts what is stored; one that is handed on to the next ingest goes on counting. */
  readonly sums?: SessionSums | undefined;
}

/**
 * Writes the journal entries of one session into the database, a batch a transaction. Rows are found by their
 * ids, so that a line that is read twice changes nothing.
 */
export class SessionIngest {
  readonly #database: SqliteDatabase;
  readonly #sessionId: string;
  readonly #systemAt: SystemSampleLookup;
  readonly #scenarioIds = new Map<string, number>();
  /** Calls that were noted while running and have not ended; what is left at the end crashed. */
  readonly #running = new Map<string, Activity>();
  readonly #statements: IngestStatements;
  readonly #retention: Retention | null;
  readonly #sums: SessionSums;
  /** Ids of the batch's activities whose rows are not kept. */
  readonly #leftOut = new Set<string>();

  constructor(database: SqliteDatabase, sessionId: string, options: IngestOptions = {}) {
    this.#database = database;
    this.#sessionId = sessionId;
    this.#systemAt = options.systemAt ?? (() => null);
    this.#retention = options.retention ?? null;
    this.#sums = options.sums ?? new SessionSums(0);
    this.#statements = prepareStatements(database);
  }

  /** @returns how many rows of activities were new */
  ingest(entries: readonly JournalEntry[]): number {
    if (entries.length === 0) return 0;
    let added = 0;
    this.#leftOut.clear();
    this.#database
      .transaction(() => {
        for (const entry of entries) added += this.#ingestEntry(entry);
      })
      .immediate();
    for (const entry of entries) if (entry.entry === 'activity') this.#count(entry.activity);
    return added;
  }

  /** Records the calls that never ended because their process died. @returns how many there were */
  settleCrashed(): number {
    const crashed = [...this.#running.values()];
    this.#leftOut.clear();
    this.#database
      .transaction(() => {
        for (const activity of crashed) this.#insertActivity(activity);
      })
      .immediate();
    this.#running.clear();
    for (const activity of crashed) this.#count(activity);
    return crashed.length;
  }

  /** Stores the sums over all that was ingested in the place of those that the session had. */
  saveSums(): void {
    const sums = this.#countedOtherwise() ? sumRows(this.#database, this.#sessionId) : this.#sums;
    storeSums(this.#database, this.#sessionId, sums, (taskId) => this.#scenarioId(taskId));
  }

  /** A line that came twice, or rows of an earlier ingest: when every row is kept, the rows are right. */
  #countedOtherwise(): boolean {
    if (this.#retention !== null) return false;
    let counted = 0;
    for (const { rowsKept } of this.#sums.methods) counted += rowsKept;
    const rows = this.#database
      .prepare('SELECT count(*) FROM activities WHERE session_id = ?')
      .pluck()
      .get(this.#sessionId);
    return rows !== counted;
  }

  /** Only what is committed counts: a batch that is rolled back comes again. */
  #count(activity: Activity): void {
    this.#sums.count(activity, !this.#leftOut.has(activity.activityId));
    this.#retention?.count(activity);
  }

  #ingestEntry(entry: JournalEntry): number {
    switch (entry.entry) {
      case 'activity':
        this.#running.delete(entry.activity.activityId);
        return this.#insertActivity(entry.activity);
      case 'activity_running':
        this.#running.set(entry.activity.activityId, entry.activity);
        return 0;
      case 'scenario_started':
        this.#upsertScenario(entry.scenario);
        return 0;
      case 'metric':
        this.#insertMetric(entry.metric);
        return 0;
      case 'issue':
        this.insertIssue(entry.issue, 'scenario');
        return 0;
      case 'worker':
        if (entry.capabilities !== null) {
          this.#statements.capabilities.run(JSON.stringify(entry.capabilities), this.#sessionId);
        }
        return 0;
      case 'scenario_ended':
        return 0;
      default:
        return entry satisfies never;
    }
  }

  #insertActivity(activity: Activity): number {
    if (this.#retention?.keeps(activity) === false) {
      this.#leftOut.add(activity.activityId);
      return 0;
    }
    const endedAtMs = activity.startedAtMs + activity.durationMs;
    return this.#statements.activity.run(
      activity.activityId,
      this.#sessionId,
      toTimestamp(activity.startedAtMs),
      activity.capability,
      activity.method,
      activity.durationMs,
      wholePercent(this.#systemAt(activity.startedAtMs)),
      wholePercent(this.#systemAt(endedAtMs)),
      wholeMebibytes(activity.rssBeforeBytes),
      wholeMebibytes(activity.rssAfterBytes),
      activity.outcome === 'succeeded' || activity.outcome === 'abandoned' ? 1 : 0,
      activity.error?.message ?? null,
      activity.resultJson,
      this.#scenarioId(activity.taskId),
      // What succeeded is the rule and is told by `success`; only the rest is named.
      activity.outcome === 'succeeded' ? null : activity.outcome,
      activity.error === null ? null : (activity.error.code ?? activity.error.name),
      activity.attempt,
      activity.workerPid,
      activity.parentId,
      activity.fault,
      activity.overlapping,
      activity.cpuTimeMs,
      activity.firstResultMs,
      wholeKibibytes(activity.heapBeforeBytes),
      wholeGrowth(activity.heapBeforeBytes, activity.heapAfterBytes),
      wholeKibibytes(activity.externalBeforeBytes),
      wholeGrowth(activity.externalBeforeBytes, activity.externalAfterBytes),
      activity.eventLoopUtilization === null ? null : Math.round(activity.eventLoopUtilization * 100),
      activity.longestStallMs,
    ).changes;
  }

  #insertMetric(metric: Metric): void {
    this.#statements.metric.run(
      metric.metricId,
      this.#sessionId,
      toTimestamp(metric.atMs),
      metric.capability,
      metric.metricType,
      metric.value,
      metric.unit,
      JSON.stringify(metric.context),
      this.#scenarioId(metric.taskId),
    );
  }

  insertIssue(issue: Issue, source: 'scenario' | 'rule'): void {
    this.#statements.issue.run(
      issue.issueId,
      this.#sessionId,
      toTimestamp(issue.atMs),
      issue.severity,
      issue.capability,
      issue.issueType,
      issue.description,
      issue.suggestedFix,
      issue.reproducible === null ? null : Number(issue.reproducible),
      this.#scenarioId(issue.taskId),
      issue.evidenceActivityId,
      source,
    );
  }

  #upsertScenario(scenario: ScenarioStart): void {
    this.#statements.scenario.run(
      this.#sessionId,
      scenario.taskId,
      scenario.name,
      scenario.file,
      scenario.line,
      scenario.kind,
      scenario.seed,
      scenario.attempt + 1,
      toTimestamp(scenario.startedAtMs),
    );
  }

  #scenarioId(taskId: string | null): number | null {
    if (taskId === null) return null;
    const known = this.#scenarioIds.get(taskId);
    if (known !== undefined) return known;
    const found = this.#statements.scenarioId.get(this.#sessionId, taskId) as
      | { scenario_id: number }
      | undefined;
    if (found === undefined) return null;
    this.#scenarioIds.set(taskId, found.scenario_id);
    return found.scenario_id;
  }
}

interface IngestStatements {
  readonly activity: Statement;
  readonly metric: Statement;
  readonly issue: Statement;
  readonly scenario: Statement;
  readonly scenarioId: Statement;
  readonly capabilities: Statement;
}

function prepareStatements(database: SqliteDatabase): IngestStatements {
  return {
    activity: database.prepare(`INSERT INTO activities (
      activity_id, session_id, timestamp, capability, activity_type, response_time_ms, cpu_before, cpu_after,
      memory_before_mb, memory_after_mb, success, error_message, result_data, scenario_id, outcome, error_type,
      attempt, worker_pid, parent_id, fault, overlapping, cpu_time_ms, first_result_ms, heap_before_kb,
      heap_growth_kb, external_before_kb, external_growth_kb, event_loop_percent, longest_stall_ms, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
      ON CONFLICT (activity_id) DO NOTHING`),
    metric: database.prepare(`INSERT INTO performance_metrics (
      metric_id, session_id, timestamp, capability, metric_type, value, unit, context, scenario_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (metric_id) DO NOTHING`),
    issue: database.prepare(`INSERT INTO issues (
      issue_id, session_id, timestamp, severity, capability, issue_type, description, suggested_fix,
      reproducible, scenario_id, evidence_activity_id, source)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (issue_id) DO NOTHING`),
    scenario: database.prepare(`INSERT INTO scenarios (
      session_id, task_id, name, file, line, kind, seed, attempts, start_time, outcome)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running')
      ON CONFLICT (session_id, task_id) DO UPDATE SET
        attempts = max(attempts, excluded.attempts), seed = excluded.seed,
        start_time = coalesce(start_time, excluded.start_time)`),
    capabilities: database.prepare('UPDATE test_sessions SET capabilities = ? WHERE session_id = ?'),
    scenarioId: database.prepare('SELECT scenario_id FROM scenarios WHERE session_id = ? AND task_id = ?'),
  };
}

function wholePercent(sample: SystemSample | null): number | null {
  return sample === null ? null : Math.round(sample.cpuPercent);
}

/** What was not measured stays null, so that nobody takes it for nothing. */
function wholeMebibytes(bytes: number | null): number | null {
  return bytes === null ? null : Math.round(toMebibytes(bytes));
}

function wholeKibibytes(bytes: number | null): number | null {
  return bytes === null ? null : toKibibytes(bytes);
}

/** The difference of the whole numbers, so that it leads back to the other one. */
function wholeGrowth(beforeBytes: number | null, afterBytes: number | null): number | null {
  return beforeBytes === null || afterBytes === null
    ? null
    : toKibibytes(afterBytes) - toKibibytes(beforeBytes);
}
