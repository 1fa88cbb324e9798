import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * How far a journal was stored, told by the main process to the worker that writes it: a number of fixed length in a file beside
 * the journal, written in one system call, so that it is never seen half.
 */
const digits = 16;

/** Path of the file that tells it of a journal. */
export function progressPath(journalPath: string): string {
  return journalPath.replace(/\.ndjson$/, '.read');
}

/** The side of the main process. Failing to tell does no harm: the worker then soon stops waiting. */
export class ProgressTeller {
  readonly #path: string;
  #descriptor: number | null = null;
  #toldBytes = 0;

  constructor(journalPath: string) {
    this.#path = progressPath(journalPath);
  }

  /** @throws what the file system throws */
  tell(storedBytes: number): void {
    if (storedBytes <= this.#toldBytes) return;
    this.#descriptor ??= openSync(this.#path, 'w');
    writeSync(this.#descriptor, String(storedBytes).padStart(digits, '0'), 0);
    this.#toldBytes = storedBytes;
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

/** The side of the worker. */
export class ProgressListener {
  readonly #path: string;
  readonly #buffer = Buffer.alloc(digits);
  #descriptor: number | null = null;

  constructor(journalPath: string) {
    this.#path = progressPath(journalPath);
  }

  /** Bytes that were stored, or null while nothing was told. */
  storedBytes(): number | null {
    try {
      this.#descriptor ??= openSync(this.#path, 'r');
      return readSync(this.#descriptor, this.#buffer, 0, digits, 0) === digits
        ? Number(this.#buffer.toString('latin1'))
        : null;
    } catch {
      // There is no such file before the first word, or nobody listens any more: both mean that nothing was told.
      return null;
    }
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}
