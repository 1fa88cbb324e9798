// Runs of a system as histories see them: lognormal calls, and a noise between runs that all calls of a run share.
import { createRandom } from '../../../dist/src/seeded-random.js';

export const noiseBetweenRuns = 0.08;
export const callsPerRun = 200;
const spreadOfCalls = 0.25;

export function simulation(seed) {
  const random = createRandom(seed);
  const normal = () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  };
  /** The latencies of one run in ascending order. */
  const run = (factor = 1) => {
    const level = 10 * factor * Math.exp(noiseBetweenRuns * normal());
    return Float64Array.from(
      { length: callsPerRun },
      () => level * Math.exp(spreadOfCalls * normal()),
    ).sort();
  };
  const runs = (count, factor = 1) => Array.from({ length: count }, () => run(factor));
  return { random, normal, run, runs };
}

export function percentile(sorted, share) {
  return sorted[Math.max(1, Math.ceil(sorted.length * share)) - 1];
}

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** Share of the trials in which something came true, in percent. */
export function percentOf(trials, happens) {
  let count = 0;
  for (let trial = 0; trial < trials; trial++) if (happens(trial)) count++;
  return (count / trials) * 100;
}

/** @param bound `{ most }` or `{ least }`, or null for a figure that stands beside */
export function figure(name, value, unit, bound = null) {
  const holds = bound === null ? null : 'most' in bound ? value <= bound.most : value >= bound.least;
  const shown = bound === null ? null : 'most' in bound ? `<= ${bound.most}` : `>= ${bound.least}`;
  return { name, value: Number(value.toPrecision(4)), unit, bound: shown, holds };
}
