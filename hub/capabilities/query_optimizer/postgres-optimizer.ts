import type { PGlite, Transaction } from '@electric-sql/pglite';
import { CapabilityError, Unavailable } from '../../errors.js';
import type { IndexAdvice, RejectedIndex, WorkloadAdvice } from './advise-indexes.js';
import { createIndexSql, findCandidates, indexName, type TableShape } from './candidate-indexes.js';
import type { WorkloadStatement } from './measure-workload.js';
import { findInPostgresPlan, type PostgresNode, toPlanStep } from './postgres-plan.js';
import { tokeniseSql } from './sql-tokens.js';
import { messageOf } from './sqlite-copy.js';
import type { QueryPlan } from './sqlite-plan.js';

const savingMin = 0.1;

/**
 * Explains and advises for PostgreSQL, which PGlite runs in this process on data of its own. Every question runs the caller's
 * script in a transaction that is rolled back at the end.
 */
export class PostgresOptimizer {
  #starting: Promise<PGlite> | undefined;

  /** The plan of a statement, whatever its parameters. */
  explain(sql: string, schema: string): Promise<QueryPlan> {
    return this.#onScript(schema, async (transaction) => {
      refuseSeveral(sql);
      const node = await readGenericPlan(transaction, sql);
      const findings = findInPostgresPlan(node, await readRowCounts(transaction));
      return { dialect: 'postgresql', plan: [toPlanStep(node)], findings, source: sql };
    });
  }

  /**
   * Indexes with which the workload touched fewer blocks. Unlike durations, blocks are the same in every run, so that one run
   * each is enough.
   */
  adviseIndexes(workload: readonly WorkloadStatement[], schema: string): Promise<WorkloadAdvice> {
    for (const { sql } of workload) refuseSeveral(sql);
    return this.#onScript(schema, (transaction) => advise(transaction, workload));
  }

  /** Ends the database. */
  async dispose(): Promise<void> {
    const database = await this.#starting;
    this.#starting = undefined;
    await database?.close();
  }

  async #start(): Promise<PGlite> {
    this.#starting ??= startPglite();
    try {
      return await this.#starting;
    } catch (error) {
      // The next question tries anew.
      this.#starting = undefined;
      throw error;
    }
  }

  async #onScript<Result>(
    schema: string,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    if (/\b(?:commit|rollback|vacuum|copy)\b/i.test(schema)) {
      throw new CapabilityError(
        'BAD_INPUT',
        'The schema holds COMMIT, ROLLBACK, VACUUM or COPY. Leave it out.',
      );
    }
    const database = await this.#start();
    let result: Result | undefined;
    await database.transaction(async (transaction) => {
      await refusing('The schema fails', transaction.exec(`${schema};\nANALYZE;`));
      result = await work(transaction);
      await transaction.rollback();
    });
    return result as Result;
  }
}

async function startPglite(): Promise<PGlite> {
  let module: typeof import('@electric-sql/pglite');
  try {
    module = await import('@electric-sql/pglite');
  } catch (cause) {
    throw new Unavailable('PostgreSQL is not here. Install it: npm install @electric-sql/pglite', { cause });
  }
  return module.PGlite.create();
}

async function advise(
  transaction: Transaction,
  workload: readonly WorkloadStatement[],
): Promise<WorkloadAdvice> {
  const tables = await readTables(transaction);
  const candidates = new Map(
    workload.flatMap(({ sql }) => findCandidates(sql, tables)).map((one) => [indexName(one), one]),
  );
  const before = await measureBlocks(transaction, workload);
  const withAll = await withIndexes(
    transaction,
    [...candidates.values()].map((candidate) => createIndexSql(candidate)),
    () => measureBlocks(transaction, workload),
  );
  const changing = [...before.keys()].filter((at) => before[at]?.changesRows);
  const advice: IndexAdvice[] = [];
  const rejected: RejectedIndex[] = [];
  for (const [name, candidate] of candidates) {
    const statements = [...withAll.keys()].filter((at) => withAll[at]?.indexes.includes(name));
    if (statements.length === 0) continue;
    const ddl = createIndexSql(candidate);
    const alone = await withIndexes(transaction, [ddl], () => measureBlocks(transaction, workload));
    const counted = [...new Set([...statements, ...changing])];
    const sum = (costs: readonly StatementCost[]) =>
      counted.reduce((total, at) => total + (workload[at]?.weight ?? 1) * (costs[at]?.blocks ?? 0), 0);
    const [value, after] = [sum(before), sum(alone)];
    if (after <= (1 - savingMin) * value) {
      const costs = {
        before: { value, unit: 'blocks' as const },
        after: { value: after, unit: 'blocks' as const },
      };
      advice.push({ ddl, ...candidate, ...costs, statements });
    } else {
      rejected.push({
        ddl,
        reason: `What it concerns touched ${value} blocks without and ${after} with it.`,
      });
    }
  }
  advice.sort((a, b) => a.after.value / a.before.value - b.after.value / b.before.value);
  return { dialect: 'postgresql', advice, rejected, candidates: candidates.size };
}

