import { messageOf, RealWorldError } from '../errors.js';
import type { EngineContext } from './engine-context.js';

export interface ClosedLoadOptions {
  /** Users that work side by side; each begins its next iteration when the last one is over. */
  readonly users: number;
  /** Iterations of all users together. */
  readonly iterations: number;
  readonly name?: string;
  readonly iterate: (iteration: number, user: number) => unknown;
}

export interface LoadResult {
  readonly iterations: number;
  readonly failures: readonly { readonly iteration: number; readonly message: string }[];
  readonly durationMs: number;
  readonly throughputPerSecond: number;
  readonly meanMs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly interrupted: boolean;
}

/** Puts load on a system and measures how it answers. */
export class LoadEngine {
  readonly #context: EngineContext;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /**
   * A constant number of users (the closed model): a slow system is asked less often, so its latencies look better than
   * those of users who do not wait. A failing iteration is counted and does not end the load.
   *
   * @throws RealWorldError `ENGINE_INVALID` for counts that are not positive whole numbers
   */
  async closed({ users, iterations, name = 'load', iterate }: ClosedLoadOptions): Promise<LoadResult> {
    requireCount('users', users);
    requireCount('iterations', iterations);
    const { clock, signal, recorder } = this.#context;
    const durations: number[] = [];
    const failures: { iteration: number; message: string }[] = [];
    const startedMs = clock.monotonicMs();
    let next = 0;
    const work = async (user: number): Promise<void> => {
      while (next < iterations && !signal.aborted) {
        const iteration = next++;
        const iterationStartedMs = clock.monotonicMs();
        try {
          await iterate(iteration, user);
        } catch (thrown) {
          failures.push({ iteration, message: messageOf(thrown) });
        }
        durations.push(clock.monotonicMs() - iterationStartedMs);
      }
    };
    await Promise.all(Array.from({ length: users }, (_, user) => work(user)));
    const durationMs = clock.monotonicMs() - startedMs;
    const result = summarizeLoad(durations, failures, durationMs, signal.aborted);
    const context = { load: name, users, iterations: result.iterations };
    recorder.recordMetric('throughput', result.throughputPerSecond, 'ops/s', { context });
    recorder.recordMetric('response_time_mean', result.meanMs, 'ms', { context });
    recorder.recordMetric('response_time_p95', result.p95Ms, 'ms', { context });
    return result;
  }
}

function summarizeLoad(
  durations: readonly number[],
  failures: LoadResult['failures'],
  durationMs: number,
  interrupted: boolean,
): LoadResult {
  const sorted = Float64Array.from(durations).sort();
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  const total = sorted.reduce((sum, duration) => sum + duration, 0);
  return {
    iterations: sorted.length,
    failures,
    durationMs,
    throughputPerSecond: durationMs === 0 ? 0 : (sorted.length / durationMs) * 1_000,
    meanMs: sorted.length === 0 ? 0 : total / sorted.length,
    medianMs: rank(0.5),
    p95Ms: rank(0.95),
    maxMs: sorted.at(-1) ?? 0,
    interrupted,
  };
}

function requireCount(name: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return;
  throw new RealWorldError(
    'ENGINE_INVALID',
    `load.closed({ ${name}: ${count} }) needs a whole number above 0.`,
  );
}
