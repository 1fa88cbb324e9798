import type { Database } from 'better-sqlite3';
import { createTurnTaker } from '../../files/turn-taking.js';
import { type CandidateIndex, createIndexSql, findCandidates, indexName } from './candidate-indexes.js';
import {
  changesRows,
  measurePaired,
  type PairedDurations,
  signTestProbability,
  type WorkloadStatement,
} from './measure-workload.js';
import { messageOf, readTables, type SqliteCopy } from './sqlite-copy.js';
import { usedIndexes } from './sqlite-plan.js';

/** A measured cost. */
export interface MeasuredCost {
  readonly value: number;
  /** `ms`: duration; `blocks`: blocks of 8 KiB that are touched. */
  readonly unit: 'ms' | 'blocks';
}

/** An index that made the workload cheaper on a copy. */
export interface IndexAdvice {
  readonly ddl: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** Of the statements that use it and of those that change rows, without and with this index alone. */
  readonly before: MeasuredCost;
  readonly after: MeasuredCost;
  /** Positions of the statements whose plan uses it. */
  readonly statements: readonly number[];
}

export interface RejectedIndex {
  readonly ddl: string;
  readonly reason: string;
}

export interface WorkloadAdvice {
  readonly dialect: 'sqlite' | 'postgresql';
  /** Most helpful first. */
  readonly advice: readonly IndexAdvice[];
  /** What a plan would have used and what did not make the workload cheaper, or could not be built. */
  readonly rejected: readonly RejectedIndex[];
  /** Indexes that were tried. */
  readonly candidates: number;
}

/** The share of its duration that an index has to save, so that nobody keeps one up for nothing. */
const savingMin = 0.1;
const chanceMax = 0.01;

/**
 * Builds every candidate on one copy, sees which of them the plans take, and measures each of those on a copy of its own
 * against one without it. It is advised when it is faster in so many rounds that chance does that once in a hundred times, and saves
 * a tenth.
 */
export async function adviseForSqlite(
  copy: SqliteCopy,
  workload: readonly WorkloadStatement[],
  rounds: number,
): Promise<WorkloadAdvice> {
  const tables = readTables(copy.connection);
  const candidates = new Map(
    workload
      .flatMap(({ sql }) => findCandidates(sql, tables))
      .map((candidate) => [indexName(candidate), candidate]),
  );
  const rejected: RejectedIndex[] = [];
  const all = copy.duplicate();
  for (const candidate of candidates.values()) {
    const reason = build(all, candidate);
    if (reason !== undefined) rejected.push({ ddl: createIndexSql(candidate), reason });
  }
  const statementsOf = new Map<CandidateIndex, number[]>();
  for (const [at, { sql }] of workload.entries()) {
    for (const name of new Set(usedIndexes(all, sql))) {
      const candidate = candidates.get(name);
      if (candidate !== undefined) statementsOf.set(candidate, [...(statementsOf.get(candidate) ?? []), at]);
    }
  }
  const changing = [...workload.keys()].filter((at) => changesRows(copy.connection, workload[at]?.sql ?? ''));
  const advice: IndexAdvice[] = [];
  const turns = createTurnTaker();
  for (const [candidate, statements] of statementsOf) {
    await turns.takeTurn();
    const ddl = createIndexSql(candidate);
    const changed = copy.duplicate();
    build(changed, candidate);
    const counted = new Set([...statements, ...changing]);
    const measured = measurePaired(copy.connection, changed, workload, counted, rounds);
    changed.close();
    const before = { value: measured.beforeMs, unit: 'ms' as const };
    const after = { value: measured.afterMs, unit: 'ms' as const };
    if (isFaster(measured)) advice.push({ ddl, ...candidate, before, after, statements });
    else rejected.push({ ddl, reason: describeNoGain(measured) });
  }
  advice.sort((a, b) => a.after.value / a.before.value - b.after.value / b.before.value);
  return { dialect: 'sqlite', advice, rejected, candidates: candidates.size };
}

function build(database: Database, candidate: CandidateIndex): string | undefined {
  try {
    database.exec(createIndexSql(candidate));
    return undefined;
  } catch (cause) {
    return `It cannot be built: ${messageOf(cause)}.`;
  }
}

function isFaster({ beforeMs, afterMs, wins, rounds }: PairedDurations): boolean {
  return signTestProbability(wins, rounds) <= chanceMax && afterMs <= (1 - savingMin) * beforeMs;
}

function describeNoGain({ beforeMs, afterMs, wins, rounds }: PairedDurations): string {
  const [before, after] = [beforeMs.toPrecision(3), afterMs.toPrecision(3)];
  return `What it concerns took ${before} ms without and ${after} ms with it; it was faster in ${wins} of ${rounds} rounds.`;
}
