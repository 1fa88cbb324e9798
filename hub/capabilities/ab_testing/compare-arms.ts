import {
  chiSquaredUpperTail,
  logGamma,
  normalCritical,
  normalTwoSided,
  studentCritical,
  studentTwoSided,
} from './distributions.js';

/** How users of one arm did. */
export interface ArmSummary {
  readonly n: number;
  readonly mean: number;
  /** With n - 1 in the denominator; of proportions it is not looked at. */
  readonly variance: number;
}

/** A difference with what is known about it. */
export interface Comparison {
  /** Treatment minus control. */
  readonly effect: number;
  /** Of the effect, at 1 - alpha. */
  readonly interval: readonly [low: number, high: number];
  /** Two-sided. */
  readonly p: number;
  readonly method: 'two-proportion-z' | 'fisher' | 'welch-t';
}

/**
 * Compares two shares. The p-value is that of the pooled z test, or of Fisher's exact test when a cell is expected to hold fewer
 * than 5; the interval is the hybrid score interval (Newcombe 1998, method 10), which stays within -1 to 1.
 */
export function compareProportions(control: ArmSummary, treatment: ArmSummary, alpha: number): Comparison {
  const effect = treatment.mean - control.mean;
  const total = control.n + treatment.n;
  const pooled = (control.mean * control.n + treatment.mean * treatment.n) / total;
  const smallest = Math.min(control.n, treatment.n) * Math.min(pooled, 1 - pooled);
  const z = normalCritical(alpha);
  const [controlLow, controlHigh] = scoreInterval(control, z);
  const [treatmentLow, treatmentHigh] = scoreInterval(treatment, z);
  const interval = [
    effect - Math.hypot(treatment.mean - treatmentLow, controlHigh - control.mean),
    effect + Math.hypot(treatmentHigh - treatment.mean, control.mean - controlLow),
  ] as const;
  if (smallest < 5) {
    return { effect, interval, p: fisherTwoSided(control, treatment), method: 'fisher' };
  }
  const standardError = Math.sqrt(pooled * (1 - pooled) * (1 / control.n + 1 / treatment.n));
  return { effect, interval, p: normalTwoSided(effect / standardError), method: 'two-proportion-z' };
}

/** Compares two means without taking their variances for equal (Welch 1947). Both arms need at least two users. */
export function compareMeans(control: ArmSummary, treatment: ArmSummary, alpha: number): Comparison {
  const effect = treatment.mean - control.mean;
  const [a, b] = [control.variance / control.n, treatment.variance / treatment.n];
  if (a + b === 0) {
    return { effect, interval: [effect, effect], p: effect === 0 ? 1 : 0, method: 'welch-t' };
  }
  const degreesOfFreedom = (a + b) ** 2 / (a ** 2 / (control.n - 1) + b ** 2 / (treatment.n - 1));
  const standardError = Math.sqrt(a + b);
  const half = studentCritical(alpha, degreesOfFreedom) * standardError;
  return {
    effect,
    interval: [effect - half, effect + half],
    p: studentTwoSided(effect / standardError, degreesOfFreedom),
    method: 'welch-t',
  };
}

/** Probability of such sizes of arms when users are dealt by the weights (chi-squared test). */
export function sampleRatioProbability(sizes: readonly number[], weights: readonly number[]): number {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const weightTotal = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0 || sizes.length < 2) return 1;
  const chiSquared = sizes.reduce((sum, size, arm) => {
    const expected = (total * (weights[arm] ?? 0)) / weightTotal;
    return sum + (size - expected) ** 2 / expected;
  }, 0);
  return chiSquaredUpperTail(chiSquared, sizes.length - 1);
}

/** p-values corrected for their number, in the order given (Holm 1979). */
export function adjustByHolm(probabilities: readonly number[]): readonly number[] {
  const order = [...probabilities.keys()].sort((a, b) => (probabilities[a] ?? 1) - (probabilities[b] ?? 1));
  const adjusted = new Array<number>(probabilities.length);
  let largest = 0;
  for (const [rank, at] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (probabilities[at] ?? 1) * (probabilities.length - rank)));
    adjusted[at] = largest;
  }
  return adjusted;
}

/** Interval of one share (Wilson 1927). */
function scoreInterval({ n, mean }: ArmSummary, z: number): readonly [number, number] {
  const centre = (mean + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((mean * (1 - mean)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** Sum of the probabilities of all tables with these margins that are no likelier than the one found (Fisher 1935). */
function fisherTwoSided(control: ArmSummary, treatment: ArmSummary): number {
  const found = Math.round(treatment.mean * treatment.n);
  const successes = found + Math.round(control.mean * control.n);
  const total = control.n + treatment.n;
  const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  const logProbability = (k: number) =>
    logChoose(treatment.n, k) + logChoose(control.n, successes - k) - logChoose(total, successes);
  const limit = logProbability(found) + 1e-7;
  let sum = 0;
  const last = Math.min(treatment.n, successes);
  for (let k = Math.max(0, successes - control.n); k <= last; k += 1) {
    const logged = logProbability(k);
    if (logged <= limit) sum += Math.exp(logged);
  }
  return Math.min(1, sum);
}
