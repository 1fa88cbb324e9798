import type { Range } from './figures.js';
import type { HistorySeries } from './history.js';
import type { ActivityOutcome, ErrorGroup, LatencyEstimate, SessionReport } from './model.js';

/** What one page about a session shows: the data behind the HTML report, its figures those of the `SessionReport`. */
export interface SessionPage {
  readonly report: SessionReport;
  /** When this was read, in milliseconds since 1970. */
  readonly readAtMs: number;
  /** Length of the windows of every course of time, in milliseconds. */
  readonly windowMs: number;
  /** Of the methods with the most calls. */
  readonly methods: readonly MethodCourse[];
  /** Calls by scenario, capability and method, those with the most time first. */
  readonly scenarioMethods: readonly ScenarioMethodRow[];
  readonly machine: MachineCourse;
  readonly errorGroups: readonly ErrorGroup[];
  readonly evidence: readonly EvidenceTimeline[];
  readonly evaluations: readonly Evaluation[];
  readonly curves: readonly LearningCourse[];
  readonly recoveries: readonly RecoveryTrialRow[];
  readonly history: readonly HistorySeries[];
  /** What stands on the page in part only, a sentence each. */
  readonly leftOut: readonly string[];
}

/** A method's latencies as a histogram, and its course along the session. */
export interface MethodCourse {
  readonly capability: string;
  readonly method: string;
  readonly histogram: LatencyBars;
  /** One after the other along the session; windows without a call are left out. */
  readonly windows: readonly CourseWindow[];
  /** Of the calls that were drawn from the rows of the session. */
  readonly sample: readonly SampledCall[];
}

/** Counts of latencies in bars of equal relative width. */
export interface LatencyBars {
  /** In milliseconds, one more than there are bars. */
  readonly edgesMs: readonly number[];
  readonly counts: readonly number[];
}

/** The calls that began in one window of time. */
export interface CourseWindow {
  /** Since the session began, in milliseconds. */
  readonly atMs: number;
  readonly calls: number;
  readonly errors: number;
  readonly meanMs: number;
  /** Mean heap in use at the end of the calls; null where memory was not sampled. */
  readonly heapMeanBytes: number | null;
  readonly rssMaxBytes: number | null;
}

export interface SampledCall {
  /** Since the session began, in milliseconds. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly succeeded: boolean;
}

/** The calls of one method in one scenario. */
export interface ScenarioMethodRow {
  readonly taskId: string | null;
  readonly capability: string;
  readonly method: string;
  readonly calls: number;
  readonly errors: number;
  readonly errorsUnderFault: number;
  readonly meanMs: number;
  readonly medianMs: number;
  readonly p95: LatencyEstimate;
  readonly maxMs: number;
}

/** What the machine and the workers used along the session. */
export interface MachineCourse {
  readonly samples: number;
  readonly points: readonly MachinePoint[];
  readonly workers: readonly WorkerCourse[];
  /** Above which the machine counts as full, in percent. */
  readonly limits: MachineLimits;
  /** Above which the session would have been ended, as the user set it; null where it was not kept. */
  readonly endsAbove: MachineLimits | null;
}

/** In percent. */
export interface MachineLimits {
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly diskPercent: number;
}

/** Means over the samples of one stretch of time. */
export interface MachinePoint {
  /** Since the session began, in milliseconds. */
  readonly atMs: number;
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
  readonly diskPercent: number | null;
}

export interface WorkerCourse {
  readonly pid: number;
  readonly points: readonly { readonly atMs: number; readonly rssMegabytes: number }[];
}

/** The activities around the one that shows an issue best. */
export interface EvidenceTimeline {
  readonly activityId: string;
  /** In the order in which they began; a child stands below its parent. */
  readonly calls: readonly TimelineCall[];
  /** Activities that overlap the evidence and are not shown. */
  readonly more: number;
}

export interface TimelineCall {
  readonly activityId: string;
  readonly parentId: string | null;
  /** How many of its ancestors are on the timeline. */
  readonly depth: number;
  readonly capability: string;
  readonly method: string;
  readonly workerPid: number | null;
  /** Since the session began, in milliseconds. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly outcome: ActivityOutcome;
  readonly error: string | null;
  readonly fault: string | null;
}

/** A rate of an evaluation with its 95 % interval where it has one. */
export interface EvaluationRate {
  readonly name: string;
  readonly value: number;
  readonly interval: Range | null;
}

/** How right a capability was on labelled cases, as a learning scenario recorded it. */
export interface Evaluation {
  readonly capability: string;
  readonly taskId: string | null;
  readonly cases: number;
  readonly rates: readonly EvaluationRate[];
  /** Null where the recorded rates do not say. */
  readonly confusion: {
    readonly truePositives: number;
    readonly falsePositives: number;
    readonly trueNegatives: number;
    readonly falseNegatives: number;
  } | null;
}

/** How right a learner was after so many examples. */
export interface LearningCourse {
  readonly capability: string;
  readonly taskId: string | null;
  readonly rate: string;
  readonly cases: number;
  readonly points: readonly {
    readonly examples: number;
    readonly value: number;
    readonly interval: Range | null;
  }[];
}

/** One fault that was injected, and what became of it. */
export interface RecoveryTrialRow {
  readonly taskId: string | null;
  readonly capability: string;
  readonly fault: string;
  /** When its end was recorded, since the session began, in milliseconds. */
  readonly atMs: number;
  readonly detected: boolean;
  readonly recovered: boolean;
  /** From the moment the cause was gone; null when the system did not work again. */
  readonly timeToRecoverMs: number | null;
}
