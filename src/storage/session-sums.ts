import { type CountedActivity, MethodSums } from './method-sums.js';

const firstWindowMs = 1_000;
/** Windows of a session: enough to see a trend, few enough to stay small when a session lasts for hours. */
const windowsMax = 64;

/**
 * Sums over the calls of a session by scenario, capability and method, and along the session in windows of time. Its size
 * does not depend on how many calls there are: when the windows become too many, each two of them become one.
 */
export class SessionSums {
  readonly startedAtMs: number;
  #windowMs: number;
  readonly #methods = new Map<string, MethodSums>();
  #last: MethodSums | null = null;

  constructor(startedAtMs: number, windowMs = firstWindowMs) {
    this.startedAtMs = startedAtMs;
    this.#windowMs = windowMs;
  }

  /** Length of a window in milliseconds. */
  get windowMs(): number {
    return this.#windowMs;
  }

  get methods(): Iterable<MethodSums> {
    return this.#methods.values();
  }

  /** @param kept whether the row of the activity is in the database */
  count(activity: CountedActivity, kept: boolean): void {
    this.#sumsOf(activity).count(activity, kept, this.#windowOf(activity.startedAtMs));
  }

  #sumsOf(activity: CountedActivity): MethodSums {
    const { capability, method, taskId } = activity;
    const last = this.#last;
    // Calls of one method often come one after the other.
    if (last?.method === method && last.capability === capability && last.taskId === taskId) return last;
    const key = `${capability}\n${method}\n${taskId}`;
    let sums = this.#methods.get(key);
    if (sums === undefined) {
      sums = new MethodSums(activity);
      this.#methods.set(key, sums);
    }
    this.#last = sums;
    return sums;
  }

  #windowOf(atMs: number): number {
    const sinceStartMs = Math.max(0, atMs - this.startedAtMs);
    while (sinceStartMs >= this.#windowMs * windowsMax) {
      this.#windowMs *= 2;
      for (const sums of this.#methods.values()) sums.halveWindows();
    }
    return Math.floor(sinceStartMs / this.#windowMs);
  }
}
