import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { messageOf } from '../errors.js';

const batchChars = 64 * 1024;
/** Longest time that a line stays in memory. */
export const flushIntervalMs = 100;

/**
 * One append-only file of one worker. Lines gather in memory up to 64 KB or 100 ms and are then written in one
 * system call; what was written survives the death of this process and of every other.
 *
 * Writing is synchronous: when the disk is slow the caller waits, so that memory stays bounded. A failure to
 * write is reported once and never reaches the test.
 */
export class JournalWriter {
  readonly journalId: string;
  readonly path: string;
  #descriptor: number | null = null;
  #pending = '';
  #timer: NodeJS.Timeout | null = null;
  #failed = false;
  #writtenMs = performance.now();
  #linesLost = 0;
  readonly #onFailure: (sentence: string) => void;
  /** Called before each flush, so that what is still running can be noted. */
  beforeFlush: () => void = () => {};

  /**
   * @param directory folder of the session's journals; made when missing
   * @param onFailure told once, in a sentence, when the journal cannot be written
   */
  constructor(
    directory: string,
    options: { readonly onFailure: (sentence: string) => void; readonly workerPid: number },
  ) {
    this.journalId = journalIdFrom(randomBytes(8));
    this.path = join(directory, `${options.workerPid}-${this.journalId}.ndjson`);
    this.#onFailure = options.onFailure;
    try {
      mkdirSync(directory, { recursive: true });
      this.#descriptor = openSync(this.path, 'a');
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** @param line a whole line with its line feed */
  append(line: string): void {
    this.#pending += line;
    // A busy loop keeps timers from running, so the time is looked at here as well.
    if (this.#pending.length >= batchChars || performance.now() - this.#writtenMs > flushIntervalMs)
      this.#write();
    else this.scheduleFlush();
  }

  /** Sees to it that a flush comes within the interval, also when no line does. */
  scheduleFlush(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.flush();
    }, flushIntervalMs).unref();
  }

  /** Writes what has gathered; when it returns, it is in the file. */
  flush(): void {
    this.beforeFlush();
    this.#write();
  }

  close(): void {
    this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #write(): void {
    this.#writtenMs = performance.now();
    const batch = this.#pending;
    this.#pending = '';
    if (batch === '') return;
    if (this.#descriptor === null) {
      this.#linesLost += countLines(batch);
      return;
    }
    try {
      const bytes = Buffer.from(batch, 'utf8');
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
    } catch (thrown) {
      this.#linesLost += countLines(batch);
      this.#fail(thrown);
    }
  }

  get linesLost(): number {
    return this.#linesLost;
  }

  #fail(thrown: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#onFailure(
      `The journal ${this.path} cannot be written: ${messageOf(thrown)}. The test goes on unrecorded.`,
    );
  }
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

/** Thirteen characters of base 36 at most: short in every row of the database, unique over all its sessions. */
function journalIdFrom(random: Buffer): string {
  return random.readBigUInt64BE().toString(36).slice(0, 9);
}

/** The journal's id and its worker, out of its file name; null for a file that is not a journal. */
export function parseJournalName(fileName: string): { journalId: string; workerPid: number } | null {
  const match = /^(\d+)-([0-9a-z]+)\.ndjson$/.exec(fileName);
  return match === null ? null : { workerPid: Number(match[1]), journalId: match[2] as string };
}