interface StatementCost {
  readonly blocks: number;
  readonly indexes: readonly string[];
  readonly changesRows: boolean;
}

/** Runs every statement, rolls all back, and tells the blocks that each touched. */
function measureBlocks(
  transaction: Transaction,
  workload: readonly WorkloadStatement[],
): Promise<readonly StatementCost[]> {
  return rolledBack(transaction, 'measuring', async () => {
    const costs: StatementCost[] = [];
    for (const { sql, parameters = [] } of workload) {
      if (!Array.isArray(parameters)) {
        throw new CapabilityError('BAD_INPUT', 'Parameters of PostgreSQL have numbers: give a list.');
      }
      const { rows } = await refusing(
        'A statement of the workload fails',
        transaction.query<{ 'QUERY PLAN': readonly { Plan: PostgresNode }[] }>(
          `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
          parameters,
        ),
      );
      const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
      const nodes = flatten(plan);
      costs.push({
        blocks: (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0),
        indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
        changesRows: nodes.some((node) => node['Node Type'] === 'ModifyTable'),
      });
    }
    return costs;
  });
}

/** Does something while indexes are there. */
function withIndexes<Result>(
  transaction: Transaction,
  statements: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  return rolledBack(transaction, 'indexing', async () => {
    await refusing('An index cannot be built', transaction.exec([...statements, 'ANALYZE'].join(';\n')));
    return work();
  });
}

async function rolledBack<Result>(
  transaction: Transaction,
  savepoint: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await transaction.exec(`SAVEPOINT ${savepoint}`);
  const result = await work();
  await transaction.exec(`ROLLBACK TO SAVEPOINT ${savepoint}`);
  return result;
}

async function readGenericPlan(transaction: Transaction, sql: string): Promise<PostgresNode> {
  // Only the simple protocol takes a statement whose parameters have no values.
  const [answer] = await refusing(
    'PostgreSQL does not take the statement',
    transaction.exec(`EXPLAIN (FORMAT JSON, GENERIC_PLAN) ${sql}`),
  );
  const row = answer?.rows[0] as { 'QUERY PLAN': readonly { Plan: PostgresNode }[] } | undefined;
  const plan = row?.['QUERY PLAN'][0]?.Plan;
  if (plan === undefined) throw new CapabilityError('TOOL_FAILED', 'PostgreSQL gave no plan.');
  return plan;
}

async function readTables(transaction: Transaction): Promise<readonly TableShape[]> {
  const { rows } = await transaction.query<{ table: string; columns: string[] }>(
    `SELECT table_name AS table, array_agg(column_name::text ORDER BY ordinal_position) AS columns
     FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name ORDER BY table_name`,
  );
  return rows;
}

async function readRowCounts(transaction: Transaction): Promise<ReadonlyMap<string, number>> {
  const { rows } = await transaction.query<{ table: string; rows: number }>(
    "SELECT relname AS table, reltuples::float8 AS rows FROM pg_class WHERE relkind = 'r'",
  );
  return new Map(rows.map(({ table, rows: count }) => [table, count]));
}

function flatten(node: PostgresNode | undefined): readonly PostgresNode[] {
  return node === undefined ? [] : [node, ...(node.Plans ?? []).flatMap(flatten)];
}

function refuseSeveral(sql: string): void {
  const tokens = tokeniseSql(sql);
  const end = tokens.findIndex(({ kind, text }) => kind === 'symbol' && text === ';');
  if (end === -1 || end === tokens.length - 1) return;
  throw new CapabilityError('BAD_INPUT', 'There is more than one statement. Give them one by one.');
}

async function refusing<Result>(what: string, promise: Promise<Result>): Promise<Result> {
  try {
    return await promise;
  } catch (cause) {
    throw new CapabilityError('BAD_INPUT', `${what}: ${messageOf(cause)}.`, { cause });
  }
}
