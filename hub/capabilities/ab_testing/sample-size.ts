import { CapabilityError } from '../../errors.js';
import { normalCritical } from './distributions.js';

/** What an experiment is to find. */
export interface SampleSizeQuestion {
  /** Share of the control that succeeds, 0 to 1; of means leave it out and give `standardDeviation`. */
  readonly baseline?: number;
  /** Of the values of one arm. */
  readonly standardDeviation?: number;
  /** Smallest absolute difference that is to be found. */
  readonly effect: number;
  /** @default 0.05 */
  readonly alpha?: number;
  /** Probability of finding the effect when it is there. @default 0.8 */
  readonly power?: number;
}

/**
 * How many users each of two equal arms needs. For shares by the normal approximation with the pooled share under the null
 * hypothesis (Fleiss, Levin and Paik 2003); for means by the normal approximation with Guenther's correction (1981).
 *
 * @throws CapabilityError BAD_INPUT for values out of their range
 */
export function findSampleSize(question: SampleSizeQuestion): number {
  const { baseline, standardDeviation, effect, alpha = 0.05, power = 0.8 } = question;
  refuseUnless(alpha > 0 && alpha < 1, `Alpha ${alpha} is not between 0 and 1.`);
  refuseUnless(power > alpha / 2 && power < 1, `Power ${power} is not between half of alpha and 1.`);
  refuseUnless(effect !== 0 && Number.isFinite(effect), `An effect of ${effect} cannot be found.`);
  const zAlpha = normalCritical(alpha);
  const zPower = power >= 0.5 ? normalCritical(2 * (1 - power)) : -normalCritical(2 * power);
  if (baseline === undefined) {
    if (standardDeviation === undefined || !(standardDeviation > 0)) {
      throw new CapabilityError('BAD_INPUT', 'Give the baseline share, or a standardDeviation above 0.');
    }
    const standardised = effect / standardDeviation;
    return Math.ceil((2 * (zAlpha + zPower) ** 2) / standardised ** 2 + zAlpha ** 2 / 4);
  }
  const changed = baseline + effect;
  refuseUnless(
    baseline >= 0 && baseline <= 1 && changed >= 0 && changed <= 1,
    `A baseline of ${baseline} and an effect of ${effect} do not give shares from 0 to 1.`,
  );
  const pooled = (baseline + changed) / 2;
  const underNull = zAlpha * Math.sqrt(2 * pooled * (1 - pooled));
  const underEffect = zPower * Math.sqrt(baseline * (1 - baseline) + changed * (1 - changed));
  return Math.ceil(((underNull + underEffect) / effect) ** 2);
}

function refuseUnless(condition: boolean, message: string): void {
  if (!condition) throw new CapabilityError('BAD_INPUT', message);
}
