import { messageOf } from '../../errors.js';

export interface LoadFailure {
  readonly iteration: number;
  readonly message: string;
}

export interface FailureCount {
  readonly message: string;
  readonly count: number;
}

const keptMax = 100;
const messagesMax = 100;
const messageLengthMax = 500;
const otherMessages = '(other messages)';

/** Failures of a load: the first 100 as they were, all of them counted by message. */
export class FailureTally {
  readonly first: LoadFailure[] = [];
  readonly #byMessage = new Map<string, number>();
  count = 0;

  record(iteration: number, thrown: unknown): void {
    this.count++;
    const message = messageOf(thrown).slice(0, messageLengthMax);
    if (this.first.length < keptMax) this.first.push({ iteration, message });
    // Messages with ids in them would grow without end.
    const known = this.#byMessage.has(message) || this.#byMessage.size < messagesMax;
    const key = known ? message : otherMessages;
    this.#byMessage.set(key, (this.#byMessage.get(key) ?? 0) + 1);
  }

  /** The most frequent first. */
  byMessage(): readonly FailureCount[] {
    return [...this.#byMessage]
      .map(([message, count]) => ({ message, count }))
      .sort((left, right) => right.count - left.count);
  }
}
