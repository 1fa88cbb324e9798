import { type LatencyDistribution, percentileMs } from '../../latency-distribution.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireName, requireWhole } from '../engine-options.js';
import { CorrectedLatencies } from './corrected-latencies.js';
import { type LoadFigures, summarizeTally } from './load-figures.js';
import { durationMaxMs, requireNumber, settleDefaultMs } from './load-numbers.js';
import { LoadTally } from './load-tally.js';
import type { Pacer } from './pacer.js';
import { recordClosedLoad } from './record-load.js';
import { RunningCalls } from './running-calls.js';
import { type UserWork, workUsers } from './work-users.js';

export interface ClosedLoadOptions {
  /** Users that work side by side; each begins its next iteration when the last one is over. */
  readonly users: number;
  /** Iterations of all users together. */
  readonly iterations?: number;
  /** Milliseconds after which no iteration begins. Without this and `iterations`: the duration of the session's settings. */
  readonly durationMs?: number;
  /** Milliseconds in which the users begin, one after the other. @default 0 */
  readonly rampUpMs?: number;
  /** Milliseconds that a user waits between two iterations. @default 0 */
  readonly thinkTimeMs?: number;
  /** Iterations before the measured ones; they are counted and not measured. @default 0 */
  readonly warmUpIterations?: number;
  /** How often each user would ask if the system never made it wait, in milliseconds: gives the corrected latencies. */
  readonly intendedIntervalMs?: number;
  /** Milliseconds for which calls in flight are waited for when the time is over or the scenario stops. @default 5000 */
  readonly settleMs?: number;
  readonly name?: string;
  /** Numbers of iterations are unique, those of the warm-up come first. */
  readonly iterate: (iteration: number, user: number) => unknown;
}

/** The latencies of a closed load as they would be had the users not waited (Tene). */
export interface CorrectedFigures {
  readonly intendedIntervalMs: number;
  readonly latency: LatencyDistribution;
  readonly meanMs: number;
  /** The added latencies follow from the measured ones, so that percentiles have no interval of their own. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface LoadResult extends LoadFigures {
  readonly users: number;
  /** Null when no intended interval was given. */
  readonly corrected: CorrectedFigures | null;
  readonly warmUp: { readonly iterations: number; readonly failureCount: number };
}

const names = [
  'users',
  'iterations',
  'durationMs',
  'rampUpMs',
  'thinkTimeMs',
  'warmUpIterations',
  'intendedIntervalMs',
  'settleMs',
  'name',
  'iterate',
];

function checkOptions(options: ClosedLoadOptions): void {
  const call = 'load.closed';
  requireKnownOptions(call, options, names);
  requireWhole(call, 'users', options.users);
  requireFunction(call, 'iterate', options.iterate);
  const { iterations, durationMs, intendedIntervalMs, name } = options;
  if (name !== undefined) requireName(call, 'name', name);
  if (iterations !== undefined) requireWhole(call, 'iterations', iterations);
  if (durationMs !== undefined)
    requireNumber(call, 'durationMs', durationMs, { above: 0, most: durationMaxMs });
  for (const option of ['rampUpMs', 'thinkTimeMs', 'settleMs'] as const) {
    requireNumber(call, option, options[option] ?? 0, { least: 0, most: durationMaxMs });
  }
  requireWhole(call, 'warmUpIterations', options.warmUpIterations ?? 0, 0);
  if (intendedIntervalMs !== undefined) {
    requireNumber(call, 'intendedIntervalMs', intendedIntervalMs, { above: 0, most: durationMaxMs });
  }
}

export async function runClosedLoad(
  context: EngineContext,
  pacer: Pacer,
  options: ClosedLoadOptions,
): Promise<LoadResult> {
  checkOptions(options);
  const { clock, signal } = context;
  const { users, iterations, name = 'load', iterate, intendedIntervalMs } = options;
  const { rampUpMs = 0, thinkTimeMs = 0, warmUpIterations = 0, settleMs = settleDefaultMs } = options;
  const durationMs = options.durationMs ?? (iterations === undefined ? context.durationMs : undefined);
  const calls = new RunningCalls(clock);
  let next = 0;
  const phase = async (count: number, work: Pick<UserWork, 'rampUpMs' | 'thinkTimeMs'>, forMs: number) => {
    const tally = new LoadTally(clock.monotonicMs(), pacer.cpuMs());
    const last = next + count;
    const untilMs = tally.startedMs + forMs;
    const takeIteration = () => (next < last ? next++ : null);
    const done = new AbortController();
    const working = workUsers(context, pacer, calls, tally, {
      ...work,
      users,
      takeIteration,
      untilMs,
      iterate,
    });
    void working.then(() => done.abort());
    await Promise.race([working, timeIsOver(forMs, AbortSignal.any([signal, done.signal]), pacer)]);
    await calls.settle(settleMs, pacer);
    return tally;
  };
  const warm = await phase(warmUpIterations, { rampUpMs: 0, thinkTimeMs: 0 }, Number.POSITIVE_INFINITY);
  const plannedMs = durationMs ?? Number.POSITIVE_INFINITY;
  const tally = await phase(iterations ?? Number.POSITIVE_INFINITY, { rampUpMs, thinkTimeMs }, plannedMs);
  const figures = summarizeTally({ tally, cpuMs: pacer.cpuMs(), plannedMs: 0, interrupted: signal.aborted });
  const result: LoadResult = {
    ...figures,
    users,
    corrected: intendedIntervalMs === undefined ? null : correctFigures(figures.latency, intendedIntervalMs),
    warmUp: { iterations: warm.ended, failureCount: warm.failures.count },
  };
  recordClosedLoad(context.recorder, name, result);
  return result;
}

/** Resolves when a load without an end is stopped, or when the time of one that has an end is over. */
async function timeIsOver(forMs: number, stopped: AbortSignal, pacer: Pacer): Promise<void> {
  if (Number.isFinite(forMs)) return pacer.pause(forMs, stopped);
  if (stopped.aborted) return;
  await new Promise<void>((settle) => stopped.addEventListener('abort', () => settle(), { once: true }));
}

function correctFigures(raw: LatencyDistribution, intendedIntervalMs: number): CorrectedFigures {
  const latency = new CorrectedLatencies(raw, intendedIntervalMs);
  return {
    intendedIntervalMs,
    latency,
    meanMs: latency.meanMs,
    medianMs: percentileMs(latency, 0.5),
    p95Ms: percentileMs(latency, 0.95),
    p99Ms: percentileMs(latency, 0.99),
  };
}
