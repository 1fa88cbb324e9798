import { LatencyHistogram } from '../latency-histogram.js';
import type { Activity, ActivityWindow } from '../model.js';
import { toKibibytes } from '../units.js';

/** What is counted of an activity. */
export type CountedActivity = Pick<
  Activity,
  | 'activityId'
  | 'taskId'
  | 'capability'
  | 'method'
  | 'startedAtMs'
  | 'durationMs'
  | 'firstResultMs'
  | 'outcome'
  | 'fault'
  | 'cpuTimeMs'
  | 'rssBeforeBytes'
  | 'rssAfterBytes'
  | 'heapBeforeBytes'
  | 'heapAfterBytes'
  | 'externalBeforeBytes'
  | 'externalAfterBytes'
  | 'longestStallMs'
  | 'overlapping'
>;

export type MutableWindow = { -readonly [Name in keyof ActivityWindow]: ActivityWindow[Name] };

/** A call that keeps the event loop from turning for so long at a stretch has blocked everything else. */
export const blockingMs = 200;

/** Exact sums over all calls of one method in one scenario, whether their rows are kept or not. */
export class MethodSums {
  readonly taskId: string | null;
  readonly capability: string;
  readonly method: string;
  calls = 0;
  rowsKept = 0;
  errors = 0;
  errorsUnderFault = 0;
  timeouts = 0;
  crashes = 0;
  totalMs = 0;
  maxMs = 0;
  cpuTimeMs = 0;
  excellentCalls = 0;
  goodCalls = 0;
  acceptableCalls = 0;
  poorCalls = 0;
  firstResultCalls = 0;
  firstResultTotalMs = 0;
  blockingCalls = 0;
  blockingMaxMs = 0;
  rssGrowthMaxBytes = 0;
  /** What heap and external memory grew by during calls, shrinking left out: what they allocated and was not collected at once. */
  allocatedKb = 0;
  slowestActivityId: string;
  failedActivityId: string | null = null;
  blockingActivityId: string | null = null;
  rssGrowthActivityId: string | null = null;
  latency = new LatencyHistogram();
  /** Of the calls that others overlapped. */
  overlappedLatency = new LatencyHistogram();
  /** By the number of the window; not every window has a call. */
  windows = new Map<number, MutableWindow>();
  #lastWindow: MutableWindow | null = null;

  constructor({
    taskId,
    capability,
    method,
    activityId,
  }: Pick<Activity, 'taskId' | 'capability' | 'method' | 'activityId'>) {
    this.taskId = taskId;
    this.capability = capability;
    this.method = method;
    this.slowestActivityId = activityId;
  }

  count(activity: CountedActivity, kept: boolean, window: number): void {
    const { durationMs, cpuTimeMs, activityId, firstResultMs, overlapping } = activity;
    this.calls++;
    if (kept) this.rowsKept++;
    this.totalMs += durationMs;
    this.cpuTimeMs += cpuTimeMs ?? 0;
    this.latency.record(durationMs);
    if (overlapping > 0) this.overlappedLatency.record(durationMs);
    if (durationMs > this.maxMs) {
      this.maxMs = durationMs;
      this.slowestActivityId = activityId;
    }
    if (durationMs < 500) this.excellentCalls++;
    else if (durationMs < 2_000) this.goodCalls++;
    else if (durationMs < 5_000) this.acceptableCalls++;
    else this.poorCalls++;
    if (firstResultMs !== null) {
      this.firstResultCalls++;
      this.firstResultTotalMs += firstResultMs;
    }
    this.#countResources(activity);
    const failed = this.#countOutcome(activity);
    this.#countInWindow(activity, failed, window);
  }

