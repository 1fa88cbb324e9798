import type { Random } from '../../seeded-random.js';
import { bootstrapInterval, type Interval } from '../statistics/bootstrap-interval.js';
import { hodgesLehmannCenter } from '../statistics/effect-size.js';
import { wilcoxonSignedRank } from '../statistics/wilcoxon-signed-rank.js';

/** One run of the base and one of the head, made one after the other on the same machine. */
export interface RunPair {
  /** Above 0. */
  readonly base: number;
  /** Above 0. */
  readonly head: number;
}

export interface PairSettings {
  readonly higherIsWorse?: boolean;
  /** @default 30 */
  readonly pairsMax?: number;
  /** Changes below this share are not called changes. @default 0.02 */
  readonly minEffect?: number;
}

export interface PairVerdict {
  readonly decision: 'continue' | 'stop';
  readonly verdict: 'regressed' | 'improved' | 'unchanged' | 'inconclusive';
  readonly pairs: number;
  /** Head against base, by the centre of the ratios (Hodges and Lehmann). */
  readonly ratio: number;
  readonly p: number;
  /** The chance that it would have to be below at this look. */
  readonly pNeeded: number;
}

const pairsMin = 6;
/** Looks at most, so that a longer comparison does not look, and err, more often. */
const looksMax = 10;
/**
 * The chance that the last look may spend, and how much more strictly earlier looks are taken. All looks together call a change
 * in at most 1.5 % of comparisons without one, in each direction (`bench/verdicts`, by simulation).
 */
const lastLookAlpha = 0.0075;
const strictness = 1.5;

/**
 * Judges interleaved runs of two versions after each pair: Wilcoxon's signed rank test on the logarithms of the ratios, with
 * at most ten looks and a boundary that begins strict and ends mild (group-sequential, in the manner of O'Brien and Fleming 1979).
 */
export function judgePairs(pairs: readonly RunPair[], settings: PairSettings = {}): PairVerdict {
  const { higherIsWorse = true, pairsMax = 30, minEffect = 0.02 } = settings;
  const logRatios = logRatiosOf(pairs);
  const center = pairs.length === 0 ? 0 : hodgesLehmannCenter(logRatios);
  const { pGreater, pLess } = wilcoxonSignedRank(logRatios);
  const p = Math.min(pGreater, pLess);
  const pNeeded = lastLookAlpha * Math.min(1, pairs.length / pairsMax) ** strictness;
  const isLast = pairs.length >= pairsMax;
  const isLook =
    pairs.length >= pairsMin && (isLast || pairs.length % Math.max(2, Math.round(pairsMax / looksMax)) === 0);
  const ratio = Math.exp(center);
  const isLarge = Math.abs(ratio - 1) >= minEffect;
  const changed = isLook && p <= pNeeded && isLarge;
  const found = { pairs: pairs.length, ratio, p, pNeeded };
  if (!changed) {
    return isLast
      ? { ...found, decision: 'stop', verdict: 'unchanged' }
      : { ...found, decision: 'continue', verdict: 'inconclusive' };
  }
  return { ...found, decision: 'stop', verdict: center > 0 === higherIsWorse ? 'regressed' : 'improved' };
}

/**
 * The 95 % interval of head against base (BCa, on the centre of the logarithms of the ratios). After an early stop it is a little
 * too far from 1, as every estimate of a sequential test is.
 */
export function pairRatioInterval(pairs: readonly RunPair[], random: Random): Interval {
  const interval = bootstrapInterval([logRatiosOf(pairs)], ([values = []]) => hodgesLehmannCenter(values), {
    random,
  });
  return { low: Math.exp(interval.low), high: Math.exp(interval.high) };
}

function logRatiosOf(pairs: readonly RunPair[]): readonly number[] {
  return pairs.map(({ base, head }) => Math.log(head / base));
}
