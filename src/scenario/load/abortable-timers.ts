/** The longest time that a timer takes. */
const waitMaxMs = 2 ** 31 - 1;

/**
 * Waits that a signal ends early. Many users wait on one signal, so all of them share one listener of it: Node warns of a leak
 * when there are more than ten.
 */
export class AbortableTimers {
  readonly #waiting = new WeakMap<AbortSignal, Set<() => void>>();

  /** @param ms milliseconds; more than 24 days are cut to that */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const waiting = this.#waitingOn(signal);
    return new Promise((settle) => {
      const end = (): void => {
        clearTimeout(timer);
        waiting.delete(end);
        settle();
      };
      const timer = setTimeout(end, Math.min(Math.max(0, ms), waitMaxMs));
      waiting.add(end);
    });
  }

  #waitingOn(signal: AbortSignal): Set<() => void> {
    const known = this.#waiting.get(signal);
    if (known !== undefined) return known;
    const waiting = new Set<() => void>();
    this.#waiting.set(signal, waiting);
    const endAll = (): void => {
      for (const end of waiting) end();
    };
    signal.addEventListener('abort', endAll, { once: true });
    return waiting;
  }
}
