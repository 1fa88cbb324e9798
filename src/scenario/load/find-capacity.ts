import type { EngineContext } from '../engine-context.js';
import { type CapacityOptions, capacityCall, checkCapacityOptions } from './capacity-options.js';
import { type CapacityBracket, type StepOutcome, searchCapacity } from './capacity-search.js';
import { judgeThresholds, type ThresholdVerdict } from './judge-thresholds.js';
import { resolveOpenSettings } from './load-numbers.js';
import { measureOpenLoad, type OpenLoadResult } from './open-load.js';
import type { Pacer } from './pacer.js';

export interface CapacityStep {
  readonly ratePerSecond: number;
  /** `sustained`: the rate was held and every threshold met. */
  readonly outcome: StepOutcome['outcome'];
  readonly thresholds: readonly ThresholdVerdict[];
  readonly load: OpenLoadResult;
}

export interface CapacityResult {
  /** The highest rate that was sustained with none below it that was not; null when there is none or it is not known. */
  readonly capacityPerSecond: number | null;
  /** The lowest rate that was not sustained, or null when all were. */
  readonly bentAtPerSecond: number | null;
  /** `at_least`: the highest rate that was to be tried was sustained. `below_start`: no rate was sustained. */
  readonly verdict: 'found' | 'at_least' | 'below_start' | 'inconclusive';
  readonly reason: string | null;
  /** In the order in which they were run. */
  readonly steps: readonly CapacityStep[];
  readonly interrupted: boolean;
}

export async function runCapacitySearch(
  context: EngineContext,
  pacer: Pacer,
  options: CapacityOptions,
): Promise<CapacityResult> {
  const rates = checkCapacityOptions(options);
  const { stepDurationMs, thresholds, precision = 0.05, stepsMax = 30, restMs = 0 } = options;
  const { name = 'load', iterate } = options;
  const settings = resolveOpenSettings(capacityCall, options);
  const { signal, recorder } = context;
  const steps: CapacityStep[] = [];
  let next = 0;
  const takeIteration = (): number => next++;
  const measure = async (ratePerSecond: number): Promise<StepOutcome | null> => {
    if (steps.length > 0 && restMs > 0) await pacer.pause(restMs, signal);
    if (signal.aborted) return null;
    const plan = { ratePerSecond, durationMs: stepDurationMs, takeIteration, iterate };
    const load = await measureOpenLoad(context, pacer, settings, plan);
    const achieved = { share: load.achievedShare, intendedStarts: load.intendedStarts };
    const judged = judgeThresholds(thresholds, { ...load, achieved });
    const judgement = judgeStep(load, judged);
    steps.push({ ratePerSecond, outcome: judgement.outcome, thresholds: judged, load });
    return load.interrupted ? null : judgement;
  };
  const bracket = await searchCapacity({ rates, precision, stepsMax }, measure);
  const result = judgeBracket(bracket, steps, precision, signal.aborted);
  if (result.capacityPerSecond !== null) {
    const { verdict, bentAtPerSecond } = result;
    recorder.recordMetric('capacity_per_second', result.capacityPerSecond, 'starts/s', {
      context: { load: name, verdict, bentAtPerSecond, steps: steps.length, ...thresholds },
    });
  }
  if (result.verdict === 'inconclusive' || result.verdict === 'below_start') {
    recorder.recordIssue({
      severity: result.verdict === 'below_start' ? 'high' : 'info',
      issueType: result.verdict === 'below_start' ? 'capacity_below_start' : 'insufficient_data',
      description: `The capacity of "${name}" was not found. ${result.reason}`,
    });
  }
  return result;
}

function judgeStep(load: OpenLoadResult, judged: readonly ThresholdVerdict[]): StepOutcome {
  if (load.verdict === 'not_reached' || judged.some(({ verdict }) => verdict === 'broken')) {
    return { outcome: 'bent', leaning: 'bent' };
  }
  const open = judged.filter(({ verdict }) => verdict === 'inconclusive');
  if (open.length === 0 && load.verdict === 'reached') return { outcome: 'sustained', leaning: 'sustained' };
  const over = open.some(({ threshold, value, limit }) => {
    if (value === null) return true;
    return threshold === 'successRate' || threshold === 'achievedShare' ? value < limit : value > limit;
  });
  return { outcome: 'inconclusive', leaning: over ? 'bent' : 'sustained' };
}

function judgeBracket(
  { sustained, sustainedOutcome, bent, bentOutcome }: CapacityBracket,
  steps: readonly CapacityStep[],
  precision: number,
  interrupted: boolean,
): CapacityResult {
  const result = { bentAtPerSecond: bent, steps, interrupted };
  const open = (reason: string): CapacityResult => ({
    ...result,
    capacityPerSecond: null,
    verdict: 'inconclusive',
    reason,
  });
  if (interrupted) return open(`The scenario was stopped after ${steps.length} steps.`);
  if (sustainedOutcome === 'inconclusive' || bentOutcome === 'inconclusive') {
    const needed = Math.max(
      ...steps.flatMap(({ thresholds }) => thresholds.map((one) => one.countNeeded ?? 0)),
    );
    return open(
      `The steps that decide have too few calls: ${needed} are needed. Give them a longer stepDurationMs.`,
    );
  }
  if (sustained === 0) {
    const reason = `No rate was sustained, down to ${bent?.toPrecision(3)}/s.`;
    return { ...result, capacityPerSecond: null, verdict: 'below_start', reason };
  }
  if (bent === null) {
    const reason = `The highest rate that was tried was sustained: ${sustained}/s.`;
    return { ...result, capacityPerSecond: sustained, verdict: 'at_least', reason };
  }
  const wide = bent - sustained > precision * bent;
  const reason = wide
    ? `The number of steps ended the search; the capacity lies between ${sustained.toPrecision(4)}/s and ${bent.toPrecision(4)}/s.`
    : null;
  return { ...result, capacityPerSecond: sustained, verdict: 'found', reason };
}
