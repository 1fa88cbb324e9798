import type { JournalEntry, SystemSample } from '../model.js';
import { type DamagedLine, JournalReader } from '../recording/journal-reader.js';
import type { SessionIngest } from '../storage/ingest.js';
import { isLocked } from '../storage/open-database.js';
import { Retention, type RetentionOptions } from '../storage/retention.js';
import type { SessionStart } from '../storage/session-start.js';
import type { SessionStore } from '../storage/session-store.js';
import { SessionSums } from '../storage/session-sums.js';
import type { SessionEnd, SessionFact, SessionLog } from './session-log.js';

export interface SessionFeedOptions {
  readonly store: SessionStore;
  readonly start: SessionStart;
  /** Folder of the session's journals. */
  readonly directory: string;
  readonly log: SessionLog;
  readonly retention: RetentionOptions | null;
  readonly systemAt?: (epochMs: number) => SystemSample | null;
  /** Told every entry once, when it is read. */
  readonly onEntries?: (entries: readonly JournalEntry[]) => void;
}

interface Batch {
  readonly entries: readonly JournalEntry[];
  readonly facts: readonly SessionFact[];
  readonly more: boolean;
  entriesStored: boolean;
}

/**
 * The way from a session's journals into the database. What was read and not stored is kept, and nothing more is read
 * until it is: the journals on the disk are the buffer. A database that was taken away is filled again from their
 * beginning.
 */
export class SessionFeed {
  readonly #options: SessionFeedOptions;
  readonly #reader: JournalReader;
  #ingest: SessionIngest | null = null;
  /** What is counted of the session survives an ingest that fails and is made anew. */
  #counting: { readonly retention: Retention | null; readonly sums: SessionSums };
  #batch: Batch | null = null;
  /** Calls that were noted and have not ended: what an ingest that is made anew has to know. */
  readonly #running = new Map<string, JournalEntry>();
  #crashedCalls = 0;
  #tellingFailed = false;
  #end: SessionEnd | null = null;

  constructor(options: SessionFeedOptions) {
    this.#options = options;
    this.#reader = new JournalReader(options.directory);
    this.#counting = beginCounting(options);
  }

  /** Process ids of the workers whose journals were seen. */
  get workerPids(): readonly number[] {
    return this.#reader.workerPids;
  }

  /** How the session ended, when its own process could still say so. */
  get end(): SessionEnd | null {
    return this.#end;
  }

  /** Lines that could not be read, and such as are cut off. */
  damagedLines(): readonly DamagedLine[] {
    return [...this.#reader.damaged, ...this.#reader.readLeftovers()];
  }

  /**
   * Stores a part of what is new.
   *
   * @param lockTimeoutMs how long to wait for another process's lock
   * @returns whether there is more, and how many rows of activities were new
   * @throws what the database throws; nothing is lost by it, and the next call tries again
   */
  pump(lockTimeoutMs: number): { readonly more: boolean; readonly added: number } {
    const ingest = this.#connect(lockTimeoutMs);
    const held = this.#batch;
    const batch = held ?? this.#read();
    this.#batch = batch;
    const added = this.#save(ingest, batch);
    this.#batch = null;
    this.#tellStored();
    // While a batch was held, nothing was read: there may be more by now.
    return { more: batch.more || held !== null, added };
  }

  /** Stores all there is. @returns how many rows of activities were new */
  drain(lockTimeoutMs: number): number {
    let added = 0;
    let more = true;
    while (more) {
      const step = this.pump(lockTimeoutMs);
      added += step.added;
      more = step.more;
    }
    return added;
  }

  /** Records the calls that never ended because their process died. @returns how many there were */
  settleCrashed(lockTimeoutMs: number): number {
    // An ingest that failed here may have stored them already: only a new one needs to hear of them again.
    const ingest = this.#connect(lockTimeoutMs);
    this.#crashedCalls = Math.max(this.#crashedCalls, this.#running.size);
    ingest.settleCrashed();
    return this.#crashedCalls;
  }

  /** Stores the sums over all that was read so far. */
  saveSums(lockTimeoutMs: number): void {
    this.#connect(lockTimeoutMs).saveSums();
  }

  #connect(lockTimeoutMs: number): SessionIngest {
    const { store, start, log, systemAt } = this.#options;
    if (store.reopenIfReplaced(lockTimeoutMs)) this.#rewind(log);
    store.lockTimeoutMs = lockTimeoutMs;
    if (this.#ingest !== null) return this.#ingest;
    store.startSession(start);
    const { retention, sums } = this.#counting;
    const ingest = store.ingestFor(start.sessionId, { systemAt, retention, sums });
    ingest.ingest([...this.#running.values()]);
    this.#ingest = ingest;
    return ingest;
  }

  /** A worker that hears nothing goes on by itself after a while, so failing to tell it is no failure of the session. */
  #tellStored(): void {
    if (this.#tellingFailed) return;
    try {
      this.#reader.tellStored();
    } catch {
      this.#tellingFailed = true;
    }
  }

  /** Gives back what is held open; nothing can be stored any more. */
  close(): void {
    this.#reader.close();
  }

  #rewind(log: SessionLog): void {
    this.#ingest = null;
    this.#batch = null;
    this.#running.clear();
    this.#counting = beginCounting(this.#options);
    this.#reader.rewind();
    log.rewind();
  }

  #read(): Batch {
    const { log, onEntries } = this.#options;
    const isNew = !this.#reader.replaying;
    const { entries, more } = this.#reader.readNew();
    if (isNew) onEntries?.(entries);
    return { entries, more, facts: log.readNew(), entriesStored: false };
  }

  #save(ingest: SessionIngest, batch: Batch): number {
    let added = 0;
    try {
      if (!batch.entriesStored) added = ingest.ingest(batch.entries);
      batch.entriesStored = true;
      for (const fact of batch.facts) this.#saveFact(fact);
    } catch (thrown) {
      // A transaction that was rolled back leaves ids in the ingest's memory that are not in the database.
      if (!isLocked(thrown)) this.#ingest = null;
      throw thrown;
    }
    for (const entry of batch.entries) {
      if (entry.entry === 'activity_running') this.#running.set(entry.activity.activityId, entry);
      else if (entry.entry === 'activity') this.#running.delete(entry.activity.activityId);
    }
    return added;
  }

  #saveFact(fact: SessionFact): void {
    const { store, start } = this.#options;
    switch (fact.fact) {
      case 'scenario':
        store.saveScenario(start.sessionId, fact.scenario);
        return;
      case 'sample':
        store.saveSystemSample(start.sessionId, fact.sample);
        return;
      case 'issue':
        store.saveIssues(start.sessionId, [fact.issue]);
        return;
      case 'end':
        this.#end = fact.end;
        return;
      case 'left':
        return;
      default:
        fact satisfies never;
    }
  }
}

function beginCounting({ retention, start }: SessionFeedOptions): {
  readonly retention: Retention | null;
  readonly sums: SessionSums;
} {
  return {
    retention: retention === null ? null : new Retention(retention),
    sums: new SessionSums(start.startedAtMs),
  };
}
