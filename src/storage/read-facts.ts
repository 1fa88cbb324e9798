import type { GateVerdict } from '../gate.js';
import {
  type SafetyLimits,
  type ScoreWeights,
  type Session,
  type SessionFacts,
  usualWeights,
} from '../model.js';
import { readSessionFigures } from './method-figures.js';
import type { SqliteDatabase } from './open-database.js';
import { readErrorGroups, readIssues, readMetricFigures, readMetricNotes, readScenarios } from './queries.js';
import { readCircumstances, readFailures } from './read-failures.js';
import { readHistory } from './read-history.js';

/** All that the analysis of a session needs. */
export function readFacts(database: SqliteDatabase, session: Session): SessionFacts {
  const { sessionId } = session;
  const failures = readFailures(database, sessionId);
  return {
    session,
    scenarios: readScenarios(database, sessionId),
    ...readSessionFigures(database, sessionId),
    errorGroups: readErrorGroups(database, sessionId),
    failures,
    circumstances: readCircumstances(database, sessionId, failures),
    notes: readMetricNotes(database, sessionId),
    metrics: readMetricFigures(database, sessionId),
    reportedIssues: readIssues(database, sessionId, 'scenario'),
    history: readHistory(database, sessionId),
    declaredCapabilities: readKept(database, sessionId, 'capabilities') as readonly string[] | null,
    gate: readKept(database, sessionId, 'gate') as GateVerdict | null,
    scoreWeights: (readKept(database, sessionId, 'score_weights') as ScoreWeights | null) ?? usualWeights,
    safetyLimits: readKept(database, sessionId, 'safety_limits') as SafetyLimits | null,
  };
}

/** Null for what the session did not keep. */
function readKept(
  database: SqliteDatabase,
  sessionId: string,
  column: 'capabilities' | 'gate' | 'score_weights' | 'safety_limits',
): unknown {
  const kept = database
    .prepare(`SELECT ${column} FROM test_sessions WHERE session_id = ?`)
    .pluck()
    .get(sessionId);
  return typeof kept === 'string' ? JSON.parse(kept) : null;
}
