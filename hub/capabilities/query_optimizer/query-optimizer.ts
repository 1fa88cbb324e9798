import { CapabilityError } from '../../errors.js';
import { adviseForSqlite, type WorkloadAdvice } from './advise-indexes.js';
import type { WorkloadStatement } from './measure-workload.js';
import { PostgresOptimizer } from './postgres-optimizer.js';
import { refuseOtherStatements } from './sql-tokens.js';
import { copyDatabase, type SqliteTarget } from './sqlite-copy.js';
import { explainSqlite, type QueryPlan } from './sqlite-plan.js';

/** Which database a question is about: one of SQLite, or a script that makes tables in PostgreSQL and fills them. */
export type OptimizerTarget = SqliteTarget | { readonly postgresql: string };

export interface AdviseOptions {
  /** How often the workload is measured in SQLite with and without an index, 7 to 101. @default 11 */
  readonly rounds?: number;
}

/**
 * Tells what a database does for a statement and which indexes make a workload cheaper. It works on a copy: the database itself is
 * opened for reading only.
 *
 * Methods throw CapabilityError NOT_FOUND when the database cannot be opened, BAD_INPUT when it is none or a statement does not suit
 * it, Unavailable when PostgreSQL is asked for and @electric-sql/pglite is not installed.
 */
export class QueryOptimizer {
  readonly #postgres = new PostgresOptimizer();

  /** The plan of a statement, with what stands out in it. The statement is not run; parameters are taken for NULL. */
  async explain(sql: string, target: OptimizerTarget): Promise<QueryPlan> {
    refuseOtherStatements(sql);
    if ('postgresql' in target) return this.#postgres.explain(sql, target.postgresql);
    const copy = await copyDatabase(target);
    try {
      return explainSqlite(copy.connection, sql);
    } finally {
      copy.release();
    }
  }

  /**
   * Indexes that made the workload faster. The statements are run on copies, each time rolled back; those that change rows count
   * what an index costs them.
   *
   * @throws CapabilityError BAD_INPUT also for an empty workload, a weight that is not above 0, or rounds out of their range
   */
  async adviseIndexes(
    workload: readonly WorkloadStatement[],
    target: OptimizerTarget,
    options: AdviseOptions = {},
  ): Promise<WorkloadAdvice> {
    const { rounds = 11 } = options;
    if (!Number.isInteger(rounds) || rounds < 7 || rounds > 101) {
      throw new CapabilityError('BAD_INPUT', `${rounds} rounds are not a whole number from 7 to 101.`);
    }
    if (workload.length === 0) throw new CapabilityError('BAD_INPUT', 'The workload has no statement.');
    for (const { sql, weight = 1 } of workload) {
      refuseOtherStatements(sql);
      if (!(weight > 0)) throw new CapabilityError('BAD_INPUT', `Weight ${weight} is not above 0.`);
    }
    if ('postgresql' in target) return this.#postgres.adviseIndexes(workload, target.postgresql);
    const copy = await copyDatabase(target);
    try {
      return await adviseForSqlite(copy, workload, rounds);
    } finally {
      copy.release();
    }
  }

  /** Ends PostgreSQL where it was started. */
  dispose(): Promise<void> {
    return this.#postgres.dispose();
  }
}
