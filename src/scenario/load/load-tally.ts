import { FailureTally } from './failure-tally.js';
import { LatencyTally } from './latency-tally.js';

/** What is counted of a load, or of one stage of it, while it runs. */
export class LoadTally {
  /** From the intended start to the end. */
  readonly latencies = new LatencyTally();
  /** From the actual start to the end. */
  readonly serviceTimes = new LatencyTally();
  /** From the intended to the actual start. */
  readonly startDelays = new LatencyTally();
  readonly failures = new FailureTally();
  readonly startedMs: number;
  readonly cpuStartedMs: number;
  cpuEndedMs: number | null = null;
  intendedStarts = 0;
  droppedStarts = 0;
  /** Those of the dropped that were still due when the time to start them was over. */
  overdueStarts = 0;
  ended = 0;
  succeeded = 0;
  inFlight = 0;
  inFlightMax = 0;
  /** How long the calls that did not settle had been waited for. */
  readonly unsettledMs: number[] = [];
  lastStartMs: number;
  lastEndMs: number;

  constructor(startedMs: number, cpuStartedMs: number) {
    this.startedMs = startedMs;
    this.lastStartMs = startedMs;
    this.lastEndMs = startedMs;
    this.cpuStartedMs = cpuStartedMs;
  }
}
