import { RealWorldError } from '../../errors.js';
import {
  requireFunction,
  requireKnownOptions,
  requireList,
  requireName,
  requireWhole,
} from '../engine-options.js';
import {
  durationMaxMs,
  type OpenSettings,
  openSettingNames,
  rateMax,
  requireNumber,
} from './load-numbers.js';
import { type LoadThresholds, requireThresholds } from './load-thresholds.js';

export interface CapacityOptions extends OpenSettings {
  /** The first rate. Give this or `steps`. */
  readonly startRatePerSecond?: number;
  /** Each rate is so many times the one before. @default 2 */
  readonly factor?: number;
  /** The rates to try, in rising order, instead of `startRatePerSecond` and `factor`. */
  readonly steps?: readonly number[];
  /** No higher rate is tried. Needed beside `startRatePerSecond`. */
  readonly maxRatePerSecond?: number;
  readonly stepDurationMs: number;
  /** What the system has to keep to; one of time or success at least, as the load itself holds a rate that the system does not. */
  readonly thresholds: LoadThresholds;
  /** The capacity is narrowed down to this share of it. @default 0.05 */
  readonly precision?: number;
  /** Steps at most. @default 30 */
  readonly stepsMax?: number;
  /** Milliseconds between two steps, for the system to get over the last one. @default 0 */
  readonly restMs?: number;
  readonly name?: string;
  readonly iterate: (iteration: number) => unknown;
}

const names = [
  'startRatePerSecond',
  'factor',
  'steps',
  'maxRatePerSecond',
  'stepDurationMs',
  'thresholds',
  'precision',
  'stepsMax',
  'restMs',
  'name',
  'iterate',
  ...openSettingNames,
];
export const capacityCall = 'load.findCapacity';
const call = capacityCall;

/**
 * @returns the rates to raise the load by
 * @throws RealWorldError `ENGINE_INVALID`, naming the option
 */
export function checkCapacityOptions(options: CapacityOptions): Iterable<number> {
  requireKnownOptions(call, options, names);
  const { startRatePerSecond, factor = 2, steps, maxRatePerSecond, precision = 0.05 } = options;
  requireFunction(call, 'iterate', options.iterate);
  requireName(call, 'name', options.name ?? 'load');
  requireNumber(call, 'stepDurationMs', options.stepDurationMs, { above: 0, most: durationMaxMs });
  requireNumber(call, 'restMs', options.restMs ?? 0, { least: 0, most: durationMaxMs });
  requireNumber(call, 'precision', precision, { least: 0.001, most: 0.5 });
  requireWhole(call, 'stepsMax', options.stepsMax ?? 30);
  requireThresholds(call, options.thresholds);
  const { achievedShare: _held, ...ofTheSystem } = options.thresholds;
  if (Object.values(ofTheSystem).every((limit) => limit === undefined)) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs a threshold of time or success: the load holds a rate that the system does not keep up with.`,
    );
  }
  if ((steps === undefined) === (startRatePerSecond === undefined)) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs "startRatePerSecond" or "steps": one of them, and not both.`,
    );
  }
  if (steps !== undefined) return checkSteps(steps, maxRatePerSecond ?? rateMax);
  requireNumber(call, 'maxRatePerSecond', maxRatePerSecond, { above: 0, most: rateMax });
  requireNumber(call, 'startRatePerSecond', startRatePerSecond, {
    above: 0,
    most: maxRatePerSecond ?? rateMax,
  });
  requireNumber(call, 'factor', factor, { above: 1, most: 1_000 });
  return risingRates(startRatePerSecond ?? 1, factor, maxRatePerSecond ?? rateMax);
}

function checkSteps(steps: readonly number[], most: number): readonly number[] {
  requireList(call, 'steps', steps);
  steps.forEach((rate, index) => {
    requireNumber(call, 'steps', rate, { above: steps[index - 1] ?? 0, most });
  });
  if (steps.length > 0) return steps;
  throw new RealWorldError('ENGINE_INVALID', `${call}() needs at least one rate in "steps".`);
}

function* risingRates(start: number, factor: number, most: number): Generator<number, void> {
  for (let rate = start; rate < most; rate *= factor) yield rate;
  yield most;
}
