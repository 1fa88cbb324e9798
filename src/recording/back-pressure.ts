import { performance } from 'node:perf_hooks';
import { ProgressListener } from './read-progress.js';

export interface BackPressureLimits {
  /** Bytes that may be written and not stored before the worker waits. */
  readonly backlogMaxBytes: number;
  /** Longest time that a worker waits for a main process that stores nothing, in milliseconds. */
  readonly patienceMs: number;
  /** A main process that was given up is asked for again after so many further bytes. */
  readonly askAgainBytes: number;
}

/** The backlog is what the main process stores in about a second. */
const defaultLimits: BackPressureLimits = {
  backlogMaxBytes: 16 * 1024 * 1024,
  patienceMs: 500,
  askAgainBytes: 4 * 1024 * 1024,
};
const napMs = 5;

/**
 * Keeps a worker that calls faster than rows can be stored from filling the disk: between two calls it waits until the main
 * process has caught up. A main process that stores nothing (its database is locked, or it is dead) is not waited for until it
 * stores again: the test goes on, and the journal keeps everything.
 */
export class BackPressure {
  readonly #limits: BackPressureLimits;
  readonly #progress: ProgressListener;
  #storedBytes = 0;
  /** While waiting is given up: the size of the journal from which on the main process is asked for again. */
  #askFromBytes = 0;
  #waitedMs = 0;

  constructor(journalPath: string, limits: BackPressureLimits = defaultLimits) {
    this.#limits = limits;
    this.#progress = new ProgressListener(journalPath);
  }

  /** Time that the worker waited so far, in milliseconds. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Called with the size of the journal after each write; comes back when the backlog is small enough. */
  afterWrite(writtenBytes: number): void {
    if (writtenBytes - this.#storedBytes <= this.#limits.backlogMaxBytes) return;
    if (writtenBytes < this.#askFromBytes) return;
    const storedBefore = this.#storedBytes;
    this.#listen();
    if (writtenBytes - this.#storedBytes <= this.#limits.backlogMaxBytes) return;
    const wasGivenUp = this.#askFromBytes > 0;
    if (wasGivenUp && this.#storedBytes === storedBefore) this.#giveUp(writtenBytes);
    else this.#wait(writtenBytes);
  }

  #giveUp(writtenBytes: number): void {
    this.#askFromBytes = writtenBytes + this.#limits.askAgainBytes;
  }

  #wait(writtenBytes: number): void {
    const startedMs = performance.now();
    let progressMs = startedMs;
    let seenBytes = this.#storedBytes;
    while (writtenBytes - this.#storedBytes > this.#limits.backlogMaxBytes) {
      sleep(napMs);
      this.#listen();
      const nowMs = performance.now();
      if (this.#storedBytes > seenBytes) {
        seenBytes = this.#storedBytes;
        progressMs = nowMs;
      } else if (nowMs - progressMs > this.#limits.patienceMs) {
        this.#giveUp(writtenBytes);
        break;
      }
    }
    if (writtenBytes - this.#storedBytes <= this.#limits.backlogMaxBytes) this.#askFromBytes = 0;
    this.#waitedMs += performance.now() - startedMs;
  }

  #listen(): void {
    this.#storedBytes = this.#progress.storedBytes() ?? this.#storedBytes;
  }

  close(): void {
    this.#progress.close();
  }
}

/** Waits without turning the event loop: nothing of the system under test runs meanwhile. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
