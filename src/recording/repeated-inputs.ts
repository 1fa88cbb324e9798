import { inputKey } from './input-key.js';

/** Inputs of one method that are remembered, and calls that are looked at after the last failure that was new. */
const inputsMax = 100;
const callsLookedAtMax = 1_000;

interface Outcomes {
  failed: number;
  succeeded: number;
  /** How often the outcome was another one than that before. */
  turns: number;
  lastFailed: boolean;
  failedSequence: number;
  succeededSequence: number;
}

/** An input on which a method failed, succeeded, and failed again. */
export interface FlakyInput {
  readonly failed: number;
  readonly succeeded: number;
  /** Numbers of the last call that failed on it, and of the last that succeeded. */
  readonly failedSequence: number;
  readonly succeededSequence: number;
}

/**
 * Watches what becomes of an input that a method once failed on. A method that never fails costs one comparison a call; inputs are
 * read only while one is remembered.
 */
export class RepeatedInputs {
  readonly #outcomes = new Map<string, Outcomes>();
  #callsLeft = callsLookedAtMax;

  get isWatching(): boolean {
    return this.#outcomes.size > 0 && this.#callsLeft > 0;
  }

  noteFailure(args: readonly unknown[], sequence: number): void {
    const key = inputKey(args);
    if (key === null) return;
    const known = this.#outcomes.get(key);
    if (known === undefined) {
      if (this.#outcomes.size >= inputsMax) return;
      this.#callsLeft = callsLookedAtMax;
      this.#outcomes.set(key, {
        failed: 1,
        succeeded: 0,
        turns: 0,
        lastFailed: true,
        failedSequence: sequence,
        succeededSequence: 0,
      });
      return;
    }
    known.failed++;
    if (!known.lastFailed) known.turns++;
    known.lastFailed = true;
    known.failedSequence = sequence;
  }

  noteSuccess(args: readonly unknown[], sequence: number): void {
    this.#callsLeft--;
    const key = inputKey(args);
    const known = key === null ? undefined : this.#outcomes.get(key);
    if (known === undefined) return;
    known.succeeded++;
    if (known.lastFailed) known.turns++;
    known.lastFailed = false;
    known.succeededSequence = sequence;
  }

  /**
   * One turn is no flakiness: a file that was missing is there, an index was built. Two are: it failed, succeeded, and failed again on
   * the same input.
   */
  flaky(): readonly FlakyInput[] {
    return [...this.#outcomes.values()].filter(({ turns }) => turns >= 2);
  }
}
