import type { Failure, MethodCircumstances } from '../model.js';
import { errorFingerprint } from './error-fingerprint.js';
import type { SqliteDatabase } from './open-database.js';

/** Failures that are looked at one by one; a session with more has said enough by then. */
const failuresMax = 2_000;
/** Calls that succeeded, of a method that also failed, to compare the failures with. */
const successesMax = 300;
/** Characters of an activity's id that name its journal; the rest is its number in it. */
const journalIdChars = 8;

interface FailureRow {
  readonly activity_id: string;
  readonly capability: string;
  readonly activity_type: string;
  readonly error_type: string | null;
  readonly error_message: string | null;
  readonly timestamp: string;
  readonly overlapping: number | null;
}

/** The failures of a session, the first ones, each with the circumstances under which it happened. */
export function readFailures(database: SqliteDatabase, sessionId: string): readonly Failure[] {
  const rows = database
    .prepare(`SELECT activity_id, capability, activity_type, error_type, error_message, timestamp, overlapping
      FROM activities WHERE session_id = ? AND NOT success AND fault IS NULL
      ORDER BY rowid LIMIT ${failuresMax}`)
    .all(sessionId) as FailureRow[];
  const callBefore = finderOfCallBefore(database);
  return rows.map((row) => ({
    activityId: row.activity_id,
    capability: row.capability,
    method: row.activity_type,
    errorType: row.error_type ?? 'Error',
    fingerprint: errorFingerprint(row.error_message ?? ''),
    atMs: Date.parse(row.timestamp),
    overlapped: (row.overlapping ?? 0) > 0,
    after: callBefore(row.activity_id),
  }));
}

/** What came before the calls that succeeded, of each method that also failed. */
export function readCircumstances(
  database: SqliteDatabase,
  sessionId: string,
  failures: readonly Failure[],
): readonly MethodCircumstances[] {
  const methods = new Map(
    failures.map(({ capability, method }) => [`${capability}\n${method}`, { capability, method }]),
  );
  const idsOf = database
    .prepare(`SELECT activity_id FROM activities
      WHERE session_id = ? AND capability = ? AND activity_type = ? AND success ORDER BY rowid LIMIT ${successesMax}`)
    .pluck();
  const callBefore = finderOfCallBefore(database);
  return [...methods.values()].map(({ capability, method }) => {
    const after = (idsOf.all(sessionId, capability, method) as string[]).map(callBefore);
    return { capability, method, succeededAfter: after };
  });
}

/** Finds the call that its worker began just before a given one, as `capability.method`. */
function finderOfCallBefore(database: SqliteDatabase): (activityId: string) => string | null {
  const find = database
    .prepare("SELECT capability || '.' || activity_type FROM activities WHERE activity_id = ?")
    .pluck();
  return (activityId) => {
    const sequence = Number.parseInt(activityId.slice(journalIdChars), 36);
    if (!(sequence > 1)) return null;
    const before = `${activityId.slice(0, journalIdChars)}${(sequence - 1).toString(36)}`;
    return (find.get(before) as string | undefined) ?? null;
  };
}
