import { compareOutcomes } from './compare-outcomes.js';
import { ExperimentError } from './experiment-error.js';
import { type FamilyVerdict, judgeFamily } from './judge-family.js';
import { pairSeries, worseningsOf } from './pair-series.js';
import type { MeasuredPair, RunResult } from './run-result.js';
import { runSeed, type Side, schedulePairs } from './schedule-pairs.js';

export interface InterleaveSettings {
  readonly seed: number;
  readonly pairsMax: number;
  /** Of times, as a share. */
  readonly minEffect: number;
  readonly runSide: (side: Side, seed: number) => Promise<RunResult>;
  /** Hears a sentence about what was done, for people who wait. */
  readonly onProgress: (sentence: string) => void;
}

export interface InterleavedRuns {
  readonly warmUp: MeasuredPair | null;
  readonly pairs: readonly MeasuredPair[];
  readonly family: FamilyVerdict;
  readonly pairsDisturbed: number;
  /** Why head cannot be run although base can; null when it can. */
  readonly headBroken: string | null;
  /** Why it ended before there was an answer; null when it did not. */
  readonly givenUp: string | null;
}

/** Pairs that may be thrown away before the machine is called too busy. */
const disturbedMax = 5;
/** A version whose run breaks twice is broken. */
const brokenMax = 2;
/** Pairs without anything to compare before it is given up. */
const emptyPairsMax = 3;

/**
 * Runs base and head in turns, after a warm-up of each that is not counted, until the answer is clear (see `judgeFamily`).
 *
 * @throws ExperimentError `RUN_WITHOUT_SESSION` when base cannot be run
 */
export async function interleaveRuns(settings: InterleaveSettings): Promise<InterleavedRuns> {
  const { seed, pairsMax, minEffect, runSide, onProgress } = settings;
  const tally = { base: 0, head: 0, dropped: 0, reason: '' };
  const pairs: MeasuredPair[] = [];
  let warmUp: MeasuredPair | null = null;
  let family: FamilyVerdict = judgeFamily([], { pairsMax, seed });
  const end = (how: Partial<InterleavedRuns> = {}): InterleavedRuns => ({
    warmUp,
    pairs,
    family,
    pairsDisturbed: tally.dropped,
    headBroken: null,
    givenUp: null,
    ...how,
  });
  const warmUpSeed = runSeed(seed, 'warm-up');
  const planned = [
    { seed: warmUpSeed, order: ['base', 'head'] as const },
    ...schedulePairs(seed, pairsMax + disturbedMax + brokenMax),
  ];
  for (const plan of planned) {
    const results = new Map<Side, RunResult>();
    for (const side of plan.order) results.set(side, await runSide(side, plan.seed));
    const pair = measuredPair(results);
    if (pair === null) {
      noteDropped(results, tally);
      onProgress(`a pair does not count: ${firstLine(tally.reason)}`);
      if (tally.base >= brokenMax) throw brokenBase(tally.reason);
      if (tally.head >= brokenMax && tally.base === 0) return end({ headBroken: tally.reason });
      if (tally.dropped > disturbedMax) return end({ givenUp: `runs were disturbed: ${tally.reason}` });
      continue;
    }
    if (plan.seed === warmUpSeed) {
      warmUp = pair;
      onProgress('warmed up');
      continue;
    }
    pairs.push(pair);
    const { compared } = pairSeries(pairs);
    family = judgeFamily(
      compared.map((series) => worseningsOf(series, minEffect)),
      { pairsMax, seed },
    );
    onProgress(`pair ${pairs.length} of at most ${pairsMax}`);
    const outcomes = compareOutcomes(warmUp === null ? pairs : [warmUp, ...pairs]);
    if (outcomes.some(({ verdict }) => verdict === 'broken')) return end();
    if (compared.length === 0 && pairs.length >= emptyPairsMax) {
      return end({ givenUp: 'nothing was measured that could be compared' });
    }
    if (compared.length > 0 && family.decision === 'stop') return end();
    if (pairs.length >= pairsMax) return end();
  }
  return end({ givenUp: `runs were disturbed: ${tally.reason}` });
}

function measuredPair(results: ReadonlyMap<Side, RunResult>): MeasuredPair | null {
  const base = results.get('base');
  const head = results.get('head');
  return base?.state === 'measured' && head?.state === 'measured' ? { base, head } : null;
}

function noteDropped(
  results: ReadonlyMap<Side, RunResult>,
  tally: { base: number; head: number; dropped: number; reason: string },
): void {
  tally.dropped++;
  for (const [side, result] of results) {
    if (result.state === 'measured') continue;
    tally.reason = result.reason;
    if (result.state === 'broken') tally[side]++;
  }
}

function brokenBase(reason: string): ExperimentError {
  return new ExperimentError(
    'RUN_WITHOUT_SESSION',
    `Base cannot be run, so there is nothing to compare with: ${reason}`,
  );
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
