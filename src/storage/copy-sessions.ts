import type { SqliteDatabase } from './open-database.js';

/** Two databases of one connection, by the names under which they are attached; both have the newest schema. */
export interface CopyWay {
  readonly from: string;
  readonly to: string;
}

/** The tables whose rows belong to a session, each after those that it refers to. */
export const sessionTables = [
  'test_sessions',
  'scenarios',
  'activities',
  'performance_metrics',
  'issues',
  'improvement_suggestions',
  'activity_aggregates',
] as const;

export type SessionTable = (typeof sessionTables)[number];

/** Rows by table. */
export type RowCounts = Readonly<Record<SessionTable, number>>;

/**
 * Copies all rows of a session from one database into another. Scenarios and suggestions are numbered anew, because their numbers
 * may be taken there; everything that refers to a scenario follows. Belongs into a transaction.
 *
 * @throws what SQLite throws, such as for an activity whose id is taken
 */
export function copySession(database: SqliteDatabase, way: CopyWay, sessionId: string): void {
  const shift = scenarioShift(database, way, sessionId);
  for (const table of sessionTables) {
    const columns = writableColumns(database, way.to, table);
    const values = columns.map((column) => copiedValue(column));
    database
      .prepare(`INSERT INTO ${way.to}.${table} (${columns.join(', ')})
        SELECT ${values.join(', ')} FROM ${way.from}.${table} WHERE session_id = @sessionId ${orderOf(table)}`)
      .run({ sessionId, shift });
  }
}

/** Takes all rows of a session away. Foreign keys have to be off: looking for each scenario's calls would take for ever. */
export function deleteSession(database: SqliteDatabase, schema: string, sessionId: string): void {
  for (const table of [...sessionTables].reverse()) {
    database.prepare(`DELETE FROM ${schema}.${table} WHERE session_id = ?`).run(sessionId);
  }
}

export function countRows(database: SqliteDatabase, schema: string, sessionId: string): RowCounts {
  const counts = sessionTables.map((table) => [
    table,
    database.prepare(`SELECT count(*) FROM ${schema}.${table} WHERE session_id = ?`).pluck().get(sessionId),
  ]);
  return Object.fromEntries(counts) as RowCounts;
}

/** Checks that every reference of a database leads to a row. @throws Error for the first that does not */
export function refuseLooseReferences(database: SqliteDatabase, schema: string): void {
  const [loose] = database.pragma(`${schema}.foreign_key_check`) as { table: string; parent: string }[];
  if (loose === undefined) return;
  throw new Error(`A row of ${loose.table} refers to one of ${loose.parent} that is not there.`);
}

/** What is added to the number of each scenario, so that the session's come behind those that are there. */
function scenarioShift(database: SqliteDatabase, { from, to }: CopyWay, sessionId: string): number {
  return database
    .prepare(`SELECT coalesce((SELECT max(scenario_id) FROM ${to}.scenarios), 0) + 1
      - coalesce((SELECT min(scenario_id) FROM ${from}.scenarios WHERE session_id = ?), 1)`)
    .pluck()
    .get(sessionId) as number;
}

/** Columns that can be written: not those that are computed, and not a suggestion's number, which is given anew. */
function writableColumns(database: SqliteDatabase, schema: string, table: SessionTable): readonly string[] {
  const columns = database.pragma(`${schema}.table_xinfo(${table})`) as { name: string; hidden: number }[];
  return columns
    .filter(({ name, hidden }) => hidden === 0 && name !== 'suggestion_id')
    .map(({ name }) => name);
}

/** Calls outside of scenarios are summed under 0, which is nobody's number. */
function copiedValue(column: string): string {
  return column === 'scenario_id' ? 'CASE scenario_id WHEN 0 THEN 0 ELSE scenario_id + @shift END' : column;
}

/** What was recorded later has a later row; the aggregates have no numbers of rows. */
function orderOf(table: SessionTable): string {
  return table === 'activity_aggregates' ? '' : 'ORDER BY rowid';
}
