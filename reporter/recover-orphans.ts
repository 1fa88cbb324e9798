import { systemClock } from '../src/clock.js';
import { JournalReader } from '../src/recording/journal-reader.js';
import type { SessionStore } from '../src/storage/session-store.js';
import { findOrphans, removeSessionDirectory } from './session-directories.js';

export interface RecoveredSession {
  readonly sessionId: string;
  /** Activities that were not in the database before. */
  readonly activities: number;
}

/** Stores what sessions left behind whose main process was killed; they end with status `error`. */
export function recoverOrphans(store: SessionStore, journalRoot: string): readonly RecoveredSession[] {
  return findOrphans(journalRoot, store.path).map(({ directory, owner }) => {
    const { sessionId } = owner.start;
    store.startSession(owner.start);
    const reader = new JournalReader(directory);
    const ingest = store.ingestFor(sessionId);
    let activities = 0;
    let more = true;
    while (more) {
      const read = reader.readNew();
      activities += ingest.ingest(read.entries);
      more = read.more;
    }
    activities += ingest.settleCrashed();
    store.markCrashedScenarios(sessionId);
    const { status, endedAtMs, stopReason } = store.readSession(sessionId);
    // An interrupted run ended its session and left lines that came late: only its totals change.
    const killed = status === 'running';
    store.finishSession(sessionId, {
      status: killed ? 'error' : status,
      endedAtMs: endedAtMs ?? systemClock.epochMs(),
      stopReason: killed ? 'the run was killed; its journals were read by a later one' : stopReason,
    });
    removeSessionDirectory(directory);
    return { sessionId, activities };
  });
}
