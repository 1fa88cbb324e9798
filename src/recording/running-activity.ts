import { AsyncLocalStorage } from 'node:async_hooks';
import type { ProcessSample } from '../model.js';
import type { RepeatedInputs } from './repeated-inputs.js';
import type { ScenarioRecorder } from './scenario-recorder.js';

/** One method of one capability within one scenario; what is the same for all its calls is made once. */
export interface RecordedMethod {
  readonly capability: string;
  readonly method: string;
  readonly subjectJson: string;
  readonly repeated: RepeatedInputs;
  /** Number of the call that began last; 0 before the first. */
  newestSequence: number;
}

/** A call that has begun and not ended. */
export class RunningActivity {
  readonly sequence: number;
  readonly scenario: ScenarioRecorder;
  readonly method: RecordedMethod;
  readonly parent: RunningActivity | null;
  readonly fault: string | null;
  startedMs = 0;
  /** Null when it is timed only. */
  before: ProcessSample | null = null;
  firstResultMs: number | null = null;
  /** What the call was given, until it settles. */
  input: readonly unknown[] | null = null;
  /** Activities of the worker that were running when this one began, ancestors left out. */
  overlappingAtStart = 0;
  startedCountAtStart = 0;
  descendants = 0;
  noted = false;
  settled = false;
  /** True while a generator or a lazy promise does nothing because its caller does not ask. */
  waitsForCaller = false;
  /** Neighbours in the list of those that run. */
  previous: RunningActivity | null = null;
  next: RunningActivity | null = null;

  constructor(
    sequence: number,
    scenario: ScenarioRecorder,
    method: RecordedMethod,
    parent: RunningActivity | null,
  ) {
    this.sequence = sequence;
    this.scenario = scenario;
    this.method = method;
    this.parent = parent;
    this.fault = scenario.fault;
  }
}

/** The running activities of a worker, the oldest first; a linked list, because a `Set` hashes each one it is given. */
export class RunningActivities {
  size = 0;
  #oldest: RunningActivity | null = null;
  #newest: RunningActivity | null = null;

  add(activity: RunningActivity): void {
    activity.previous = this.#newest;
    if (this.#newest === null) this.#oldest = activity;
    else this.#newest.next = activity;
    this.#newest = activity;
    this.size++;
  }

  remove(activity: RunningActivity): void {
    const { previous, next } = activity;
    if (previous === null) this.#oldest = next;
    else previous.next = next;
    if (next === null) this.#newest = previous;
    else next.previous = previous;
    activity.previous = null;
    activity.next = null;
    this.size--;
  }

  /** The one at hand may be removed meanwhile. */
  *[Symbol.iterator](): Generator<RunningActivity> {
    let activity = this.#oldest;
    while (activity !== null) {
      const { next } = activity;
      yield activity;
      activity = next;
    }
  }
}

/**
 * Knows which activity the running code belongs to. Following it through promises costs a little on every
 * promise of the process, so it is off until a hub hands one capability to another.
 */
export class NestingTracker {
  #context: AsyncLocalStorage<RunningActivity> | null = null;

  enable(): void {
    this.#context ??= new AsyncLocalStorage();
  }

  get current(): RunningActivity | null {
    return this.#context === null ? null : (this.#context.getStore() ?? null);
  }

  run<Result>(activity: RunningActivity, call: () => Result): Result {
    return this.#context === null ? call() : this.#context.run(activity, call);
  }
}
