import type { Issue } from '../model.js';
import type { SqliteDatabase } from './open-database.js';
import { readIssues } from './queries.js';

/** What the last analysis of a session left in the database. */
export interface StoredAnalysis {
  /** Those that the rules found, not those that scenarios reported. */
  readonly issues: readonly Issue[];
  readonly suggestions: readonly { readonly category: string; readonly suggestion: string }[];
  /** 0 to 100; 0 also when none was stored. */
  readonly score: number;
}

export function readStoredAnalysis(database: SqliteDatabase, sessionId: string): StoredAnalysis {
  return {
    issues: readIssues(database, sessionId, 'rule'),
    suggestions: database
      .prepare(
        'SELECT category, suggestion FROM improvement_suggestions WHERE session_id = ? ORDER BY suggestion_id',
      )
      .all(sessionId) as StoredAnalysis['suggestions'],
    score: (database
      .prepare('SELECT overall_score FROM test_sessions WHERE session_id = ?')
      .pluck()
      .get(sessionId) ?? 0) as number,
  };
}
