import { performance } from 'node:perf_hooks';
import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';

/** A statement of a workload. */
export interface WorkloadStatement {
  readonly sql: string;
  /** In the order of the `?`, or by name. */
  readonly parameters?: readonly unknown[] | Readonly<Record<string, unknown>>;
  /** How often it runs relative to the others. @default 1 */
  readonly weight?: number;
}

/** Durations of some statements of a workload on two databases, run in turns. */
export interface PairedDurations {
  /** Medians of the rounds, in milliseconds; each statement times its weight. */
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Rounds in which the second database was faster. */
  readonly wins: number;
  readonly rounds: number;
}

const runsPerRound = 3;

/**
 * Runs a workload on both databases in turns, so that what else the machine does meets both. Of three runs of a statement in a round
 * the fastest counts. Every run is rolled back. One round beforehand is not counted.
 *
 * @param counted positions of the statements whose durations are summed; all are run, since they may build on each other
 */
export function measurePaired(
  before: Database,
  after: Database,
  workload: readonly WorkloadStatement[],
  counted: ReadonlySet<number>,
  rounds: number,
): PairedDurations {
  const durations = { before: [] as number[], after: [] as number[] };
  for (let round = -1; round < rounds; round += 1) {
    const beforeFirst = round % 2 === 0;
    const first = measureRound(beforeFirst ? before : after, workload, counted);
    const second = measureRound(beforeFirst ? after : before, workload, counted);
    if (round < 0) continue;
    durations.before.push(beforeFirst ? first : second);
    durations.after.push(beforeFirst ? second : first);
  }
  const wins = durations.before.filter((duration, at) => (durations.after[at] ?? duration) < duration).length;
  return { beforeMs: median(durations.before), afterMs: median(durations.after), wins, rounds };
}

function measureRound(
  database: Database,
  workload: readonly WorkloadStatement[],
  counted: ReadonlySet<number>,
): number {
  const fastest = new Array<number>(workload.length).fill(Number.POSITIVE_INFINITY);
  for (let run = 0; run < runsPerRound; run += 1) {
    for (const [at, durationMs] of runWorkload(database, workload).entries()) {
      fastest[at] = Math.min(fastest[at] ?? durationMs, durationMs);
    }
  }
  return [...counted].reduce((sum, at) => sum + (workload[at]?.weight ?? 1) * (fastest[at] ?? 0), 0);
}

/** Runs each statement once and rolls back; their durations in milliseconds. */
function runWorkload(database: Database, workload: readonly WorkloadStatement[]): readonly number[] {
  const durations: number[] = [];
  database.exec('BEGIN');
  try {
    for (const { sql, parameters } of workload) {
      const statement = database.prepare(sql);
      const bound = parameters === undefined ? [] : [parameters];
      const start = performance.now();
      if (statement.reader) for (const _row of statement.iterate(...bound));
      else statement.run(...bound);
      durations.push(performance.now() - start);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CapabilityError('BAD_INPUT', `A statement of the workload fails: ${reason}.`, { cause });
  } finally {
    database.exec('ROLLBACK');
  }
  return durations;
}

/** Whether a statement changes rows, so that an index on its table costs it something. */
export function changesRows(database: Database, sql: string): boolean {
  return !database.prepare(sql).readonly;
}

/** Probability of at least so many wins when both are equally fast (sign test). */
export function signTestProbability(wins: number, rounds: number): number {
  let term = 0.5 ** rounds;
  let sum = 0;
  for (let heads = 0; heads <= rounds; heads += 1) {
    if (heads >= wins) sum += term;
    term *= (rounds - heads) / (heads + 1);
  }
  return sum;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
