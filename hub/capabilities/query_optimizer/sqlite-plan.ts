import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import type { TableShape } from './candidate-indexes.js';
import { type FindTable, findInPlan, type PlanFinding, type PlanStep } from './plan-findings.js';
import { nullParameters, refuseOtherStatements, tokeniseSql } from './sql-tokens.js';
import { messageOf, readTables } from './sqlite-copy.js';

/** What a database is going to do for a statement. */
export interface QueryPlan {
  readonly dialect: 'sqlite' | 'postgresql';
  readonly plan: readonly PlanStep[];
  readonly findings: readonly PlanFinding[];
  /** The statement. */
  readonly source: string;
}

interface PlanRow {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/**
 * The plan of a statement, which is not run.
 *
 * @throws CapabilityError BAD_INPUT when SQLite does not take the statement
 */
export function explainSqlite(database: Database, sql: string): QueryPlan {
  const rows = readPlan(database, sql);
  const below = (parent: number): PlanStep[] =>
    rows.filter((row) => row.parent === parent).map(({ id, detail }) => ({ detail, children: below(id) }));
  const plan = below(0);
  return {
    dialect: 'sqlite',
    plan,
    findings: findInPlan(plan, tableFinder(database, sql)),
    source: sql,
  };
}

/** Names of the indexes that a statement would use. */
export function usedIndexes(database: Database, sql: string): readonly string[] {
  return readPlan(database, sql).flatMap(({ detail }) => /INDEX (\S+)/.exec(detail)?.[1] ?? []);
}

function readPlan(database: Database, sql: string): readonly PlanRow[] {
  refuseOtherStatements(sql);
  try {
    return database.prepare<unknown[], PlanRow>(`EXPLAIN QUERY PLAN ${sql}`).all(...nullParameters(sql));
  } catch (cause) {
    throw new CapabilityError('BAD_INPUT', `SQLite does not take the statement: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

function tableFinder(database: Database, sql: string): FindTable {
  const tables = readTables(database);
  const tokens = tokeniseSql(sql);
  return (name) => {
    const shape = findTable(tables, name) ?? findTable(tables, tableOfAlias(tokens, tables, name));
    if (shape === undefined) return undefined;
    const quoted = `"${shape.table.replaceAll('"', '""')}"`;
    const row = database.prepare<[], { rows: number }>(`SELECT count(*) AS rows FROM ${quoted}`).get();
    return { table: shape.table, rows: row?.rows ?? 0 };
  };
}

function findTable(tables: readonly TableShape[], name: string): TableShape | undefined {
  return tables.find(({ table }) => table.toLowerCase() === name.toLowerCase());
}

/** The table before an alias: `users u`, `users AS u`. */
function tableOfAlias(
  tokens: ReturnType<typeof tokeniseSql>,
  tables: readonly TableShape[],
  alias: string,
): string {
  for (const [at, { text }] of tokens.entries()) {
    if (text.toLowerCase() !== alias.toLowerCase()) continue;
    const before = tokens[at - (tokens[at - 1]?.text.toLowerCase() === 'as' ? 2 : 1)]?.text ?? '';
    if (findTable(tables, before) !== undefined) return before;
  }
  return '';
}
