// How often a comparison with history cries wolf, and what it catches, beside the rules that people use.
import { compareWithHistory } from '../../dist/src/analysis/regression/compare-with-history.js';
import { mannWhitney } from '../../dist/src/analysis/statistics/mann-whitney.js';
import { deviation, figure, mean, percentile, percentOf, simulation } from './support/simulated-runs.mjs';

const medianOf = (run) => percentile(run, 0.5);
const p95Of = (run) => percentile(run, 0.95);

export default function measureRegression({ trials }) {
  const { random, runs } = simulation(11);
  const judge = (baseline, fresh) =>
    compareWithHistory(new Map([['metric', { baseline, fresh, higherIsWorse: true }]]), {
      random,
      resamples: 20,
    }).get('metric').verdict;
  const isWorse = (verdict) => verdict === 'regressed' || verdict === 'suspected';
  // The bounds lie a tenth of a point from what is true of the test: less is told by chance.
  const caught = (before, after, factor) =>
    percentOf((factor === 1 ? 50 : 10) * trials, () =>
      isWorse(judge(runs(before).map(medianOf), runs(after, factor).map(medianOf))),
    );
  const figures = [];
  const bounds = [
    [10, 3, { most: 1 }, { least: 35 }, { least: 90 }],
    [10, 5, { most: 1 }, { least: 60 }, { least: 98 }],
    [20, 10, { most: 1 }, { least: 95 }, null],
  ];
  for (const [before, after, falseAlarm, some, much] of bounds) {
    figures.push(
      figure(`${before} against ${after} runs, nothing changed`, caught(before, after, 1), '%', falseAlarm),
      figure(`${before} against ${after} runs, +15 %`, caught(before, after, 1.15), '%', some),
      figure(`${before} against ${after} runs, +30 %`, caught(before, after, 1.3), '%', much),
    );
  }
  const metricsOfSession = 36;
  const session = () =>
    new Map(
      Array.from({ length: metricsOfSession }, (_, metric) => [
        metric,
        { baseline: runs(10).map(medianOf), fresh: runs(3).map(medianOf), higherIsWorse: true },
      ]),
    );
  const sessionAlarms = percentOf(Math.ceil(trials / 5), () =>
    [...compareWithHistory(session(), { random, resamples: 20 }).values()].some(
      ({ verdict }) => verdict === 'regressed',
    ),
  );
  figures.push(
    figure(`a session of ${metricsOfSession} metrics, nothing changed`, sessionAlarms, '%', { most: 2 }),
  );
  return [...figures, ...naiveRules(trials, runs)];
}

/** What is commonly done, under the same simulation. */
function naiveRules(trials, runs) {
  const rules = {
    'p95 more than 20 % over the last run': (factor) => {
      const [last] = runs(1);
      const [now] = runs(1, factor);
      return p95Of(now) > 1.2 * p95Of(last);
    },
    'mean more than 10 % over the last run': (factor) => {
      const [last] = runs(1);
      const [now] = runs(1, factor);
      return mean([...now]) > 1.1 * mean([...last]);
    },
    'Mann-Whitney on the calls of two runs, p < .05': (factor) => {
      const [last] = runs(1);
      const [now] = runs(1, factor);
      return mannWhitney([...last], [...now]).pGreater < 0.05;
    },
    'p95 over mean + 3 sigma of 10 runs': (factor) => {
      const earlier = runs(10).map(p95Of);
      const [now] = runs(1, factor);
      return p95Of(now) > mean(earlier) + 3 * deviation(earlier);
    },
    'Mann-Whitney on medians, p < .05, and 5 %': (factor) => {
      const earlier = runs(10).map(medianOf);
      const now = runs(3, factor).map(medianOf);
      return mannWhitney(earlier, now).pGreater < 0.05 && mean(now) > 1.05 * mean(earlier);
    },
    'outside a 99 % prediction interval, twice': (factor) => {
      const earlier = runs(10).map(p95Of);
      // Student's t for 9 degrees of freedom.
      const limit = mean(earlier) + 3.2498 * deviation(earlier) * Math.sqrt(1 + 1 / earlier.length);
      return runs(2, factor).every((run) => p95Of(run) > limit);
    },
  };
  return Object.entries(rules).flatMap(([name, alarms]) =>
    [1, 1.15, 1.3].map((factor) =>
      figure(
        `naive: ${name}, ${factor === 1 ? 'nothing changed' : `+${Math.round((factor - 1) * 100)} %`}`,
        percentOf(trials, () => alarms(factor)),
        '%',
      ),
    ),
  );
}
