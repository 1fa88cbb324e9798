import { existsSync } from 'node:fs';
import { systemClock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { SessionStore } from '../storage/session-store.js';
import { concludeSession } from './conclude-session.js';
import { isRunning, type OrphanedSession, removeSessionDirectory } from './session-directories.js';
import { SessionFeed } from './session-feed.js';
import { type SessionEnd, SessionLog } from './session-log.js';

export interface RecoveredSession {
  readonly sessionId: string;
  /** Folder of its journals; it is removed when everything is stored. */
  readonly directory: string;
  /** Its process died before it could end; otherwise only its database could not be used, or lines came late. */
  readonly killed: boolean;
  /** Activities that were not in the database before. */
  readonly activities: number;
  /** Why it could not be stored, or null when it was. */
  readonly failure: string | null;
}

/** Stores what sessions left behind. One that cannot be stored keeps its journals and does not hold up the others. */
export function recoverOrphans(
  store: SessionStore,
  orphans: readonly OrphanedSession[],
  lockTimeoutMs: number,
): readonly RecoveredSession[] {
  return orphans.map((orphan) => {
    const { directory, owner } = orphan;
    const { sessionId } = owner.start;
    try {
      const { killed, activities } = recoverOrphan(store, orphan, lockTimeoutMs);
      return { sessionId, directory, killed, activities, failure: null };
    } catch (thrown) {
      return { sessionId, directory, killed: false, activities: 0, failure: messageOf(thrown) };
    }
  });
}

function recoverOrphan(
  store: SessionStore,
  { directory, owner }: OrphanedSession,
  lockTimeoutMs: number,
): { readonly killed: boolean; readonly activities: number } {
  const { start, retention } = owner;
  const feed = new SessionFeed({ store, start, directory, log: new SessionLog(directory), retention });
  const { added } = concludeSession(
    { store, feed, sessionId: start.sessionId },
    () => feed.end ?? endInDatabase(store, start.sessionId),
    { lockTimeoutMs, workersLive: () => feed.workerPids.some(isRunning) },
  );
  // What was damaged when the session ended may have been written over since; its journals are the only other copy.
  store.checkIntegrity();
  // Another process that recovers the same session may have removed it; what was read was stored all the same.
  if (existsSync(directory) && !feed.workerPids.some(isRunning)) removeSessionDirectory(directory);
  return { killed: feed.end === null, activities: added };
}

/** An interrupted run ended its session and left lines that came late: only its totals change. */
function endInDatabase(store: SessionStore, sessionId: string): SessionEnd {
  const { status, endedAtMs, stopReason } = store.readSession(sessionId);
  const killed = status === 'running';
  return {
    status: killed ? 'error' : status,
    endedAtMs: endedAtMs ?? systemClock.epochMs(),
    stopReason: killed ? 'the run was killed; its journals were read by a later one' : stopReason,
  };
}
