import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Issue, SessionStatus, SystemSample } from '../model.js';
import type { ScenarioEnd } from '../storage/session-store.js';

const logFile = 'session.ndjson';
/** Samples that are kept in memory while the log cannot be written; there is always a next one. */
const samplesHeldMax = 10_000;

/** How a session ended, as the process that ran it saw it. */
export interface SessionEnd {
  readonly status: SessionStatus;
  readonly endedAtMs: number;
  readonly stopReason: string | null;
}

/** What the main process knows of a session and no worker does. */
export type SessionFact =
  | { readonly fact: 'scenario'; readonly scenario: ScenarioEnd }
  | { readonly fact: 'sample'; readonly sample: SystemSample }
  | { readonly fact: 'issue'; readonly issue: Issue }
  | { readonly fact: 'end'; readonly end: SessionEnd }
  /** The process gave up storing the session, and leaves it to whoever comes next. */
  | { readonly fact: 'left' };

/**
 * The main process's own journal, beside those of the workers: a database that fails, or the death of this process, does
 * not lose how scenarios ended. While it cannot be written its facts stay in memory.
 */
export class SessionLog {
  readonly #path: string;
  readonly #held: SessionFact[] = [];
  #heldRead = 0;
  #bytesRead = 0;
  /** A line was cut off by a full disk; the next one must not continue it. */
  #cutOff = false;

  constructor(directory: string) {
    this.#path = join(directory, logFile);
  }

  append(fact: SessionFact): void {
    try {
      appendFileSync(this.#path, `${this.#cutOff ? '\n' : ''}${JSON.stringify(fact)}\n`);
      this.#cutOff = false;
    } catch {
      // That nothing can be written here is told by whoever made the folder, and by the workers.
      this.#cutOff = true;
      if (fact.fact !== 'sample' || this.#held.length < samplesHeldMax) this.#held.push(fact);
    }
  }

  /** The facts that came since the last call. */
  readNew(): readonly SessionFact[] {
    const held = this.#held.slice(this.#heldRead);
    this.#heldRead = this.#held.length;
    return [...this.#readFile(), ...held];
  }

  /** Begins again at the first fact. */
  rewind(): void {
    this.#heldRead = 0;
    this.#bytesRead = 0;
  }

  #readFile(): readonly SessionFact[] {
    let bytes: Buffer;
    try {
      bytes = readFrom(this.#path, this.#bytesRead);
    } catch {
      // There is none yet, or it cannot be read; then the facts are in memory.
      return [];
    }
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.#bytesRead += whole.length;
    return whole.toString('utf8').split('\n').flatMap(parseFact);
  }
}

function readFrom(path: string, offsetBytes: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - offsetBytes));
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offsetBytes));
  } finally {
    closeSync(descriptor);
  }
}

function parseFact(line: string): readonly SessionFact[] {
  try {
    const value: unknown = line === '' ? null : JSON.parse(line);
    return typeof value === 'object' && value !== null && 'fact' in value ? [value as SessionFact] : [];
  } catch {
    // A line that a full disk cut off; its fact was kept in memory, or died with the process.
    return [];
  }
}
