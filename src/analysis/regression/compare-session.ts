import type { BaselineFacts, HistoryComparison, HistoryFacts, HistorySeries } from '../../history.js';
import { createRandom } from '../../seeded-random.js';
import { findHistoryChangePoints } from '../history/history-change-points.js';
import { findRatchetLosses } from '../history/ratchet.js';
import { changeOf, worstFirst } from './change-of.js';
import {
  baselineRunsMin,
  compareWithHistory,
  freshRunsNeeded,
  type MetricHistory,
} from './compare-with-history.js';
import { isHigherWorse, isWorthComparing, subjectKey } from './worth-comparing.js';

/** The newest runs that are compared with those before them. */
const freshRuns = 3;
const baselineRunsMax = 20;
/** Five runs against four are the fewest of which the rarest order is rare enough. */
const runsMin = 9;
/** A baseline of so many runs needs three fresh ones only. */
const baselineRunsUsual = 10;

/**
 * Compares the newest sessions with those before them, or with the baseline that was set, metric by metric; and looks along the
 * whole history for changes of level and for what crept away from its best. Pure: the same history and seed, the same answer.
 */
export function compareSession(facts: HistoryFacts, seed: number): HistoryComparison {
  const { comparableSessions, otherSessions, series } = facts;
  const set = facts.baseline ?? null;
  const baseline = set !== null && set.runs.length >= baselineRunsMin ? set : null;
  const split = baseline === null ? splitSeries : splitAt(baseline);
  const histories = new Map<HistorySeries, MetricHistory>();
  for (const one of series) {
    const history = split(one);
    const { baseline: before, fresh } = history;
    if (before.length >= baselineRunsMin && isWorthComparing(one.metric, [...before, ...fresh])) {
      histories.set(one, history);
    }
  }
  const comparisons = [...compareWithHistory(histories, { random: createRandom(seed) })];
  const compared = comparisons.filter(([, { verdict }]) => verdict !== 'inconclusive');
  const needed =
    baseline === null
      ? runsMin - 1 - comparableSessions
      : freshRunsNeeded(baseline.runs.length, baseline.sessionsSince.length);
  return {
    comparableSessions,
    otherSessions,
    metricsCompared: compared.length,
    sessionsNeeded: compared.length > 0 ? 0 : Math.max(1, needed),
    baseline: set === null ? null : { ...nameBaseline(set), isUsed: baseline !== null },
    changes: compared
      .flatMap(([one, comparison]) => {
        // The runs since a baseline need not begin where the change did.
        const first = baseline === null ? one.points[one.points.length - comparison.freshRuns] : undefined;
        const about = { sinceCommit: first?.commit ?? null, baseline: baseline?.name ?? null };
        return changeOf(one, comparison, about) ?? [];
      })
      .sort(worstFirst),
    changePoints: findHistoryChangePoints(series),
    ratchet: findRatchetLosses(series, set?.runs),
  };
}

function nameBaseline({ name, runs }: BaselineFacts): {
  readonly name: string;
  readonly runs: number;
  readonly commits: readonly string[];
} {
  const commits = new Set(runs.flatMap(({ commit }) => (commit === null ? [] : [commit])));
  return { name, runs: runs.length, commits: [...commits] };
}

/** With few runs before them, more fresh ones are taken, as soon as there are enough for both. */
function splitSeries({ points, metric }: HistorySeries): MetricHistory {
  const values = points.map(({ value }) => value);
  const fresh = values.length >= baselineRunsUsual + freshRuns ? freshRuns : Math.floor(values.length / 2);
  const border = Math.max(0, values.length - fresh);
  return {
    baseline: values.slice(Math.max(0, border - baselineRunsMax), border),
    fresh: values.slice(border),
    higherIsWorse: isHigherWorse(metric),
  };
}

/** The runs of the baseline against the newest since. */
function splitAt({ series, sessionsSince }: BaselineFacts): (one: HistorySeries) => MetricHistory {
  const frozen = new Map(series.map((one) => [subjectKey(one), one.points.map(({ value }) => value)]));
  const since = new Set(sessionsSince);
  return (one) => {
    const before = frozen.get(subjectKey(one)) ?? [];
    const fresh = one.points.filter(({ sessionId }) => since.has(sessionId)).map(({ value }) => value);
    return {
      baseline: before,
      fresh: fresh.slice(-Math.max(freshRuns, freshRunsNeeded(before.length, 0))),
      higherIsWorse: isHigherWorse(one.metric),
    };
  };
}
