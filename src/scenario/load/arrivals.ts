import type { Random } from '../../seeded-random.js';

export interface ArrivalPlan {
  readonly durationMs: number;
  readonly ratePerSecond: number;
  /** The rate at the beginning, from which it goes to `ratePerSecond` in a straight line; left out, it is constant. */
  readonly fromRatePerSecond?: number;
  /** `poisson`: users who do not know of each other, in bunches and gaps. */
  readonly arrivals: 'even' | 'poisson';
}

/**
 * The intended starts of an open load, in milliseconds after its beginning, in order. A changing rate stretches the starts of
 * a constant one (inversion of the cumulative rate, Cinlar 1975).
 */
export function* planArrivals(plan: ArrivalPlan, random: Random): Generator<number, void> {
  const { durationMs, ratePerSecond, fromRatePerSecond = ratePerSecond, arrivals } = plan;
  const due = ((fromRatePerSecond + ratePerSecond) / 2_000) * durationMs;
  let units = arrivals === 'poisson' ? exponential(random) : 0;
  // Rounding must not let the start slip in that is due when the time is over.
  while (units < due * (1 - 1e-12)) {
    yield momentOf(units, plan);
    units += arrivals === 'poisson' ? exponential(random) : 1;
  }
}

/** When so many starts were due, in milliseconds after the beginning. */
function momentOf(units: number, { durationMs, ratePerSecond, fromRatePerSecond }: ArrivalPlan): number {
  if (units === 0) return 0;
  const fromPerMs = (fromRatePerSecond ?? ratePerSecond) / 1_000;
  const growth = (ratePerSecond / 1_000 - fromPerMs) / durationMs;
  return (2 * units) / (fromPerMs + Math.sqrt(Math.max(0, fromPerMs ** 2 + 2 * growth * units)));
}

function exponential(random: Random): number {
  return -Math.log(1 - random());
}
