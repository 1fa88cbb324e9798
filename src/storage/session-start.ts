import { toTimestamp } from '../clock.js';
import type { Environment, SafetyLimits, ScoreWeights } from '../model.js';
import type { SqliteDatabase } from './open-database.js';

export interface SessionStart {
  readonly sessionId: string;
  readonly projectPath: string;
  readonly startedAtMs: number;
  readonly durationMinutes: number;
  readonly seed: number;
  readonly environment: Environment;
  /** Left out, the usual ones. */
  readonly scoreWeights?: ScoreWeights;
  readonly safetyLimits?: SafetyLimits;
}

/** Does nothing for a session that is there already. */
export function insertSession(database: SqliteDatabase, start: SessionStart): void {
  const jsonOf = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  database
    .prepare(`INSERT INTO test_sessions
      (session_id, project_path, start_time, duration_minutes, status, seed, environment, score_weights, safety_limits)
      VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?) ON CONFLICT (session_id) DO NOTHING`)
    .run(
      start.sessionId,
      start.projectPath,
      toTimestamp(start.startedAtMs),
      start.durationMinutes,
      start.seed,
      jsonOf(start.environment),
      jsonOf(start.scoreWeights),
      jsonOf(start.safetyLimits),
    );
}
