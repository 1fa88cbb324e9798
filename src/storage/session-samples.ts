import type { ActivityOutcome } from '../model.js';
import type { SqliteDatabase } from './open-database.js';

/** A call as a chart shows it. */
export interface CallSample {
  readonly capability: string;
  readonly method: string;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly succeeded: boolean;
}

/** A call as a timeline shows it. */
export interface NearbyCall extends CallSample {
  readonly activityId: string;
  readonly parentId: string | null;
  readonly workerPid: number | null;
  readonly outcome: ActivityOutcome;
  readonly error: string | null;
  readonly fault: string | null;
}

/** A metric at its moment. */
export interface MetricPoint {
  readonly capability: string;
  readonly metricType: string;
  readonly taskId: string | null;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly value: number;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Rows on either side of an activity that are looked through: a row is written when its call ends, so most lie before it. */
const rowsBefore = 250;
const rowsAfter = 100;

interface ActivityRow {
  readonly id: number;
  readonly activity_id: string;
  readonly timestamp: string;
  readonly capability: string;
  readonly activity_type: string;
  readonly response_time_ms: number | null;
  readonly success: number | null;
  readonly outcome: ActivityOutcome | null;
  readonly error_message: string | null;
  readonly parent_id: string | null;
  readonly worker_pid: number | null;
  readonly fault: string | null;
}

const columns = `rowid AS id, activity_id, timestamp, capability, activity_type, response_time_ms, success, outcome,
  error_message, parent_id, worker_pid, fault`;

/** Single rows of a session, few of many: what charts and timelines draw beside the sums. */
export class SessionSamples {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /**
   * Calls of a session, one drawn from each of `callsMax` even stretches of its rows, so that what comes at a beat is met as well; all
   * of them when there are no more.
   *
   * @param random from 0 up to 1, as `Math.random`
   */
  sampleCalls(sessionId: string, callsMax: number, random: () => number): readonly CallSample[] {
    const border = (order: 'ASC' | 'DESC') =>
      this.#database
        .prepare(`SELECT rowid FROM activities WHERE session_id = ? ORDER BY rowid ${order} LIMIT 1`)
        .pluck()
        .get(sessionId) as number | undefined;
    const first = border('ASC');
    const last = border('DESC');
    if (first === undefined || last === undefined) return [];
    if (last - first < callsMax) return this.#rowsFrom(sessionId, first, callsMax).map(sampleFrom);
    const next = this.#database.prepare(
      `SELECT ${columns} FROM activities WHERE session_id = ? AND rowid >= ? ORDER BY rowid LIMIT 1`,
    );
    const calls: CallSample[] = [];
    let taken = 0;
    for (let pick = 0; pick < callsMax; pick++) {
      const wanted = first + Math.floor(((last - first + 1) * (pick + random())) / callsMax);
      // The rows of another session may lie between those of this one.
      const row = next.get(sessionId, Math.max(wanted, taken + 1)) as ActivityRow | undefined;
      if (row === undefined) break;
      taken = row.id;
      calls.push(sampleFrom(row));
    }
    return calls;
  }

  /**
   * The activities whose rows lie near that of one, and that activity itself, its ancestors included; nothing when its row was
   * not kept.
   */
  readNearby(sessionId: string, activityId: string): readonly NearbyCall[] {
    const own = this.#row(sessionId, activityId);
    if (own === undefined) return [];
    const before = this.#database
      .prepare(
        `SELECT ${columns} FROM activities WHERE session_id = ? AND rowid < ? ORDER BY rowid DESC LIMIT ${rowsBefore}`,
      )
      .all(sessionId, own.id) as ActivityRow[];
    const after = this.#rowsFrom(sessionId, own.id + 1, rowsAfter);
    const rows = new Map([...before, own, ...after].map((row) => [row.activity_id, row]));
    // An ancestor ends last, so its row may lie far behind.
    for (let row: ActivityRow | undefined = own; row !== undefined && row.parent_id !== null; ) {
      const parent: ActivityRow | undefined = rows.get(row.parent_id) ?? this.#row(sessionId, row.parent_id);
      if (parent !== undefined) rows.set(parent.activity_id, parent);
      row = parent;
    }
    return [...rows.values()].map(nearbyFrom);
  }

  /** The metrics of these types in the order in which they were recorded, at most `pointsMax`. */
  readMetrics(
    sessionId: string,
    metricTypes: readonly string[],
    { capability = null, pointsMax }: { readonly capability?: string | null; readonly pointsMax: number },
  ): readonly MetricPoint[] {
    const rows = this.#database
      .prepare(`SELECT m.capability, m.metric_type, m.timestamp, m.value, m.context, s.task_id
        FROM performance_metrics m LEFT JOIN scenarios s USING (scenario_id)
        WHERE m.session_id = ? AND m.metric_type IN (${metricTypes.map(() => '?').join(', ')})
          AND (? IS NULL OR m.capability = ?) ORDER BY m.rowid LIMIT ?`)
      .all(sessionId, ...metricTypes, capability, capability, pointsMax) as {
      readonly capability: string;
      readonly metric_type: string;
      readonly timestamp: string;
      readonly value: number;
      readonly context: string | null;
      readonly task_id: string | null;
    }[];
    return rows.map((row) => ({
      capability: row.capability,
      metricType: row.metric_type,
      taskId: row.task_id,
      atMs: Date.parse(row.timestamp),
      value: row.value,
      context: row.context === null ? {} : (JSON.parse(row.context) as Record<string, unknown>),
    }));
  }

  #row(sessionId: string, activityId: string): ActivityRow | undefined {
    return this.#database
      .prepare(`SELECT ${columns} FROM activities WHERE activity_id = ? AND session_id = ?`)
      .get(activityId, sessionId) as ActivityRow | undefined;
  }

  #rowsFrom(sessionId: string, rowId: number, rowsMax: number): readonly ActivityRow[] {
    return this.#database
      .prepare(
        `SELECT ${columns} FROM activities WHERE session_id = ? AND rowid >= ? ORDER BY rowid LIMIT ${rowsMax}`,
      )
      .all(sessionId, rowId) as ActivityRow[];
  }
}

function sampleFrom(row: ActivityRow): CallSample {
  return {
    capability: row.capability,
    method: row.activity_type,
    startedAtMs: Date.parse(row.timestamp),
    durationMs: row.response_time_ms ?? 0,
    succeeded: row.success !== 0,
  };
}

function nearbyFrom(row: ActivityRow): NearbyCall {
  return {
    ...sampleFrom(row),
    activityId: row.activity_id,
    parentId: row.parent_id,
    workerPid: row.worker_pid,
    outcome: row.outcome ?? (row.success === 0 ? 'failed' : 'succeeded'),
    error: row.error_message,
    fault: row.fault,
  };
}
