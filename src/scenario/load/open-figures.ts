import type { LatencyDistribution } from '../../latency-distribution.js';
import { percentileMs } from '../../latency-distribution.js';
import { type FigureInput, type LoadFigures, summarizeTally } from './load-figures.js';
import type { LoadTally } from './load-tally.js';

/** A rate counts as held down to this share of the intended one. */
const heldShare = 0.99;

export interface OpenFigures extends LoadFigures {
  /** Starts that were due within the time the load ran. */
  readonly intendedStarts: number;
  /** Starts that were due and not made: too many calls were in flight, or the time to make them was over. */
  readonly droppedStarts: number;
  readonly intendedRatePerSecond: number;
  readonly achievedRatePerSecond: number;
  /** Of the intended rate; 0 when nothing was due. */
  readonly achievedShare: number;
  /** True when at least 99 % of the intended rate was achieved. */
  readonly held: boolean;
  readonly verdict: 'reached' | 'not_reached' | 'inconclusive';
  /** Why the rate was not reached or is not known, or null. */
  readonly reason: string | null;
  /** How late the calls were started: what the load itself, or a system in its process that does not yield, added. */
  readonly startDelay: { readonly meanMs: number; readonly p99Ms: number; readonly maxMs: number };
  /** As `latency`, measured from the actual starts. */
  readonly serviceTime: LatencyDistribution;
}

export function summarizeOpen(input: FigureInput & { readonly maxInFlight: number }): OpenFigures {
  const { tally, plannedMs, interrupted, maxInFlight } = input;
  // An interrupted load has only run until it was stopped.
  const spanMs = interrupted ? Math.max(0, tally.lastStartMs - tally.startedMs) : plannedMs;
  const figures = summarizeTally({ ...input, plannedMs: interrupted ? 0 : plannedMs });
  const starts = tally.intendedStarts - tally.droppedStarts;
  const tookMs = Math.max(spanMs, tally.lastStartMs - tally.startedMs);
  const intendedRatePerSecond = ratePerSecond(tally.intendedStarts, spanMs);
  const achievedRatePerSecond = ratePerSecond(starts, tookMs);
  const achievedShare = intendedRatePerSecond === 0 ? 0 : achievedRatePerSecond / intendedRatePerSecond;
  const held = achievedShare >= heldShare;
  const open = interrupted || tally.intendedStarts === 0;
  const { startDelays } = tally;
  const startDelay = {
    meanMs: startDelays.meanMs,
    p99Ms: percentileMs(startDelays.distribution(), 0.99),
    maxMs: startDelays.maxMs,
  };
  return {
    ...figures,
    intendedStarts: tally.intendedStarts,
    droppedStarts: tally.droppedStarts,
    intendedRatePerSecond,
    achievedRatePerSecond,
    achievedShare,
    held,
    verdict: open ? 'inconclusive' : held ? 'reached' : 'not_reached',
    reason: open
      ? interrupted
        ? 'The scenario was stopped before the load was over.'
        : 'No start was due in this time.'
      : held
        ? null
        : reasonFor(tally, maxInFlight, startDelay.p99Ms),
    startDelay,
    serviceTime: tally.serviceTimes.distribution(),
  };
}

function reasonFor(tally: LoadTally, maxInFlight: number, delayP99Ms: number): string {
  const { intendedStarts, overdueStarts } = tally;
  const crowdedOut = tally.droppedStarts - overdueStarts;
  const parts = [
    ...(crowdedOut === 0
      ? []
      : [`${crowdedOut} of ${intendedStarts} starts found ${maxInFlight} calls in flight and were dropped`]),
    ...(overdueStarts === 0
      ? []
      : [`${overdueStarts} of ${intendedStarts} starts were still due when the time was over`]),
    ...(delayP99Ms < 10
      ? []
      : [`starts were up to ${delayP99Ms.toFixed(0)} ms late (99th percentile), so this process was busy`]),
  ];
  return `${parts.length === 0 ? 'The last starts were late' : parts.join('; ')}.`;
}

function ratePerSecond(starts: number, spanMs: number): number {
  return spanMs <= 0 ? 0 : (starts / spanMs) * 1_000;
}
