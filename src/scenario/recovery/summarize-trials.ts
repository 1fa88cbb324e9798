import type { Interval } from '../../analysis/statistics/bootstrap-interval.js';
import {
  estimatePercentile,
  type PercentileEstimate,
} from '../../analysis/statistics/percentile-interval.js';
import { proportionInterval } from '../../analysis/statistics/proportion-interval.js';
import { ExactLatencies, percentileMs } from '../../latency-distribution.js';

export interface TrialOutcome {
  readonly fault: string;
  readonly detected: boolean;
  readonly recovered: boolean;
  readonly timeToRecoverMs: number | null;
  /** Steps that had to be done once more. */
  readonly workLostSteps: number;
}

/** How a system did under one kind of fault, or under all. */
export interface FaultSummary {
  readonly trials: number;
  readonly detected: number;
  /** 95 % interval of the share that was detected (Wilson 1927); null without trials. */
  readonly detectionInterval: Interval | null;
  readonly recovered: number;
  readonly recoveryInterval: Interval | null;
  /** Of the trials that recovered; null when none did. */
  readonly medianTimeToRecoverMs: number | null;
  readonly p95TimeToRecover: PercentileEstimate | null;
  readonly workLostSteps: number;
}

export function summarizeTrials(outcomes: readonly TrialOutcome[]): FaultSummary {
  const trials = outcomes.length;
  const detected = outcomes.filter((outcome) => outcome.detected).length;
  const recovered = outcomes.filter((outcome) => outcome.recovered).length;
  const times = new ExactLatencies(
    outcomes.flatMap(({ timeToRecoverMs }) => (timeToRecoverMs === null ? [] : [timeToRecoverMs])),
  );
  return {
    trials,
    detected,
    detectionInterval: proportionInterval(detected, trials),
    recovered,
    recoveryInterval: proportionInterval(recovered, trials),
    medianTimeToRecoverMs: times.count === 0 ? null : percentileMs(times, 0.5),
    p95TimeToRecover: times.count === 0 ? null : estimatePercentile(times, 0.95),
    workLostSteps: outcomes.reduce((sum, { workLostSteps }) => sum + workLostSteps, 0),
  };
}

/** By the kind of fault, in the order in which they were first tried. */
export function summarizeFaults(outcomes: readonly TrialOutcome[]): Readonly<Record<string, FaultSummary>> {
  const kinds = [...new Set(outcomes.map(({ fault }) => fault))];
  return Object.fromEntries(
    kinds.map((kind) => [kind, summarizeTrials(outcomes.filter(({ fault }) => fault === kind))]),
  );
}
