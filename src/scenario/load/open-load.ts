import { createRandom } from '../../seeded-random.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireName } from '../engine-options.js';
import { planArrivals } from './arrivals.js';
import {
  durationMaxMs,
  type OpenSettings,
  openSettingNames,
  type ResolvedOpenSettings,
  rateMax,
  requireNumber,
  resolveOpenSettings,
} from './load-numbers.js';
import { LoadTally } from './load-tally.js';
import { type OpenFigures, summarizeOpen } from './open-figures.js';
import type { Pacer } from './pacer.js';
import { recordOpenLoad, reportUnreachedRate } from './record-load.js';
import { RunningCalls } from './running-calls.js';
import { startArrivals } from './start-arrivals.js';

export interface OpenLoadOptions extends OpenSettings {
  /** Starts a second, whatever the system does. */
  readonly ratePerSecond: number;
  /** Left out: the duration of the session's settings. */
  readonly durationMs?: number;
  readonly name?: string;
  readonly iterate: (iteration: number) => unknown;
}

export interface OpenLoadResult extends OpenFigures {
  readonly ratePerSecond: number;
}

const names = ['ratePerSecond', 'durationMs', 'name', 'iterate', ...openSettingNames];

export async function runOpenLoad(
  context: EngineContext,
  pacer: Pacer,
  options: OpenLoadOptions,
): Promise<OpenLoadResult> {
  const call = 'load.open';
  requireKnownOptions(call, options, names);
  const { ratePerSecond, durationMs = context.durationMs, name = 'load', iterate } = options;
  requireNumber(call, 'ratePerSecond', ratePerSecond, { above: 0, most: rateMax });
  requireNumber(call, 'durationMs', durationMs, { above: 0, most: durationMaxMs });
  requireName(call, 'name', name);
  requireFunction(call, 'iterate', iterate);
  const settings = resolveOpenSettings(call, options);
  let next = 0;
  const plan = { ratePerSecond, durationMs, takeIteration: () => next++, iterate };
  const result = await measureOpenLoad(context, pacer, settings, plan);
  recordOpenLoad(context.recorder, { load: name }, result);
  reportUnreachedRate(context.recorder, name, result);
  return result;
}

export interface OpenPlan {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly takeIteration: () => number;
  readonly iterate: (iteration: number) => unknown;
}

/** Runs an open load at one rate and records nothing. */
export async function measureOpenLoad(
  context: EngineContext,
  pacer: Pacer,
  settings: ResolvedOpenSettings,
  { ratePerSecond, durationMs, takeIteration, iterate }: OpenPlan,
): Promise<OpenLoadResult> {
  const { clock, signal } = context;
  const calls = new RunningCalls(clock);
  const random = drawRandom(context);
  await pacer.prepare();
  const tally = new LoadTally(clock.monotonicMs(), pacer.cpuMs());
  await startArrivals(context, pacer, calls, tally, {
    arrivals: planArrivals({ ratePerSecond, durationMs, arrivals: settings.arrivals }, random),
    durationMs,
    maxInFlight: settings.maxInFlight,
    overdueMs: settings.settleMs,
    takeIteration,
    iterate,
  });
  const interrupted = signal.aborted;
  await calls.settle(settings.settleMs, pacer);
  const cpuMs = pacer.cpuMs();
  const input = { tally, cpuMs, plannedMs: durationMs, interrupted, maxInFlight: settings.maxInFlight };
  return { ...summarizeOpen(input), ratePerSecond };
}

/** Random numbers of one load for itself, so that loads side by side do not take them from each other. */
export function drawRandom({ random }: EngineContext): () => number {
  return createRandom(Math.floor(random() * 2 ** 32));
}
