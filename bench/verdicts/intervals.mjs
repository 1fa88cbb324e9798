// How often an interval holds what it is an interval of, against what it states.

import { normalQuantile } from '../../dist/src/analysis/statistics/normal-distribution.js';
import { percentileRanks } from '../../dist/src/analysis/statistics/percentile-interval.js';
import { proportionInterval } from '../../dist/src/analysis/statistics/proportion-interval.js';
import { figure, simulation } from './support/simulated-runs.mjs';

/** Distributions with what lies below a share of their values. */
function distributions({ random, normal }) {
  return {
    lognormal: {
      draw: () => Math.exp(0.5 * normal()),
      quantile: (share) => Math.exp(0.5 * normalQuantile(share)),
    },
    // A fast way for nine of ten calls and a slow one, ten times slower, for the rest: uniform each.
    bimodal: {
      draw: () => (random() < 0.9 ? 1 + random() : 10 + random()),
      quantile: (share) => (share < 0.9 ? 1 + share / 0.9 : 10 + (share - 0.9) / 0.1),
    },
    'heavy-tailed': {
      draw: () => (1 - random()) ** (-1 / 1.2),
      quantile: (share) => (1 - share) ** (-1 / 1.2),
    },
  };
}

export default function measureIntervals({ trials }) {
  const world = simulation(13);
  const figures = [];
  const repeats = trials;
  for (const [name, { draw, quantile }] of Object.entries(distributions(world))) {
    for (const [count, share] of [
      [200, 0.5],
      [200, 0.95],
      [1_000, 0.99],
    ]) {
      const { lowRank, highRank, coverage } = percentileRanks(count, share);
      let held = 0;
      for (let trial = 0; trial < repeats; trial++) {
        const values = Float64Array.from({ length: count }, draw).sort();
        const truth = quantile(share);
        if (values[lowRank - 1] <= truth && truth <= values[highRank - 1]) held++;
      }
      // Ranks are whole, so what is stated is the coverage of the ranks, a little above 95 %.
      const off = Math.abs(held / repeats - coverage) * 100;
      figures.push(
        figure(`p${share * 100} of ${count}, ${name}: coverage off by`, off, 'points', { most: 1.5 }),
      );
    }
  }
  for (const [count, share] of [
    [100, 0.95],
    [400, 0.8],
  ]) {
    let held = 0;
    for (let trial = 0; trial < repeats; trial++) {
      let successes = 0;
      for (let index = 0; index < count; index++) if (world.random() < share) successes++;
      const { low, high } = proportionInterval(successes, count);
      if (low <= share && share <= high) held++;
    }
    const off = Math.abs(held / repeats - 0.95) * 100;
    figures.push(
      figure(`share of ${share} in ${count} trials: coverage off by`, off, 'points', { most: 1.5 }),
    );
  }
  return figures;
}
