import type { Random } from '../../seeded-random.js';
import { normalCdf, normalQuantile } from './normal-distribution.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly random: Random;
  /** @default 0.95 */
  readonly confidence?: number;
  /** @default 1000 */
  readonly resamples?: number;
}

/**
 * An interval of a statistic of one or more samples, corrected for bias and skewness (Efron 1987, BCa): the samples are drawn
 * anew, each for itself, and the acceleration comes from leaving out one value after the other.
 */
export function bootstrapInterval(
  samples: readonly (readonly number[])[],
  statistic: (samples: readonly (readonly number[])[]) => number,
  { random, confidence = 0.95, resamples = 1_000 }: BootstrapOptions,
): Interval {
  const observed = statistic(samples);
  const values = new Float64Array(resamples);
  for (let index = 0; index < resamples; index++) {
    values[index] = statistic(samples.map((sample) => resample(sample, random)));
  }
  values.sort();
  const below = values.reduce((sum, value) => sum + (value < observed ? 1 : value === observed ? 0.5 : 0), 0);
  // A share of 0 or 1 would be infinitely far out.
  const share = Math.min(1 - 0.5 / resamples, Math.max(0.5 / resamples, below / resamples));
  const bias = normalQuantile(share);
  const acceleration = accelerationOf(samples, statistic);
  const bound = (probability: number): number => {
    const z = bias + normalQuantile(probability);
    const corrected = normalCdf(bias + z / (1 - acceleration * z));
    const index = Math.min(resamples - 1, Math.max(0, Math.floor(corrected * resamples)));
    return values[index] as number;
  };
  return { low: bound((1 - confidence) / 2), high: bound((1 + confidence) / 2) };
}

function resample(sample: readonly number[], random: Random): readonly number[] {
  return sample.map(() => sample[Math.floor(random() * sample.length)] as number);
}

function accelerationOf(
  samples: readonly (readonly number[])[],
  statistic: (samples: readonly (readonly number[])[]) => number,
): number {
  let squares = 0;
  let cubes = 0;
  samples.forEach((sample, which) => {
    if (sample.length < 2) return;
    const without = sample.map((_, left) =>
      statistic(
        samples.map((other, index) => (index === which ? other.filter((_value, at) => at !== left) : other)),
      ),
    );
    const mean = without.reduce((sum, value) => sum + value, 0) / without.length;
    for (const value of without) {
      // The influence of a value on the statistic, for samples of different sizes.
      const influence = ((mean - value) * (sample.length - 1)) / sample.length;
      squares += influence ** 2;
      cubes += influence ** 3;
    }
  });
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
