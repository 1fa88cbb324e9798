import { shuffle } from '../seeded-random.js';
import { type EngineContext, pause } from './engine-context.js';

export interface ArrivalResult {
  readonly sent: number;
  readonly received: number;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  /** Received without having been sent. */
  readonly foreign: readonly string[];
  readonly whole: boolean;
}

export interface InterleavingResult<Value> {
  /** Results in the order of the tasks, whatever order they ran in. */
  readonly results: readonly PromiseSettledResult<Value>[];
  /** The order in which the tasks were started. */
  readonly order: readonly number[];
}

export interface SynergyResult {
  readonly aloneMs: number;
  readonly togetherMs: number;
  /** Time that working together costs beyond the parts, in milliseconds; negative when it saves some. */
  readonly overheadMs: number;
}

/** Watches capabilities work together: whether data arrive whole, what order does to them, what coordination costs. */
export class IntegrationEngine {
  readonly #context: EngineContext;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Compares what went into a flow with what came out, by id. */
  checkArrival(flow: string, sent: readonly string[], received: readonly string[]): ArrivalResult {
    const sentIds = new Set(sent);
    const counts = new Map<string, number>();
    for (const id of received) counts.set(id, (counts.get(id) ?? 0) + 1);
    const lost = [...sentIds].filter((id) => !counts.has(id));
    const duplicated = [...counts].filter(([id, count]) => count > 1 && sentIds.has(id)).map(([id]) => id);
    const foreign = [...counts.keys()].filter((id) => !sentIds.has(id));
    const damaged = lost.length + duplicated.length + foreign.length > 0;
    // That nothing arrived where nothing was sent shows nothing.
    const whole = !damaged && sentIds.size > 0;
    const { recorder } = this.#context;
    recorder.recordMetric(
      'data_flow_integrity',
      sentIds.size === 0 ? 0 : 1 - lost.length / sentIds.size,
      'share',
      {
        context: {
          flow,
          sent: sent.length,
          lost: lost.length,
          duplicated: duplicated.length,
          foreign: foreign.length,
        },
      },
    );
    if (damaged) {
      recorder.recordIssue({
        severity: 'high',
        issueType: 'lost_data',
        description: `Flow "${flow}": of ${sentIds.size} items ${lost.length} were lost, ${duplicated.length} came twice, ${foreign.length} were never sent.`,
      });
    }
    return { sent: sent.length, received: received.length, lost, duplicated, foreign, whole };
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

  /** Measures work on its parts one after the other, and together. */
  async measureOverhead(
    name: string,
    parts: readonly (() => unknown)[],
    together: () => unknown,
  ): Promise<SynergyResult> {
    const { clock, recorder } = this.#context;
    const time = async (work: () => unknown): Promise<number> => {
      const startedMs = clock.monotonicMs();
      await work();
      return clock.monotonicMs() - startedMs;
    };
    let aloneMs = 0;
    for (const part of parts) aloneMs += await time(part);
    const togetherMs = await time(together);
    const result = { aloneMs, togetherMs, overheadMs: togetherMs - aloneMs };
    recorder.recordMetric('integration_overhead', result.overheadMs, 'ms', {
      context: { name, aloneMs, togetherMs },
    });
    return result;
  }
}
