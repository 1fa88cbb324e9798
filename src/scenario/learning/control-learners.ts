import type { Random } from '../../seeded-random.js';
import type { LabelledCase } from './evaluate-cases.js';

/** Learners that look at no case: what a system does not beat, it has not learnt. */
export interface ControlLearners {
  /** Always gives the answer that was more frequent among the taught cases; no on a tie. */
  readonly majority: () => boolean;
  /** Says yes as often as the taught cases were positive, drawn by the seed. */
  readonly random: () => boolean;
}

export function createControls(
  taught: readonly Pick<LabelledCase<unknown>, 'positive'>[],
  random: Random,
): ControlLearners {
  const positives = taught.filter(({ positive }) => positive).length;
  const prevalence = taught.length === 0 ? 0 : positives / taught.length;
  return { majority: () => prevalence > 0.5, random: () => random() < prevalence };
}
