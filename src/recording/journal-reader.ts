import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../model.js';
import { decodeLine } from './journal-codec.js';
import { parseJournalName } from './journal-writer.js';
import { ProgressTeller } from './read-progress.js';

const chunkBytes = 1024 * 1024;
/** Well below what a worker may be ahead. */
const toldFromBytes = 4 * 1024 * 1024;
const lineFeed = 0x0a;

interface OpenJournal {
  readonly journalId: string;
  readonly workerPid: number;
  readonly path: string;
  offsetBytes: number;
  /** How far it was read before a rewind. */
  seenBytes: number;
  readonly progress: ProgressTeller;
  /** Bytes after the last line feed: the beginning of a line that is still being written. */
  rest: Buffer;
}

/** A line that could not be read. */
export interface DamagedLine {
  readonly path: string;
  readonly reason: string;
}

/** Follows the journals of one session while they grow. */
export class JournalReader {
  readonly #directory: string;
  readonly #journals = new Map<string, OpenJournal>();
  readonly damaged: DamagedLine[] = [];

  /** @param directory folder of the session's journals; it may come into being later */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Process ids of the workers whose journals were seen. */
  get workerPids(): readonly number[] {
    return [...this.#journals.values()].map(({ workerPid }) => workerPid);
  }

  /** True when the next lines were read before: they are those that a rewind went back to. */
  get replaying(): boolean {
    return [...this.#journals.values()].some(isReplaying);
  }

  /** Begins again at the first line of every journal, because what was read was lost by who asked for it. */
  rewind(): void {
    this.damaged.length = 0;
    for (const journal of this.#journals.values()) {
      journal.seenBytes = Math.max(journal.seenBytes, journal.offsetBytes);
      journal.offsetBytes = 0;
      journal.rest = Buffer.alloc(0);
    }
  }

  /**
   * The whole lines that came since the last call, at most about `budgetBytes` of them. While it is `replaying`, only
   * lines that were read before.
   */
  readNew(budgetBytes = chunkBytes): {
    readonly entries: readonly JournalEntry[];
    readonly more: boolean;
  } {
    this.#discover();
    const entries: JournalEntry[] = [];
    let room = budgetBytes;
    const replaying = this.replaying;
    let more = replaying;
    for (const [name, journal] of this.#journals) {
      if (replaying && !isReplaying(journal)) continue;
      try {
        room -= this.#readJournal(journal, room, entries);
      } catch (thrown) {
        if (!isMissing(thrown)) throw thrown;
        this.#journals.delete(name);
        this.damaged.push({ path: journal.path, reason: 'the journal was removed while it was read' });
      }
      if (room <= 0) {
        more = true;
        break;
      }
    }
    return { entries, more };
  }

  /**
   * Tells the workers that all that was read is stored, so that one that is far ahead goes on. Short journals are not worth it:
   * their workers do not ask.
   */
  tellStored(): void {
    for (const { progress, offsetBytes, seenBytes } of this.#journals.values()) {
      const storedBytes = Math.max(offsetBytes, seenBytes);
      if (storedBytes >= toldFromBytes) progress.tell(storedBytes);
    }
  }

  close(): void {
    for (const { progress } of this.#journals.values()) progress.close();
  }

  /** Tells what of a last line is left over when nothing more will come: its writer died in the middle of it. */
  readLeftovers(): readonly DamagedLine[] {
    return [...this.#journals.values()]
      .filter(({ rest }) => rest.length > 0)
      .map(({ path, rest }) => ({ path, reason: `the last line ends after ${rest.length} bytes` }));
  }

  #discover(): void {
    if (!existsSync(this.#directory)) return;
    for (const name of readdirSync(this.#directory)) {
      if (this.#journals.has(name)) continue;
      const identity = parseJournalName(name);
      if (identity === null) continue;
      const path = join(this.#directory, name);
      const progress = new ProgressTeller(path);
      this.#journals.set(name, {
        ...identity,
        path,
        progress,
        offsetBytes: 0,
        seenBytes: 0,
        rest: Buffer.alloc(0),
      });
    }
  }

  #readJournal(journal: OpenJournal, roomBytes: number, entries: JournalEntry[]): number {
    const descriptor = openSync(journal.path, 'r');
    const endBytes = isReplaying(journal) ? journal.seenBytes : Number.POSITIVE_INFINITY;
    let total = 0;
    try {
      while (total < roomBytes && journal.offsetBytes < endBytes) {
        const chunk = Buffer.allocUnsafe(chunkBytes);
        const lengthMax = Math.min(chunkBytes, endBytes - journal.offsetBytes);
        const length = readSync(descriptor, chunk, 0, lengthMax, journal.offsetBytes);
        if (length === 0) {
          // A file that became shorter has nothing left to go back to.
          journal.seenBytes = Math.min(journal.seenBytes, journal.offsetBytes);
          break;
        }
        journal.offsetBytes += length;
        total += length;
        this.#takeLines(journal, chunk.subarray(0, length), entries);
      }
    } finally {
      closeSync(descriptor);
    }
    return total;
  }

  #takeLines(journal: OpenJournal, chunk: Buffer, entries: JournalEntry[]): void {
    const last = chunk.lastIndexOf(lineFeed);
    if (last === -1) {
      journal.rest = Buffer.concat([journal.rest, chunk]);
      return;
    }
    const whole = Buffer.concat([journal.rest, chunk.subarray(0, last)]).toString('utf8');
    journal.rest = Buffer.from(chunk.subarray(last + 1));
    for (const line of whole.split('\n')) {
      if (line === '') continue;
      try {
        entries.push(decodeLine(line, journal));
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : 'unreadable';
        this.damaged.push({ path: journal.path, reason });
      }
    }
  }
}

function isReplaying({ offsetBytes, seenBytes }: OpenJournal): boolean {
  return offsetBytes < seenBytes;
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
