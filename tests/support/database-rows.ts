import Database from 'better-sqlite3';
import { sessionTables } from '../../src/storage/copy-sessions.js';

/** Numbers that a row is given where it lies; what refers to them is told by the scenario's name instead. */
const ownNumbers = new Set(['scenario_id', 'suggestion_id']);

/** Everything that a database file holds of some sessions, in the order in which it was recorded. */
export function readSessionRows(
  path: string,
  sessionIds: readonly string[],
): Readonly<Record<string, unknown>> {
  const database = new Database(path, { readonly: true });
  try {
    return Object.fromEntries(
      sessionTables.map((table) => [table, sessionIds.map((id) => readRows(database, table, id))]),
    );
  } finally {
    database.close();
  }
}

function readRows(database: Database.Database, table: string, sessionId: string): readonly unknown[] {
  const names = new Map(
    (
      database.prepare('SELECT scenario_id, session_id, task_id FROM scenarios').all() as {
        scenario_id: number;
        session_id: string;
        task_id: string;
      }[]
    ).map(({ scenario_id, session_id, task_id }) => [scenario_id, `${session_id} ${task_id}`]),
  );
  const order = table === 'activity_aggregates' ? 'capability, activity_type' : 'rowid';
  const rows = database
    .prepare(`SELECT * FROM ${table} WHERE session_id = ? ORDER BY ${order}`)
    .all(sessionId) as Record<string, unknown>[];
  return rows.map((row) => ({
    ...Object.fromEntries(Object.entries(row).filter(([column]) => !ownNumbers.has(column))),
    scenario: names.get(row.scenario_id as number) ?? row.scenario_id,
  }));
}
