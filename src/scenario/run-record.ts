import type { RunFigures } from '../analysis/gate/judge-limits.js';
import { mergeLatencies } from '../analysis/gate/merge-figures.js';
import { judgeLeak, type LeakSample, type LeakVerdict } from '../analysis/leak/judge-leak.js';
import { LatencyHistogram } from '../latency-histogram.js';
import type { ActivityObserver, ObservedActivity } from '../recording/scenario-recorder.js';
import { collectGarbage } from './collect-garbage.js';

/** The calls of a scenario so far, or of one capability or method among them, as matchers judge them. */
export interface RecordedRun extends RunFigures {
  /** What it is of: `all calls`, `code_search`, or `code_search.index`. */
  readonly subject: string;
  readonly slowestActivityId: string | null;
  readonly failedActivityId: string | null;
  /** Inconclusive unless `watchMemory` was called before. */
  readonly leak: LeakVerdict;
  /** The run that it is a part of, itself for all calls. */
  readonly whole: object;
  /** Whether calls of a method are among its own. */
  holds(capability: string, method: string): boolean;
  /** The share of it that one capability has, or one method of it. */
  of(capability: string, method?: string): RecordedRun;
}

/** The calls of the whole scenario. */
export interface ScenarioRun extends RecordedRun {
  /**
   * From now on memory is sampled after every so many calls, its garbage collected before, for `expect(run).not.toLeak()`. That takes
   * milliseconds a sample, between calls.
   */
  watchMemory(options?: { readonly everyCalls?: number; readonly bytesPerCallMin?: number }): void;
}

class MethodTally {
  readonly capability: string;
  readonly method: string;
  readonly latency = new LatencyHistogram();
  calls = 0;
  errors = 0;
  errorsUnderFault = 0;
  totalMs = 0;
  maxMs = 0;
  cpuTimeMs: number | null = 0;
  firstStartMs = Number.POSITIVE_INFINITY;
  lastEndMs = 0;
  slowestActivityId: string | null = null;
  failedActivityId: string | null = null;

  constructor(capability: string, method: string) {
    this.capability = capability;
    this.method = method;
  }

  add({ startedMs, endedMs, outcome, fault, cpuTimeMs, activityId }: ObservedActivity): void {
    const durationMs = endedMs - startedMs;
    this.calls++;
    this.latency.record(durationMs);
    this.totalMs += durationMs;
    this.firstStartMs = Math.min(this.firstStartMs, startedMs);
    this.lastEndMs = Math.max(this.lastEndMs, endedMs);
    this.cpuTimeMs = this.cpuTimeMs === null || cpuTimeMs === null ? null : this.cpuTimeMs + cpuTimeMs;
    if (durationMs >= this.maxMs) {
      this.maxMs = durationMs;
      this.slowestActivityId = activityId;
    }
    if (outcome === 'succeeded' || outcome === 'abandoned') return;
    if (fault !== null) this.errorsUnderFault++;
    else {
      this.errors++;
      this.failedActivityId ??= activityId;
    }
  }
}

/** Counts the calls of a scenario in its worker, for those scenarios that ask. */
export class RunRecord implements ActivityObserver {
  readonly #tallies = new Map<string, MethodTally>();
  readonly #memory: LeakSample[] = [];
  #memorySettings: { readonly everyCalls: number; readonly bytesPerCallMin: number } | null = null;
  #calls = 0;
  readonly run: ScenarioRun;

  constructor() {
    const watchMemory: ScenarioRun['watchMemory'] = ({ everyCalls = 50, bytesPerCallMin = 200 } = {}) => {
      this.#memorySettings = { everyCalls: Math.max(1, Math.floor(everyCalls)), bytesPerCallMin };
      this.#memory.length = 0;
    };
    this.run = Object.defineProperties({} as ScenarioRun, {
      ...Object.getOwnPropertyDescriptors(this.#view('all calls', () => true)),
      watchMemory: { value: watchMemory, enumerable: true },
    });
  }

  observe(activity: ObservedActivity): void {
    const key = `${activity.capability}\n${activity.method}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      tally = new MethodTally(activity.capability, activity.method);
      this.#tallies.set(key, tally);
    }
    tally.add(activity);
    this.#calls++;
    const settings = this.#memorySettings;
    if (settings !== null && this.#calls % settings.everyCalls === 0) this.#sampleMemory();
  }

  #sampleMemory(): void {
    collectGarbage();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    this.#memory.push({
      calls: this.#calls,
      heapUsedBytes: heapUsed,
      externalBytes: external,
      arrayBuffersBytes: arrayBuffers,
    });
  }

  #view(subject: string, isOf: (tally: MethodTally) => boolean): RecordedRun {
    const own = (): readonly MethodTally[] => [...this.#tallies.values()].filter(isOf);
    const sum = (value: (tally: MethodTally) => number): number =>
      own().reduce((total, tally) => total + value(tally), 0);
    const view = this;
    return {
      subject,
      get calls() {
        return sum(({ calls }) => calls);
      },
      get errors() {
        return sum(({ errors }) => errors);
      },
      get errorsUnderFault() {
        return sum(({ errorsUnderFault }) => errorsUnderFault);
      },
      get latency() {
        return mergeLatencies(own().map(({ latency }) => latency));
      },
      get meanMs() {
        const calls = sum((tally) => tally.calls);
        return calls === 0 ? 0 : sum(({ totalMs }) => totalMs) / calls;
      },
      get maxMs() {
        return Math.max(0, ...own().map(({ maxMs }) => maxMs));
      },
      get cpuTimeMs() {
        return own().some(({ cpuTimeMs }) => cpuTimeMs === null)
          ? null
          : sum(({ cpuTimeMs }) => cpuTimeMs ?? 0);
      },
      get spanMs() {
        const tallies = own();
        if (tallies.length === 0) return null;
        return (
          Math.max(...tallies.map(({ lastEndMs }) => lastEndMs)) -
          Math.min(...tallies.map(({ firstStartMs }) => firstStartMs))
        );
      },
      get slowestActivityId() {
        const slowest = [...own()].sort((left, right) => right.maxMs - left.maxMs)[0];
        return slowest?.slowestActivityId ?? null;
      },
      get failedActivityId() {
        return own().find(({ failedActivityId }) => failedActivityId !== null)?.failedActivityId ?? null;
      },
      get leak() {
        const settings = view.#memorySettings;
        return judgeLeak(
          view.#memory,
          settings === null ? {} : { bytesPerCallMin: settings.bytesPerCallMin },
        );
      },
      get whole() {
        return view.run;
      },
      holds: (capability, method) =>
        own().some((tally) => tally.capability === capability && tally.method === method),
      of: (capability, method) =>
        view.#view(
          method === undefined ? capability : `${capability}.${method}`,
          (tally) => tally.capability === capability && (method === undefined || tally.method === method),
        ),
    };
  }
}
