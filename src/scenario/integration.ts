import { shuffle } from '../seeded-random.js';
import { type EngineContext, pause } from './engine-context.js';
import { type ArrivalResult, checkArrival } from './integration/check-arrival.js';
import type { ExplorationResult } from './integration/exploration-result.js';
import type { ExploreOptions } from './integration/explore-options.js';
import { exploreSchedules } from './integration/explore-schedules.js';
import { Flow } from './integration/flow.js';
import { measureOverhead, type OverheadOptions, type SynergyResult } from './integration/measure-overhead.js';
import {
  measureSynergy,
  type SynergyComparison,
  type SynergyOptions,
} from './integration/measure-synergy.js';

export type { ArrivalResult } from './integration/check-arrival.js';
export type { SynergyResult } from './integration/measure-overhead.js';

export interface InterleavingResult<Value> {
  /** Results in the order of the tasks, whatever order they ran in. */
  readonly results: readonly PromiseSettledResult<Value>[];
  /** The order in which the tasks were started. */
  readonly order: readonly number[];
}

/** Watches capabilities work together: whether data arrive whole, what order does to them, what coordination costs. */
export class IntegrationEngine {
  readonly #context: EngineContext;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Compares what went into a flow with what came out, by id. */
  checkArrival(flow: string, sent: readonly string[], received: readonly string[]): ArrivalResult {
    return checkArrival(this.#context, flow, sent, received);
  }

  /** Begins a flow that remembers what was made from what. */
  flow(name: string): Flow {
    return new Flow(this.#context, name);
  }

  /** Starts tasks side by side in an order, and after pauses, drawn by the scenario's seed. */
  async interleave<Value>(
    tasks: readonly (() => Value | Promise<Value>)[],
  ): Promise<InterleavingResult<Value>> {
    const { random, signal } = this.#context;
    const order = shuffle(
      tasks.map((_, index) => index),
      random,
    );
    const pauses = new Map(order.map((index) => [index, random() * 3]));
    const started = order.map(async (index) => {
      await pause(pauses.get(index) ?? 0, signal);
      return (tasks[index] as () => Value | Promise<Value>)();
    });
    const settled = await Promise.allSettled(started);
    const results = tasks.map((_, index) => settled[order.indexOf(index)] as PromiseSettledResult<Value>);
    return { results, order };
  }

  /**
   * Looks for a race: runs tasks under many schedules, drawn by the scenario's seed, makes the one that breaks the invariant
   * smaller, and reports it once as an issue (`race`, high) with how to run it again.
   *
   * @throws RealWorldError `ENGINE_INVALID` when fast-check is not installed, or for options that it cannot use
   */
  explore<State>(options: ExploreOptions<State>): Promise<ExplorationResult> {
    return exploreSchedules(this.#context, options);
  }

  /** Whether all together do better than the best of them alone, on the same cases. */
  synergy<Case, Answer>(options: SynergyOptions<Case, Answer>): Promise<SynergyComparison> {
    return measureSynergy(this.#context, options);
  }

  /** Measures work on its parts one after the other, and together. */
  measureOverhead(
    name: string,
    parts: readonly (() => unknown)[],
    together: () => unknown,
    options?: OverheadOptions,
  ): Promise<SynergyResult> {
    return measureOverhead(this.#context, name, parts, together, options);
  }
}
