import { performance } from 'node:perf_hooks';
import { ProgressListener } from './read-progress.js';

export interface BackPressureLimits {
  /** Bytes that may be written and not stored before the worker waits. */
  readonly backlogMaxBytes: number;
  /** Longest time that a worker waits for a main process that stores nothing, in milliseconds. */
  readonly patienceMs: number;
}

/** What the main process stores in about a second. */
const defaultLimits: BackPressureLimits = { backlogMaxBytes: 16 * 1024 * 1024, patienceMs: 500 };
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
  /** What was stored when waiting was given up. */
  #givenUpAtBytes = -1;
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
    this.#listen();
    if (writtenBytes - this.#storedBytes <= this.#limits.backlogMaxBytes) return;
    if (this.#storedBytes === this.#givenUpAtBytes) return;
    this.#wait(writtenBytes);
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
        this.#givenUpAtBytes = seenBytes;
        break;
      }
    }
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
