import type { ActivityOutcome, Scenario } from '../model.js';
import type { SqliteDatabase } from './open-database.js';
import { readScenarios } from './queries.js';

/** An activity as it is told in a sentence. */
export interface LastActivity {
  readonly activityId: string;
  readonly capability: string;
  readonly method: string;
  readonly outcome: ActivityOutcome;
}

/** A scenario whose process died. */
export interface CrashedScenario extends Scenario {
  /** What was recorded last, the newest at the end. */
  readonly lastActivities: readonly LastActivity[];
  /** The session before in which it ran ended in the same way. */
  readonly crashedBefore: boolean;
}

const activitiesTold = 5;

export function readCrashes(database: SqliteDatabase, sessionId: string): readonly CrashedScenario[] {
  return readScenarios(database, sessionId)
    .filter(({ outcome }) => outcome === 'crashed')
    .map((scenario) => ({
      ...scenario,
      lastActivities: readLastActivities(database, sessionId, scenario.taskId),
      crashedBefore: crashedInSessionBefore(database, sessionId, scenario),
    }));
}

/** Rows are added in the order of the journal, which is that of the calls' ends; what was running comes behind them. */
function readLastActivities(
  database: SqliteDatabase,
  sessionId: string,
  taskId: string,
): readonly LastActivity[] {
  const newestFirst = database
    .prepare(`SELECT activity_id AS activityId, capability, activity_type AS method,
        coalesce(outcome, 'succeeded') AS outcome FROM activities
      WHERE session_id = ? AND scenario_id =
        (SELECT scenario_id FROM scenarios WHERE session_id = ? AND task_id = ?)
      ORDER BY rowid DESC LIMIT ?`)
    .all(sessionId, sessionId, taskId, activitiesTold) as LastActivity[];
  return newestFirst.reverse();
}

function crashedInSessionBefore(
  database: SqliteDatabase,
  sessionId: string,
  { file, name }: Scenario,
): boolean {
  const outcome = database
    .prepare(`SELECT c.outcome FROM scenarios c
      JOIN test_sessions earlier USING (session_id)
      JOIN test_sessions own ON own.session_id = ?
      WHERE earlier.session_id <> own.session_id AND earlier.project_path = own.project_path
        AND earlier.start_time <= own.start_time AND c.file = ? AND c.name = ? AND c.outcome NOT IN ('skipped', 'stopped')
      ORDER BY earlier.start_time DESC, earlier.rowid DESC LIMIT 1`)
    .pluck()
    .get(sessionId, file, name);
  return outcome === 'crashed';
}
