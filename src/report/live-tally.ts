import { percentileMs } from '../latency-distribution.js';
import { LatencyHistogram } from '../latency-histogram.js';
import type { Activity } from '../model.js';

/** What a capability did so far, as a person sees it while the run goes on. */
export interface LiveCapability {
  readonly capability: string;
  readonly calls: number;
  /** Without those under an injected fault. */
  readonly errors: number;
  /** Share of the calls without injected fault that succeeded, 0 to 1; null when there was none. */
  readonly successRate: number | null;
  readonly p95Ms: number;
}

interface Sums {
  calls: number;
  errors: number;
  underFault: number;
  lastAt: number;
  readonly latency: LatencyHistogram;
}

/** Counts activities while a session runs; its size does not depend on how many there are. */
export class LiveTally {
  readonly #capabilities = new Map<string, Sums>();
  #activities = 0;
  #errors = 0;

  get activities(): number {
    return this.#activities;
  }

  /** Without those under an injected fault. */
  get errors(): number {
    return this.#errors;
  }

  add({ capability, outcome, fault, durationMs }: Activity): void {
    let sums = this.#capabilities.get(capability);
    if (sums === undefined) {
      sums = { calls: 0, errors: 0, underFault: 0, lastAt: 0, latency: new LatencyHistogram() };
      this.#capabilities.set(capability, sums);
    }
    const failed = outcome !== 'succeeded' && outcome !== 'abandoned';
    this.#activities++;
    sums.calls++;
    sums.lastAt = this.#activities;
    sums.latency.record(durationMs);
    if (failed && fault !== null) sums.underFault++;
    else if (failed) {
      sums.errors++;
      this.#errors++;
    }
  }

  /** How many capabilities were called. */
  get capabilityCount(): number {
    return this.#capabilities.size;
  }

  /** The capabilities that were called last, the newest first. */
  newest(count: number): readonly LiveCapability[] {
    return [...this.#capabilities]
      .sort(([, left], [, right]) => right.lastAt - left.lastAt)
      .slice(0, count)
      .map(([capability, { calls, errors, underFault, latency }]) => {
        const judged = calls - underFault;
        return {
          capability,
          calls,
          errors,
          successRate: judged === 0 ? null : (judged - errors) / judged,
          p95Ms: percentileMs(latency, 0.95),
        };
      });
  }
}
