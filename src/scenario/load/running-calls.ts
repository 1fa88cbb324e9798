import type { Clock } from '../../clock.js';
import type { LoadTally } from './load-tally.js';
import type { Pacer } from './pacer.js';

interface RunningCall {
  readonly tally: LoadTally;
  readonly iteration: number;
  readonly intendedMs: number;
  readonly startedMs: number;
}

/** The calls of a load that are in flight, each counted in the tally of its stage when it ends. */
export class RunningCalls {
  readonly #clock: Clock;
  readonly #calls = new Set<RunningCall>();
  #drained: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Starts a call; what it throws is counted. @returns a promise that is never rejected when the call goes on, else nothing */
  start(
    tally: LoadTally,
    iteration: number,
    intendedMs: number | null,
    work: () => unknown,
  ): Promise<void> | undefined {
    const startedMs = this.#clock.monotonicMs();
    const call: RunningCall = { tally, iteration, intendedMs: intendedMs ?? startedMs, startedMs };
    this.#calls.add(call);
    tally.lastStartMs = startedMs;
    tally.inFlight++;
    tally.inFlightMax = Math.max(tally.inFlightMax, tally.inFlight);
    if (intendedMs !== null) tally.startDelays.record(Math.max(0, startedMs - intendedMs));
    let returned: unknown;
    try {
      returned = work();
    } catch (thrown) {
      this.#end(call, { thrown });
      return undefined;
    }
    if ((typeof returned !== 'object' || returned === null) && typeof returned !== 'function') {
      this.#end(call, null);
      return undefined;
    }
    // Takes care of a promise, of anything with a `then`, and of a `then` that cannot be read.
    return Promise.resolve(returned).then(
      () => this.#end(call, null),
      (thrown: unknown) => this.#end(call, { thrown }),
    );
  }

  /** How long the calls of one tally have been in flight, in milliseconds. */
  agesMs(tally: LoadTally): readonly number[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#calls]
      .filter((call) => call.tally === tally)
      .map(({ intendedMs }) => nowMs - intendedMs);
  }

  /** Waits until no call is in flight, for at most so many milliseconds; the rest is counted as not settled. */
  async settle(settleMs: number, pacer: Pacer): Promise<void> {
    if (this.#calls.size > 0) {
      this.#drained = new AbortController();
      await pacer.pause(settleMs, this.#drained.signal);
    }
    const nowMs = this.#clock.monotonicMs();
    for (const { tally, intendedMs } of this.#calls) {
      tally.unsettledMs.push(nowMs - intendedMs);
      tally.lastEndMs = nowMs;
    }
    this.#calls.clear();
  }

  #end(call: RunningCall, failure: { readonly thrown: unknown } | null): void {
    // Not among them any more: it was given up, and is counted as that.
    if (!this.#calls.delete(call)) return;
    const { tally, iteration, intendedMs, startedMs } = call;
    const endedMs = this.#clock.monotonicMs();
    tally.inFlight--;
    tally.ended++;
    tally.lastEndMs = endedMs;
    tally.latencies.record(endedMs - intendedMs);
    tally.serviceTimes.record(endedMs - startedMs);
    if (failure === null) tally.succeeded++;
    else tally.failures.record(iteration, failure.thrown);
    if (this.#calls.size === 0) this.#drained?.abort();
  }
}
