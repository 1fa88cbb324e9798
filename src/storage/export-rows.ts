import { type OpenOptions, openDatabase } from './open-database.js';

/** What can be exported, by the name that it has outside of SQL. */
export const exportTables = {
  sessions: { table: 'test_sessions', type: 'session' },
  scenarios: { table: 'scenarios', type: 'scenario' },
  activities: { table: 'activities', type: 'activity' },
  metrics: { table: 'performance_metrics', type: 'metric' },
  issues: { table: 'issues', type: 'issue' },
  suggestions: { table: 'improvement_suggestions', type: 'suggestion' },
} as const;

export type ExportTable = keyof typeof exportTables;

export type ExportedValue = string | number | null;

/** Rows of one table, in the order in which they were recorded. */
export interface ExportedTable {
  readonly table: ExportTable;
  /** What one row is, in the singular. */
  readonly type: string;
  /** As in the database. */
  readonly columns: readonly string[];
  /** A value for each column; one row is held at a time. */
  readonly rows: Iterable<readonly ExportedValue[]>;
}

/**
 * Reads the rows of sessions, a table after the other and each session's rows together, as the database was at one moment.
 *
 * @throws RealWorldError as `openDatabase`
 */
export function* exportRows(
  path: string,
  sessionIds: readonly string[],
  tables: readonly ExportTable[],
  options: OpenOptions = {},
): Generator<ExportedTable> {
  const database = openDatabase(path, options);
  try {
    // A run that is at work goes on writing; what is exported is of one moment all the same.
    database.exec('BEGIN');
    for (const name of tables) {
      const { table, type } = exportTables[name];
      const statement = database.prepare(`SELECT * FROM ${table} WHERE session_id = ? ORDER BY rowid`).raw();
      yield {
        table: name,
        type,
        columns: statement.columns().map((column) => column.name),
        rows: rowsOf(sessionIds, (id) => statement.iterate(id) as IterableIterator<readonly ExportedValue[]>),
      };
    }
  } finally {
    database.close();
  }
}

function* rowsOf(
  sessionIds: readonly string[],
  read: (sessionId: string) => Iterable<readonly ExportedValue[]>,
): Generator<readonly ExportedValue[]> {
  for (const sessionId of sessionIds) yield* read(sessionId);
}
