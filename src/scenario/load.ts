import type { EngineContext } from './engine-context.js';
import type { CapacityOptions } from './load/capacity-options.js';
import { type ClosedLoadOptions, type LoadResult, runClosedLoad } from './load/closed-load.js';
import { type CapacityResult, runCapacitySearch } from './load/find-capacity.js';
import type { LoadStage } from './load/load-stages.js';
import { type OpenLoadOptions, type OpenLoadResult, runOpenLoad } from './load/open-load.js';
import { type Pacer, RealTimePacer } from './load/pacer.js';
import { runStagedLoad, type StagedLoadOptions, type StagedLoadResult } from './load/staged-load.js';

export type { CapacityOptions } from './load/capacity-options.js';
export type { ClosedLoadOptions, LoadResult } from './load/closed-load.js';
export type { CapacityResult, CapacityStep } from './load/find-capacity.js';
export type { ThresholdVerdict } from './load/judge-thresholds.js';
export type { LoadFigures } from './load/load-figures.js';
export type { LoadStage } from './load/load-stages.js';
export type { LoadThresholds } from './load/load-thresholds.js';
export type { OpenFigures } from './load/open-figures.js';
export type { OpenLoadOptions, OpenLoadResult } from './load/open-load.js';
export type { StagedLoadOptions, StagedLoadResult, StageResult } from './load/staged-load.js';

/**
 * Puts load on a system and measures how it answers. An iteration that throws is counted and never ends a load. Every method
 * throws RealWorldError `ENGINE_INVALID` for what it cannot use, and ends early, with `interrupted`, when the scenario is
 * stopped; calls in flight are then waited for, for `settleMs` at most.
 */
export class LoadEngine {
  readonly #context: EngineContext;
  readonly #pacer: Pacer;

  constructor(context: EngineContext, pacer: Pacer = new RealTimePacer(context.clock)) {
    this.#context = context;
    this.#pacer = pacer;
  }

  /**
   * A constant number of users (the closed model): a slow system is asked less often, so its latencies look better than
   * those of users who do not wait. With `intendedIntervalMs` the result has both: as measured, and corrected for the
   * coordinated omission (Tene).
   */
  closed(options: ClosedLoadOptions): Promise<LoadResult> {
    return runClosedLoad(this.#context, this.#pacer, options);
  }

  /**
   * A rate of starts (the open model, Schroeder 2006): what is due is started whatever the system does, and latencies are
   * measured from the intended starts. A rate that is not reached to within 1 % is an issue, and the verdict says so.
   */
  open(options: OpenLoadOptions): Promise<OpenLoadResult> {
    return runOpenLoad(this.#context, this.#pacer, options);
  }

  /** Stages and ramps one after the other without a pause, each with its figures and the verdicts of its thresholds. */
  stages(stages: readonly LoadStage[], options: StagedLoadOptions): Promise<StagedLoadResult> {
    return runStagedLoad(this.#context, this.#pacer, stages, options);
  }

  /**
   * Raises the rate until it is not held or a threshold is broken, and narrows down the highest rate that the system
   * sustains.
   */
  findCapacity(options: CapacityOptions): Promise<CapacityResult> {
    return runCapacitySearch(this.#context, this.#pacer, options);
  }
}
