// How often interleaved runs of two versions cry wolf, what they catch, and how early they stop.
import { judgePairs } from '../../dist/src/analysis/regression/judge-pairs.js';
import { figure, percentile, simulation } from './support/simulated-runs.mjs';

export default function measureInterleaved({ trials }) {
  const { run } = simulation(12);
  const compare = (pairsMax, factor, repeats) => {
    const stops = [];
    let regressed = 0;
    for (let trial = 0; trial < repeats; trial++) {
      const pairs = [];
      let verdict;
      do {
        pairs.push({ base: percentile(run(), 0.5), head: percentile(run(factor), 0.5) });
        verdict = judgePairs(pairs, { pairsMax });
      } while (verdict.decision === 'continue');
      stops.push(pairs.length);
      if (verdict.verdict === 'regressed') regressed++;
    }
    return {
      caught: (regressed / repeats) * 100,
      pairs: percentile(
        stops.sort((a, b) => a - b),
        0.5,
      ),
    };
  };
  return [
    figure('30 pairs, nothing changed', compare(30, 1, trials).caught, '%', { most: 1.5 }),
    figure('60 pairs, nothing changed', compare(60, 1, trials).caught, '%', { most: 1.5 }),
    figure('30 pairs, +10 %', compare(30, 1.1, trials / 2).caught, '%', { least: 95 }),
    figure('60 pairs, +5 %', compare(60, 1.05, trials / 2).caught, '%', { least: 78 }),
    figure('30 pairs, +30 %, pairs until it stops', compare(30, 1.3, trials / 4).pairs, 'pairs', {
      most: 12,
    }),
    figure('60 pairs, +30 %, pairs until it stops', compare(60, 1.3, trials / 4).pairs, 'pairs', {
      most: 12,
    }),
  ];
}
