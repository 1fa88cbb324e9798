import { type HistoryChange, type HistorySeries, metricNames, type SessionStatistic } from '../../history.js';
import { createRandom } from '../../seeded-random.js';
import { median } from '../statistics/median.js';
import { changeOf, worstFirst } from './change-of.js';
import {
  baselineRunsMin,
  compareWithHistory,
  freshRunsNeeded,
  type MetricHistory,
} from './compare-with-history.js';
import { describeMove } from './describe-change.js';
import { isHigherWorse, isWorthComparing, subjectKey } from './worth-comparing.js';

/** Runs that somebody named: one side of a comparison. */
export interface RunSet {
  /** As it was named. */
  readonly name: string;
  readonly runs: readonly ComparedRun[];
}

export interface ComparedRun {
  readonly sessionId: string;
  readonly commit: string | null;
  readonly statistics: readonly SessionStatistic[];
}

export interface CompareSettings {
  /** Changes below this share are not called changes. @default 0.05 */
  readonly minEffect?: number;
  readonly seed?: number;
  /** What tells the environments of the sides apart; empty when nothing does. */
  readonly environmentDifferences?: readonly string[];
}

/** A metric of which there are too few runs to tell anything. */
export interface UndecidedMetric extends Omit<HistorySeries, 'points'> {
  readonly beforeRuns: number;
  readonly afterRuns: number;
  /** Runs that are missing on each side. */
  readonly beforeNeeded: number;
  readonly afterNeeded: number;
  /** Medians of the runs that there are, null where there is none. */
  readonly before: number | null;
  readonly after: number | null;
  readonly ratio: number | null;
  readonly statement: string;
}

export interface ComparedSide {
  readonly name: string;
  readonly runs: number;
  readonly commits: readonly string[];
}

export interface RunsComparison {
  /**
   * `regressed` when a metric is worse after the correction for all; `inconclusive` when nothing is, and something could not be
   * decided: too few runs, missing in one side's runs, or suspected. No data is never a pass.
   */
  readonly verdict: 'regressed' | 'inconclusive' | 'improved' | 'unchanged';
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  readonly environmentDifferences: readonly string[];
  readonly metricsCompared: number;
  /** The worst first. */
  readonly changes: readonly HistoryChange[];
  /** The largest difference first. */
  readonly undecided: readonly UndecidedMetric[];
  /** Methods that no run before had, `capability.method` in a scenario. */
  readonly onlyAfter: readonly string[];
}

interface Metric {
  readonly subject: Omit<HistorySeries, 'points'>;
  readonly before: number[];
  readonly after: number[];
}

/** Compares runs with others, metric by metric. Pure: the same runs and seed, the same answer. */
export function compareRuns(
  before: RunSet,
  after: RunSet,
  { minEffect = 0.05, seed = 1, environmentDifferences = [] }: CompareSettings = {},
): RunsComparison {
  const metrics = [...gather(before, after).values()].filter(({ subject, before: old, after: young }) =>
    isWorthComparing(subject.metric, [...old, ...young]),
  );
  const histories = new Map<Metric, MetricHistory>(
    metrics
      .filter((metric) => metric.before.length > 0 && metric.after.length > 0)
      .map((metric) => [
        metric,
        {
          baseline: metric.before,
          fresh: metric.after,
          higherIsWorse: isHigherWorse(metric.subject.metric),
        },
      ]),
  );
  const comparisons = compareWithHistory(histories, { minEffect, random: createRandom(seed) });
  const compared = metrics.filter((metric) => {
    const verdict = comparisons.get(metric)?.verdict ?? 'inconclusive';
    return verdict !== 'inconclusive';
  });
  const decided = new Set(compared);
  const changes = compared
    .flatMap((metric) => {
      const comparison = comparisons.get(metric);
      const about = { sinceCommit: null, baseline: null };
      return comparison === undefined ? [] : (changeOf(metric.subject, comparison, about) ?? []);
    })
    .sort(worstFirst);
  const undecided = metrics
    .filter((metric) => !decided.has(metric) && metric.before.length > 0)
    .map(describeUndecided)
    .sort((left, right) => sizeOf(right) - sizeOf(left));
  return {
    verdict: judge(changes, undecided, compared.length),
    before: describeSide(before),
    after: describeSide(after),
    environmentDifferences,
    metricsCompared: compared.length,
    changes,
    undecided,
    onlyAfter: [
      ...new Set(
        metrics
          .filter((metric) => metric.before.length === 0)
          .map(({ subject }) => `${subject.capability}.${subject.method} in "${subject.scenario}"`),
      ),
    ],
  };
}

function gather(before: RunSet, after: RunSet): ReadonlyMap<string, Metric> {
  const metrics = new Map<string, Metric>();
  for (const [side, { runs }] of [['before', before] as const, ['after', after] as const]) {
    for (const { value, calls: _calls, ...subject } of runs.flatMap(({ statistics }) => statistics)) {
      const key = subjectKey(subject);
      const metric = metrics.get(key) ?? { subject, before: [], after: [] };
      metric[side].push(value);
      metrics.set(key, metric);
    }
  }
  return metrics;
}

function judge(
  changes: readonly HistoryChange[],
  undecided: readonly UndecidedMetric[],
  compared: number,
): RunsComparison['verdict'] {
  const has = (verdict: HistoryChange['verdict']): boolean =>
    changes.some((change) => change.verdict === verdict);
  if (has('regressed')) return 'regressed';
  if (compared === 0 || undecided.length > 0 || has('suspected')) return 'inconclusive';
  return has('improved') ? 'improved' : 'unchanged';
}

function describeUndecided({ subject, before, after }: Metric): UndecidedMetric {
  const old = median(before);
  const young = after.length === 0 ? null : median(after);
  const ratio = young === null || old === 0 ? null : young / old;
  const beforeNeeded = Math.max(0, baselineRunsMin - before.length);
  const afterNeeded = freshRunsNeeded(Math.max(baselineRunsMin, before.length), after.length);
  const move =
    young === null
      ? `${subject.capability}.${subject.method}: ${metricNames[subject.metric]} is in no run after`
      : describeMove(subject, old, young, ratio);
  const missing = [
    ...(beforeNeeded > 0 ? [`${beforeNeeded} before`] : []),
    ...(afterNeeded > 0 ? [`${afterNeeded} after`] : []),
  ].join(' and ');
  return {
    ...subject,
    beforeRuns: before.length,
    afterRuns: after.length,
    beforeNeeded,
    afterNeeded,
    before: old,
    after: young,
    ratio,
    statement: `${move} (${before.length} against ${after.length} ${after.length === 1 ? 'run' : 'runs'}; needed: ${missing} more)`,
  };
}

function sizeOf({ ratio }: UndecidedMetric): number {
  return ratio === null ? Number.POSITIVE_INFINITY : Math.abs(Math.log(Math.max(ratio, 1e-9)));
}

function describeSide({ name, runs }: RunSet): ComparedSide {
  const commits = new Set(runs.flatMap(({ commit }) => (commit === null ? [] : [commit])));
  return { name, runs: runs.length, commits: [...commits] };
}
