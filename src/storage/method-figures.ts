import { ExactLatencies, type LatencyDistribution, percentileMs } from '../latency-distribution.js';
import type { MethodFigures, ScenarioMethodFigures } from '../model.js';
import { MethodSums } from './method-sums.js';
import type { SqliteDatabase } from './open-database.js';
import { readSums } from './stored-sums.js';

/** Up to so many activities every latency is read; above, the histograms answer, and the report comes in time. */
const exactActivitiesMax = 200_000;

export interface SessionFigures {
  readonly methods: readonly MethodFigures[];
  readonly scenarioMethods: readonly ScenarioMethodFigures[];
  /** Length of the windows in milliseconds. */
  readonly windowMs: number;
}

/** The calls of a session by method, and by scenario and method; both in order of their names. */
export function readSessionFigures(database: SqliteDatabase, sessionId: string): SessionFigures {
  const stored = readSums(database, sessionId);
  const sorted = [...stored.methods].sort(byName);
  const exact = isSmallAndWhole(sorted) ? readLatencies(database, sessionId) : null;
  return {
    windowMs: stored.windowMs,
    scenarioMethods: sorted.map((sums) => ({
      taskId: sums.taskId,
      ...figuresOf(sums, exact?.get(keyOf(sums, sums.taskId))),
    })),
    methods: mergeScenarios(sorted).map((sums) => figuresOf(sums, exact?.get(keyOf(sums)))),
  };
}

function byName(left: MethodSums, right: MethodSums): number {
  return compare(left.capability, right.capability) || compare(left.method, right.method);
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isSmallAndWhole(methods: readonly MethodSums[]): boolean {
  let calls = 0;
  for (const sums of methods) {
    calls += sums.calls;
    if (sums.rowsKept < sums.calls) return false;
  }
  return calls <= exactActivitiesMax;
}

function keyOf(
  { capability, method }: { capability: string; method: string },
  taskId?: string | null,
): string {
  return taskId === undefined ? `${capability}\n${method}` : `${capability}\n${method}\n${taskId}`;
}

/** The latencies of every method, and of every method in every scenario. */
function readLatencies(
  database: SqliteDatabase,
  sessionId: string,
): ReadonlyMap<string, LatencyDistribution> {
  const rows = database
    .prepare(`SELECT a.capability, a.activity_type, s.task_id, coalesce(a.response_time_ms, 0)
      FROM activities a LEFT JOIN scenarios s USING (scenario_id) WHERE a.session_id = ?`)
    .raw()
    .iterate(sessionId) as IterableIterator<[string, string, string | null, number]>;
  const durations = new Map<string, number[]>();
  const keep = (key: string, durationMs: number): void => {
    const known = durations.get(key);
    if (known === undefined) durations.set(key, [durationMs]);
    else known.push(durationMs);
  };
  for (const [capability, method, taskId, durationMs] of rows) {
    keep(keyOf({ capability, method }), durationMs);
    keep(keyOf({ capability, method }, taskId), durationMs);
  }
  return new Map([...durations].map(([key, durationsMs]) => [key, new ExactLatencies(durationsMs)]));
}

/** @param sorted by capability and method */
function mergeScenarios(sorted: readonly MethodSums[]): readonly MethodSums[] {
  const merged: MethodSums[] = [];
  for (const sums of sorted) {
    let last = merged.at(-1);
    if (last?.capability !== sums.capability || last.method !== sums.method) {
      last = new MethodSums({ ...sums, taskId: null, activityId: sums.slowestActivityId });
      merged.push(last);
    }
    last.add(sums);
  }
  return merged;
}

function figuresOf(sums: MethodSums, latency: LatencyDistribution = sums.latency): MethodFigures {
  const { calls, firstResultCalls } = sums;
  return {
    capability: sums.capability,
    method: sums.method,
    calls,
    rowsKept: sums.rowsKept,
    errors: sums.errors,
    errorsUnderFault: sums.errorsUnderFault,
    timeouts: sums.timeouts,
    crashes: sums.crashes,
    meanMs: sums.totalMs / calls,
    medianMs: percentileMs(latency, 0.5),
    p95Ms: percentileMs(latency, 0.95),
    p99Ms: percentileMs(latency, 0.99),
    maxMs: sums.maxMs,
    cpuTimeMs: sums.cpuTimeMs,
    excellentCalls: sums.excellentCalls,
    goodCalls: sums.goodCalls,
    acceptableCalls: sums.acceptableCalls,
    poorCalls: sums.poorCalls,
    firstResultMeanMs: firstResultCalls === 0 ? null : sums.firstResultTotalMs / firstResultCalls,
    blockingCalls: sums.blockingCalls,
    blockingMaxMs: sums.blockingMaxMs,
    rssGrowthMaxBytes: sums.rssGrowthMaxBytes,
    slowestActivityId: sums.slowestActivityId,
    failedActivityId: sums.failedActivityId,
    blockingActivityId: sums.blockingActivityId,
    rssGrowthActivityId: sums.rssGrowthActivityId,
    latency,
    overlappedLatency: sums.overlappedLatency,
    windows: [...sums.windows.values()].sort((left, right) => left.index - right.index),
  };
}
