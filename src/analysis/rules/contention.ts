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
/** Share of the time of its calls in which the process computed: from the first on they wait for the thread, up to the other for something else. */
const computedShareMin = 0.7;
const waitedShareMax = 0.3;

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
      const cause = causeOf(figures);
      return [
        draftIssue(facts, {
          severity: besideMs >= 4 * aloneMs && !cause.isElsewhere ? 'high' : 'medium',
          capability: figures.capability,
          issueType: 'contention',
          subject: figures.method,
          description: `${figures.method} takes ${formatDuration(besideMs)} beside other calls and ${formatDuration(aloneMs)} alone (medians of ${beside.count} and ${alone.count} calls).${cause.evidence}`,
          suggestedFix: cause.fix,
          evidenceActivityId: figures.slowestActivityId,
        }),
      ];
    });

interface Cause {
  readonly evidence: string;
  readonly fix: string;
  /** Whether the method is slowed by the work of others, and has nothing to mend itself. */
  readonly isElsewhere: boolean;
}

/** What calls wait for, by how much the process computed while they ran; not known where CPU time was not sampled. */
function causeOf({ method, calls, cpuTimeMs, meanMs }: MethodFigures): Cause {
  if (cpuTimeMs === 0) {
    return {
      evidence: '',
      fix: `Find what the calls wait for together: a lock, one connection, or work that keeps the event loop of ${method} busy.`,
      isElsewhere: false,
    };
  }
  const share = Math.min(1, cpuTimeMs / (meanMs * calls));
  const evidence = ` While they ran the process computed ${(100 * share).toFixed(0)} % of the time.`;
  if (share >= computedShareMin) {
    return {
      evidence,
      fix: `${method} waits for the thread, which other calls keep busy: do their work in slices, or in a worker thread.`,
      isElsewhere: true,
    };
  }
  const thread = share > waitedShareMax ? ', or the thread, which other calls keep busy' : '';
  return {
    evidence,
    fix: `Find what the calls of ${method} wait for together: a lock, one connection or a queue${thread}.`,
    isElsewhere: false,
  };
}

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
