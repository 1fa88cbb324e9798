import { messageOf } from '../src/errors.js';
import { isLocked } from '../src/storage/open-database.js';

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** Another run on the same file holds it for moments; only what lasts is worth a word. */
const locksUnsaid = 4;

/** Decides when a database that failed is tried again, and says so once when it fails and once when it is back. */
export class StoreTrouble {
  readonly #say: (sentence: string) => void;
  #failures = 0;
  #nextTryMs = Number.NEGATIVE_INFINITY;
  #said = false;

  constructor(say: (sentence: string) => void) {
    this.#say = say;
  }

  /** @param nowMs monotonic time */
  mayTry(nowMs: number): boolean {
    return nowMs >= this.#nextTryMs;
  }

  failed(thrown: unknown, nowMs: number): void {
    this.#failures++;
    this.#nextTryMs = nowMs + Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#failures - 1));
    if (this.#said || (isLocked(thrown) && this.#failures < locksUnsaid)) return;
    this.#said = true;
    this.#say(
      `the database cannot be written: ${messageOf(thrown)}. The tests go on; the journals keep what they record, and it is stored as soon as that is possible.`,
    );
  }

  succeeded(): void {
    this.#failures = 0;
    this.#nextTryMs = Number.NEGATIVE_INFINITY;
    if (!this.#said) return;
    this.#said = false;
    this.#say('the database can be written again, and what had gathered is stored.');
  }
}
