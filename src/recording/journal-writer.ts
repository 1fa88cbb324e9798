import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { systemClock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Issue } from '../model.js';
import { BackPressure } from './back-pressure.js';
import { encodeEntry } from './journal-codec.js';

const batchChars = 64 * 1024;
const usualLineCharsMax = 16 * 1024;
/** Of UTF-8, for a unit of UTF-16. */
const bytesPerCharMax = 3;
/** What is kept of a journal that cannot be written; lines beyond it are counted and dropped. */
const heldBytesMax = 256 * 1024;
/** Longest time that a line stays in memory. */
export const flushIntervalMs = 100;

/**
 * One append-only file of one worker. Lines gather in memory up to 64 KB or 100 ms and are then written in one
 * system call; what was written survives the death of this process and of every other.
 *
 * Writing is synchronous: when the disk is slow the caller waits, so that memory stays bounded; so it does for a while when
 * the main process falls far behind, so that the disk does not fill. A failure to
 * write is reported once and never reaches the test. What could not be written is tried again with every flush, in
 * its order; what is too much to be kept is counted, and the next write that succeeds says so with an issue.
 */
export class JournalWriter {
  readonly journalId: string;
  readonly path: string;
  readonly #workerPid: number;
  #descriptor: number | null = null;
  #pending = '';
  /** One buffer for all batches, because making one for each costs as much as filling it. */
  readonly #encoded = Buffer.allocUnsafe((batchChars + usualLineCharsMax) * bytesPerCharMax);
  #timer: NodeJS.Timeout | null = null;
  #failureSaid = false;
  #closed = false;
  #writtenMs = performance.now();
  /** What could not be written; begins inside a line when a write stopped there. */
  #held: Buffer | null = null;
  /** Lines of the present gap that were too many to be kept. */
  #linesDropped = 0;
  #linesLostBefore = 0;
  #gaps = 0;
  #gapReason = '';
  #writtenBytes = 0;
  readonly #backPressure: BackPressure;
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
    this.#workerPid = options.workerPid;
    this.#onFailure = options.onFailure;
    this.#backPressure = new BackPressure(this.path);
    this.#open();
  }

  /**
   * @param line a whole line with its line feed
   * @param nowMs time on the monotonic clock, from a caller who has just read it
   */
  append(line: string, nowMs = performance.now()): void {
    this.#pending += line;
    // A busy loop keeps timers from running, so the time is looked at here as well.
    if (this.#pending.length >= batchChars || nowMs - this.#writtenMs > flushIntervalMs) {
      this.#write();
      this.#backPressure.afterWrite(this.#writtenBytes);
    } else this.scheduleFlush();
  }

  /** Time that callers waited for the main process to catch up, in milliseconds. */
  get waitedMs(): number {
    return this.#backPressure.waitedMs;
  }

  /** Sees to it that a flush comes within the interval, also when no line does. */
  scheduleFlush(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.flush();
    }, flushIntervalMs).unref();
  }

  /** Writes what has gathered; when it returns, it is in the file, unless the file cannot be written. */
  flush(): void {
    this.beforeFlush();
    this.#write();
  }

  close(): void {
    this.flush();
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
    this.#backPressure.close();
  }

  /** Lines that are not in the file although they were flushed. */
  get linesLost(): number {
    return this.#linesLostBefore + this.#linesUnwritten();
  }

  /** The present gap as an issue; null while everything could be written. The same gap always has the same id. */
  describeGap(): Issue | null {
    return this.#held === null && this.#linesDropped === 0 ? null : this.#gapIssue(this.#linesUnwritten());
  }

  #write(): void {
    this.#writtenMs = performance.now();
    const batch = this.#pending;
    this.#pending = '';
    if (this.#held !== null || this.#descriptor === null) this.#writeAgain(batch);
    else if (batch !== '') this.#hold(this.#writeBytes(this.#encode(batch)));
  }

  /** @returns bytes that are good until the next batch is encoded */
  #encode(batch: string): Buffer {
    if (batch.length * bytesPerCharMax > this.#encoded.length) return Buffer.from(batch, 'utf8');
    return this.#encoded.subarray(0, this.#encoded.write(batch));
  }

  /** The slow way, taken after a failure: first what was held back, so that the order of lines stays. */
  #writeAgain(batch: string): void {
    if (batch !== '') this.#hold(Buffer.from(batch, 'utf8'));
    if (this.#closed || this.#held === null || !this.#open()) return;
    const rest = this.#writeBytes(this.#held);
    this.#held = null;
    if (rest !== null) {
      this.#hold(rest);
      return;
    }
    const issue = this.#gapIssue(this.#linesDropped);
    this.#linesLostBefore += this.#linesDropped;
    this.#linesDropped = 0;
    this.#gaps++;
    this.#hold(this.#writeBytes(Buffer.from(encodeEntry({ entry: 'issue', issue }), 'utf8')));
  }

  /** @returns what could not be written, or null */
  #writeBytes(bytes: Buffer): Buffer | null {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor as number, bytes, written);
      return null;
    } catch (thrown) {
      this.#fail(thrown);
      return bytes.subarray(written);
    } finally {
      this.#writtenBytes += written;
    }
  }

  #hold(rest: Buffer | null): void {
    if (rest === null) return;
    // A copy: the bytes are those of the buffer that the next batch is written into.
    if (this.#held === null) this.#held = Buffer.from(rest);
    else if (this.#held.length + rest.length <= heldBytesMax) this.#held = Buffer.concat([this.#held, rest]);
    else this.#linesDropped += countLines(rest);
    if (!this.#closed) this.scheduleFlush();
  }

  #open(): boolean {
    if (this.#descriptor !== null) return true;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      this.#descriptor = openSync(this.path, 'a');
      return true;
    } catch (thrown) {
      this.#fail(thrown);
      return false;
    }
  }

  #linesUnwritten(): number {
    return this.#linesDropped + (this.#held === null ? 0 : countLines(this.#held));
  }

  #gapIssue(lines: number): Issue {
    const lost = `${lines} journal ${lines === 1 ? 'line' : 'lines'} of worker ${this.#workerPid} could not be written (${this.#gapReason}); what stood there is not in the database.`;
    const late = `The journal of worker ${this.#workerPid} could not be written for a while (${this.#gapReason}); every line was kept and written later.`;
    return {
      issueId: `${this.journalId}-gap-${this.#gaps + 1}`,
      taskId: null,
      atMs: systemClock.epochMs(),
      severity: lines === 0 ? 'info' : 'high',
      capability: 'recorder',
      issueType: 'unwritten_journal',
      description: lines === 0 ? late : lost,
      suggestedFix:
        'Free space on the disk of the journals, make their folder writable, or set `directory` to another one.',
      reproducible: null,
      evidenceActivityId: null,
    };
  }

  #fail(thrown: unknown): void {
    this.#gapReason = messageOf(thrown);
    if (this.#failureSaid) return;
    this.#failureSaid = true;
    this.#onFailure(
      `The journal ${this.path} cannot be written: ${messageOf(thrown)}. The test goes on unrecorded.`,
    );
  }
}

const lineFeed = 0x0a;

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) lines++;
  return lines;
}

/** Eight characters of base 36: short in every row of the database, and unique over all its sessions. */
function journalIdFrom(random: Buffer): string {
  return random.readBigUInt64BE().toString(36).padStart(13, '0').slice(-8);
}

/** The journal's id and its worker, out of its file name; null for a file that is not a journal. */
export function parseJournalName(fileName: string): { journalId: string; workerPid: number } | null {
  const match = /^(\d+)-([0-9a-z]+)\.ndjson$/.exec(fileName);
  return match === null ? null : { workerPid: Number(match[1]), journalId: match[2] as string };
}
