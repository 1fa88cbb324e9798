import { existsSync } from 'node:fs';
import { analyzeSession } from '../analysis/analyze-session.js';
import { RealWorldError } from '../errors.js';
import type { SessionReport } from '../model.js';
import { nearestName } from '../nearest-name.js';
import { SessionStore } from '../storage/session-store.js';

/**
 * The report of a session as the database has it; of one at work, of what was stored so far.
 *
 * @throws RealWorldError `SESSION_UNKNOWN`, naming the nearest id, or as `openDatabase`
 */
export function readReport(database: string, sessionId: string): SessionReport {
  // Opening it would make an empty one.
  if (!existsSync(database)) throw unknownSession(sessionId, database, []);
  const store = new SessionStore(database);
  try {
    const ids = store.listSessions().map((session) => session.sessionId);
    if (!ids.includes(sessionId)) throw unknownSession(sessionId, database, ids);
    return analyzeSession(store.readFacts(sessionId));
  } finally {
    store.close();
  }
}

function unknownSession(sessionId: unknown, database: string, ids: readonly string[]): RealWorldError {
  return new RealWorldError(
    'SESSION_UNKNOWN',
    `There is no session "${String(sessionId)}" in ${database}. ${advise(String(sessionId), ids)}`,
  );
}

function advise(sessionId: string, ids: readonly string[]): string {
  const [newest] = ids;
  if (newest === undefined) return 'There are no sessions yet; start one with startTestSession().';
  const nearest = nearestName(sessionId, ids);
  return nearest === null ? `The newest is ${newest}.` : `Did you mean ${nearest}?`;
}
