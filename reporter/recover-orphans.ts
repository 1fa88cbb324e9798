import { systemClock } from '../src/clock.js';
import { JournalReader } from '../src/recording/journal-reader.js';
import type { SessionStore } from '../src/storage/session-store.js';
import { findOrphans, removeSessionDirectory } from './session-directories.js';

export interface RecoveredSession {
  readonly sessionId: string;
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
    store.finishSession(sessionId, {
      status: 'error',
      endedAtMs: systemClock.epochMs(),
      stopReason: 'the run was killed; its journals were read by a later one',
    });
    removeSessionDirectory(directory);
    return { sessionId, activities };
  });
}
