import type { RegisteredHub } from 'vitest-realworld';

/** What a workload has to work with. */
export interface WorkloadContext {
  /** The instrumented hub: what a workload does reaches the capability through it, or it is not recorded. */
  readonly hub: RegisteredHub;
  /** Absolute path of a private copy of the codebase; it may be written in. */
  readonly root: string;
  /** Absolute path of an empty folder of this workload's own, removed with the scenario. */
  readonly scratchDirectory: string;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Work that is ready to be done. */
export interface PreparedWorkload {
  /** One piece of typical work; it throws when the answer is wrong. Rounds of one workload come one after the other. */
  readonly round: (number: number) => Promise<void> | void;
  /** Releases what was made ready; left out, there is nothing to release. */
  readonly release?: () => Promise<void> | void;
}

/**
 * Typical work of one capability, small enough to be repeated. The suites put such workloads side by side: monitoring runs
 * each at its own pace, load runs heavy ones in pairs.
 */
export interface CapabilityWorkload {
  /** Name of the capability in the hub. */
  readonly capability: string;
  /** Time from one round to the next while a workspace is monitored, in milliseconds. */
  readonly paceMs: number;
  /** Heavy: a round takes more than about 20 ms of CPU or memory of its own. */
  readonly weight: 'light' | 'heavy';
  /** Makes ready what rounds need, such as an index or a local server. */
  readonly prepare: (context: WorkloadContext) => Promise<PreparedWorkload> | PreparedWorkload;
}
