import { type LatencyDistribution, percentileMs } from '../../latency-distribution.js';
import type { MethodFigures } from '../../model.js';
import { formatDuration } from '../../units.js';
import { percentileRanks } from '../statistics/percentile-interval.js';
import { draftIssue, type Rule } from './rule.js';

/** Calls alone and calls beside others that a comparison needs. */
const callsMin = 20;
const ratioMin = 1.5;
/** The difference has to be one that somebody waits for. */
const differenceMinMs = 1;

/**
 * Methods that are slower when other calls run beside them: the 95 % intervals of the medians of both groups lie apart (Hahn and
 * Meeker 1991), and by half as much again.
 */
export const findContention: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    .flatMap((figures) => {
      const alone = new WithoutOverlapped(figures);
      const beside = figures.overlappedLatency;
      if (alone.count < callsMin || beside.count < callsMin) return [];
      const aloneMs = percentileMs(alone, 0.5);
      const besideMs = percentileMs(beside, 0.5);
      const aloneRanks = percentileRanks(alone.count, 0.5);
      const besideRanks = percentileRanks(beside.count, 0.5);
      if (aloneRanks === null || besideRanks === null) return [];
      if (beside.atRank(besideRanks.lowRank) <= alone.atRank(aloneRanks.highRank)) return [];
      if (besideMs < ratioMin * aloneMs || besideMs - aloneMs < differenceMinMs) return [];
      return [
        draftIssue(facts, {
          severity: besideMs >= 4 * aloneMs ? 'high' : 'medium',
          capability: figures.capability,
          issueType: 'contention',
          subject: figures.method,
          description: `${figures.method} takes ${formatDuration(besideMs)} beside other calls and ${formatDuration(aloneMs)} alone (medians of ${beside.count} and ${alone.count} calls).`,
          suggestedFix: `Find what the calls wait for together: a lock, one connection, or work that keeps the event loop of ${figures.method} busy.`,
          evidenceActivityId: figures.slowestActivityId,
        }),
      ];
    });

/** The calls of a method that nothing overlapped: all of them without those that were overlapped. */
class WithoutOverlapped implements LatencyDistribution {
  readonly #figures: MethodFigures;

  constructor(figures: MethodFigures) {
    this.#figures = figures;
  }

  get count(): number {
    return this.#figures.latency.count - this.#figures.overlappedLatency.count;
  }

  countUpTo(durationMs: number): number {
    const { latency, overlappedLatency } = this.#figures;
    return latency.countUpTo(durationMs) - overlappedLatency.countUpTo(durationMs);
  }

  /** The ranks of the whole are gone through by halves: each has as many calls alone before it as are counted. */
  atRank(rank: number): number {
    const { latency } = this.#figures;
    let low = 1;
    let high = latency.count;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.countUpTo(latency.atRank(middle)) >= rank) high = middle;
      else low = middle + 1;
    }
    return latency.atRank(low);
  }
}