  #countResources({
    activityId,
    longestStallMs,
    overlapping,
    rssBeforeBytes,
    rssAfterBytes,
    ...memory
  }: CountedActivity): void {
    this.allocatedKb +=
      growthKb(memory.heapBeforeBytes, memory.heapAfterBytes) +
      growthKb(memory.externalBeforeBytes, memory.externalAfterBytes);
    // Of calls that overlap, it cannot be said which one kept the loop busy.
    if (overlapping === 0 && longestStallMs !== null && longestStallMs >= blockingMs) {
      this.blockingCalls++;
      this.blockingMaxMs = Math.max(this.blockingMaxMs, longestStallMs);
      this.blockingActivityId ??= activityId;
    }
    const growthBytes = (rssAfterBytes ?? 0) - (rssBeforeBytes ?? 0);
    if (growthBytes <= this.rssGrowthMaxBytes) return;
    this.rssGrowthMaxBytes = growthBytes;
    this.rssGrowthActivityId = activityId;
  }

  #countOutcome({ outcome, fault, activityId }: CountedActivity): boolean {
    if (outcome === 'succeeded' || outcome === 'abandoned') return false;
    if (fault !== null) {
      this.errorsUnderFault++;
      return false;
    }
    this.errors++;
    this.failedActivityId ??= activityId;
    if (outcome === 'timed_out') this.timeouts++;
    if (outcome === 'crashed') this.crashes++;
    return true;
  }

  #countInWindow(
    { durationMs, cpuTimeMs, heapAfterBytes, rssAfterBytes }: CountedActivity,
    failed: boolean,
    index: number,
  ): void {
    const window = this.#windowAt(index);
    window.calls++;
    if (failed) window.errors++;
    window.totalMs += durationMs;
    window.cpuTimeMs += cpuTimeMs ?? 0;
    if (heapAfterBytes === null) return;
    window.sampledCalls++;
    window.heapTotalBytes += heapAfterBytes;
    window.rssMaxBytes = Math.max(window.rssMaxBytes, rssAfterBytes ?? 0);
  }

  #windowAt(index: number): MutableWindow {
    if (this.#lastWindow?.index === index) return this.#lastWindow;
    const window = this.windows.get(index) ?? emptyWindow(index);
    this.windows.set(index, window);
    this.#lastWindow = window;
    return window;
  }

  /** Makes one window of every two neighbours. */
  halveWindows(): void {
    this.#lastWindow = null;
    const halved = new Map<number, MutableWindow>();
    for (const window of this.windows.values()) {
      const index = window.index >> 1;
      const held = halved.get(index);
      if (held === undefined) halved.set(index, { ...window, index });
      else addWindow(held, window);
    }
    this.windows = halved;
  }

  /** Adds the sums of another scenario, with windows of the same width. */
  add(other: MethodSums): void {
    if (other.maxMs > this.maxMs) this.slowestActivityId = other.slowestActivityId;
    if (other.rssGrowthMaxBytes > this.rssGrowthMaxBytes)
      this.rssGrowthActivityId = other.rssGrowthActivityId;
    this.failedActivityId ??= other.failedActivityId;
    this.blockingActivityId ??= other.blockingActivityId;
    this.maxMs = Math.max(this.maxMs, other.maxMs);
    this.blockingMaxMs = Math.max(this.blockingMaxMs, other.blockingMaxMs);
    this.rssGrowthMaxBytes = Math.max(this.rssGrowthMaxBytes, other.rssGrowthMaxBytes);
    for (const name of addedFields) this[name] += other[name];
    this.latency.add(other.latency);
    this.overlappedLatency.add(other.overlappedLatency);
    for (const window of other.windows.values()) {
      const held = this.windows.get(window.index);
      if (held === undefined) this.windows.set(window.index, { ...window });
      else addWindow(held, window);
    }
  }
}

const addedFields = [
  'calls',
  'rowsKept',
  'errors',
  'errorsUnderFault',
  'timeouts',
  'crashes',
  'totalMs',
  'cpuTimeMs',
  'excellentCalls',
  'goodCalls',
  'acceptableCalls',
  'poorCalls',
  'firstResultCalls',
  'firstResultTotalMs',
  'blockingCalls',
  'allocatedKb',
] as const satisfies readonly (keyof MethodSums)[];

/** As rows keep it: in whole kibibytes. */
function growthKb(beforeBytes: number | null, afterBytes: number | null): number {
  return beforeBytes === null || afterBytes === null
    ? 0
    : Math.max(0, toKibibytes(afterBytes) - toKibibytes(beforeBytes));
}

function emptyWindow(index: number): MutableWindow {
  return {
    index,
    calls: 0,
    errors: 0,
    totalMs: 0,
    cpuTimeMs: 0,
    sampledCalls: 0,
    heapTotalBytes: 0,
    rssMaxBytes: 0,
  };
}

function addWindow(window: MutableWindow, other: ActivityWindow): void {
  window.calls += other.calls;
  window.errors += other.errors;
  window.totalMs += other.totalMs;
  window.cpuTimeMs += other.cpuTimeMs;
  window.sampledCalls += other.sampledCalls;
  window.heapTotalBytes += other.heapTotalBytes;
  window.rssMaxBytes = Math.max(window.rssMaxBytes, other.rssMaxBytes);
}
