import { median } from '../../analysis/statistics/median.js';
import { percentileRanks } from '../../analysis/statistics/percentile-interval.js';
import type { EngineContext } from '../engine-context.js';
import {
  requireFunction,
  requireKnownOptions,
  requireList,
  requireName,
  requireWhole,
} from '../engine-options.js';

export interface OverheadOptions {
  /** How often to measure; an interval takes 6. @default 1 */
  readonly rounds?: number;
}

/** Times in milliseconds, each the median over the rounds. */
export interface SynergyResult {
  readonly aloneMs: number;
  readonly togetherMs: number;
  /** Time that working together costs beyond the parts, in milliseconds; negative when it saves some. */
  readonly overheadMs: number;
  /** Rounds that were measured in full. */
  readonly rounds: number;
  /** 95 % interval of the median overhead for any distribution (Hahn and Meeker 1991); null below 6 rounds. */
  readonly interval: { readonly lowMs: number; readonly highMs: number } | null;
}

/** Measures work on its parts one after the other, and together. Every second round begins with the whole. */
export async function measureOverhead(
  { clock, recorder, signal }: EngineContext,
  name: string,
  parts: readonly (() => unknown)[],
  together: () => unknown,
  options: OverheadOptions = {},
): Promise<SynergyResult> {
  const call = 'integration.measureOverhead';
  requireName(call, 'name', name);
  requireList(call, 'parts', parts);
  for (const part of parts) requireFunction(call, 'parts', part);
  requireFunction(call, 'together', together);
  requireKnownOptions(call, options, ['rounds']);
  const { rounds = 1 } = options;
  requireWhole(call, 'rounds', rounds);
  const time = async (...works: readonly (() => unknown)[]): Promise<number> => {
    const startedMs = clock.monotonicMs();
    for (const work of works) await work();
    return clock.monotonicMs() - startedMs;
  };
  const alone: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    // Whoever comes second finds caches warm and code compiled.
    if (round % 2 === 1) whole.push(await time(together));
    alone.push(await time(...parts));
    if (round % 2 === 0) whole.push(await time(together));
  }
  const overheads = whole.map((wholeMs, round) => wholeMs - (alone[round] ?? 0));
  const sorted = overheads.toSorted((left, right) => left - right);
  const ranks = percentileRanks(rounds, 0.5);
  const interval =
    ranks === null
      ? null
      : { lowMs: sorted[ranks.lowRank - 1] ?? 0, highMs: sorted[ranks.highRank - 1] ?? 0 };
  const result = {
    aloneMs: median(alone),
    togetherMs: median(whole),
    overheadMs: median(overheads),
    rounds,
    interval,
  };
  recorder.recordMetric('integration_overhead', result.overheadMs, 'ms', {
    context: {
      name,
      aloneMs: result.aloneMs,
      togetherMs: result.togetherMs,
      rounds,
      ...(interval === null ? {} : { low: interval.lowMs, high: interval.highMs }),
    },
  });
  return result;
}
