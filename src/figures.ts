import type { LatencyDistribution } from './latency-distribution.js';

/** From a low to a high end. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A percentile with its 95 % interval, or with how many calls it would need to have one. */
export type LatencyEstimate =
  | { readonly valueMs: number; readonly count: number; readonly lowMs: number; readonly highMs: number }
  | { readonly valueMs: number; readonly count: number; readonly countNeeded: number };

/** Sums over the calls that began in one window of time of a session. */
export interface ActivityWindow {
  /** 0 for the window that begins with the session. */
  readonly index: number;
  readonly calls: number;
  /** Without those under an injected fault. */
  readonly errors: number;
  readonly totalMs: number;
  readonly cpuTimeMs: number;
  /** Calls whose memory was sampled; the next two are over these. */
  readonly sampledCalls: number;
  /** Sum of the heap in use at the end of each call. */
  readonly heapTotalBytes: number;
  readonly rssMaxBytes: number;
}

/** The calls of one method of one capability in a session, summed up. */
export interface MethodFigures {
  readonly capability: string;
  readonly method: string;
  readonly calls: number;
  /** Calls whose rows are in the database; less than `calls` where the retention setting left some out. */
  readonly rowsKept: number;
  /** Calls that did not succeed while no fault was injected. */
  readonly errors: number;
  /** Calls that did not succeed while a fault was injected: what the scenario asked for. */
  readonly errorsUnderFault: number;
  /** Those of the errors that had not returned when their scenario ended. */
  readonly timeouts: number;
  /** Those of the errors whose process died. */
  readonly crashes: number;
  readonly meanMs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly cpuTimeMs: number;
  /** Calls below 500 ms, below 2000 ms, below 5000 ms, and the rest. */
  readonly excellentCalls: number;
  readonly goodCalls: number;
  readonly acceptableCalls: number;
  readonly poorCalls: number;
  /** Mean time to the first item of the generators among the calls, or null when there was none. */
  readonly firstResultMeanMs: number | null;
  /** Calls that, with no other beside them, kept the event loop from turning for a fifth of a second or longer at a stretch. */
  readonly blockingCalls: number;
  /** The longest of these stretches; 0 where it was not kept. */
  readonly blockingMaxMs: number;
  /** How much the resident memory of the process grew during the call during which it grew most. */
  readonly rssGrowthMaxBytes: number;
  readonly slowestActivityId: string;
  readonly failedActivityId: string | null;
  readonly blockingActivityId: string | null;
  readonly rssGrowthActivityId: string | null;
  /** Exact in a session of up to 200,000 activities whose rows are all kept, else within 0.3 %. */
  readonly latency: LatencyDistribution;
  /** Of the calls that others overlapped; within 0.3 %. */
  readonly overlappedLatency: LatencyDistribution;
  /** Along the session, in order; windows without a call are left out. */
  readonly windows: readonly ActivityWindow[];
}

/** The calls of one method within one scenario. */
export interface ScenarioMethodFigures extends MethodFigures {
  /** Null for calls outside of scenarios. */
  readonly taskId: string | null;
}

/** Errors of one capability and method with the same type and, apart from numbers and ids, the same message. */
export interface ErrorGroup {
  readonly capability: string;
  readonly method: string;
  readonly errorType: string;
  readonly fingerprint: string;
  /** Of the first of them. */
  readonly message: string;
  readonly count: number;
  readonly activityId: string;
}

/** One call that did not succeed while no fault was injected, and what was going on. */
export interface Failure {
  readonly activityId: string;
  readonly capability: string;
  readonly method: string;
  readonly errorType: string;
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Whether other calls ran beside it. */
  readonly overlapped: boolean;
  /** The call that its worker began before it, as `capability.method`; null when there was none. */
  readonly after: string | null;
}

/** What calls of a method that succeeded came after, to compare its failures with; some of them. */
export interface MethodCircumstances {
  readonly capability: string;
  readonly method: string;
  readonly succeededAfter: readonly (string | null)[];
}

/** One metric as it was recorded, of those that are judged one by one. */
export interface MetricNote {
  readonly capability: string;
  readonly metricType: string;
  readonly value: number;
  readonly unit: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly taskId: string | null;
}

/** One series of metrics of a session, summed up. */
export interface MetricFigures {
  readonly capability: string;
  readonly metricType: string;
  readonly unit: string;
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
}

/** What the figures of calls come to; the same for a method, a capability, a scenario, a kind of scenario, and a session. */
export interface CallSummary {
  readonly calls: number;
  readonly errors: number;
  readonly errorsUnderFault: number;
  /** Share of the calls without injected fault that succeeded, 0 to 1; null when there was no such call. */
  readonly successRate: number | null;
  /** Its 95 % interval (Wilson 1927). */
  readonly successInterval: Range | null;
  readonly meanMs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly p95: LatencyEstimate;
  readonly p99: LatencyEstimate;
  /** Calls a second from the first to the last of them, by the windows they fall into; null without windows. */
  readonly throughputPerSecond: number | null;
  readonly cpuTimePerCallMs: number;
  /** Work for each second of CPU time; null when none was measured. */
  readonly callsPerCpuSecond: number | null;
  /** From 0.2 to 1, as people feel it: 1 below 100 ms, 0.8 below 500, 0.5 below 2000, 0.2 beyond. */
  readonly uxQuality: number;
  /** How fast the heap in use grew, in bytes a minute (Theil and Sen); null with fewer than ten windows of sampled calls. */
  readonly heapSlopeBytesPerMinute: number | null;
  readonly rssMaxBytes: number;
}

/** What the failures of a method have in common that its other calls have not. */
export interface FailurePattern {
  readonly kind: 'after_call' | 'under_load' | 'at_time';
  /** In a sentence with the numbers. */
  readonly statement: string;
}

export interface MethodSummary extends MethodFigures, Omit<CallSummary, keyof MethodFigures> {
  readonly failurePatterns: readonly FailurePattern[];
}
