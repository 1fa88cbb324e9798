import { RealWorldError } from '../../errors.js';
import { requireKnownOptions, requireList, requireName, requireWhole } from '../engine-options.js';
import { durationMaxMs, rateMax, requireNumber } from './load-numbers.js';
import { type LoadThresholds, requireThresholds } from './load-thresholds.js';

interface StageBase {
  readonly durationMs: number;
  /** @default 'stage 1', 'stage 2', ... */
  readonly name?: string;
  readonly thresholds?: LoadThresholds;
}

/** A part of a load: at a rate, on the way from one rate to another, or with users who wait for their answers. */
export type LoadStage = StageBase &
  (
    | {
        /** Starts a second; the rate at the end when `from` is given. */
        readonly ratePerSecond: number;
        /** Starts a second at the beginning. */
        readonly from?: number;
        readonly users?: never;
      }
    | { readonly users: number; readonly ratePerSecond?: never; readonly from?: never }
  );

export interface ResolvedStage {
  readonly name: string;
  readonly durationMs: number;
  readonly fromRatePerSecond: number;
  readonly ratePerSecond: number;
  /** Null for a stage with a rate. */
  readonly users: number | null;
  readonly thresholds: LoadThresholds;
}

const names = ['durationMs', 'ratePerSecond', 'from', 'users', 'thresholds', 'name'];

/** @throws RealWorldError `ENGINE_INVALID`, naming the stage and the option */
export function checkStages(call: string, stages: readonly LoadStage[]): readonly ResolvedStage[] {
  requireList(call, 'stages', stages);
  if (stages.length === 0) throw new RealWorldError('ENGINE_INVALID', `${call}() needs at least one stage.`);
  return stages.map((stage, index) => checkStage(`stage ${index + 1} of ${call}`, stage, index));
}

function checkStage(call: string, stage: LoadStage, index: number): ResolvedStage {
  requireKnownOptions(call, stage, names);
  const { durationMs, ratePerSecond, from, users, thresholds = {}, name = `stage ${index + 1}` } = stage;
  requireNumber(call, 'durationMs', durationMs, { above: 0, most: durationMaxMs });
  requireName(call, 'name', name);
  requireThresholds(call, thresholds);
  if ((users === undefined) === (ratePerSecond === undefined)) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs "ratePerSecond" or "users": one of them, and not both.`,
    );
  }
  if (users !== undefined) {
    requireWhole(call, 'users', users);
    const misplaced =
      from !== undefined ? 'from' : thresholds.achievedShare !== undefined ? 'achievedShare' : null;
    if (misplaced !== null) {
      throw new RealWorldError(
        'ENGINE_INVALID',
        `${call}() has users, who have no rate: leave out "${misplaced}".`,
      );
    }
    return { name, durationMs, fromRatePerSecond: 0, ratePerSecond: 0, users, thresholds };
  }
  // A ramp may end or begin with nothing, a constant rate of nothing would be no load.
  requireNumber(call, 'ratePerSecond', ratePerSecond, {
    ...((from ?? 0) > 0 ? { least: 0 } : { above: 0 }),
    most: rateMax,
  });
  if (from !== undefined) requireNumber(call, 'from', from, { least: 0, most: rateMax });
  return {
    name,
    durationMs,
    fromRatePerSecond: from ?? ratePerSecond,
    ratePerSecond,
    users: null,
    thresholds,
  };
}
