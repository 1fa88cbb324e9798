import type {
  CallSummary,
  ErrorGroup,
  Failure,
  MethodCircumstances,
  MethodFigures,
  MethodSummary,
  MetricFigures,
  MetricNote,
  ScenarioMethodFigures,
} from './figures.js';
import type { GateVerdict } from './gate.js';
import type { HistoryComparison, HistoryFacts } from './history.js';

export type {
  ActivityWindow,
  CallSummary,
  ErrorGroup,
  Failure,
  FailurePattern,
  LatencyEstimate,
  MethodCircumstances,
  MethodFigures,
  MethodSummary,
  MetricFigures,
  MetricNote,
  ScenarioMethodFigures,
} from './figures.js';

/** The words of the field. Every room shares these shapes; each idea has one name. */

export const scenarioKinds = ['monitoring', 'load', 'recovery', 'learning', 'integration'] as const;
export type ScenarioKind = (typeof scenarioKinds)[number];

export type SessionStatus = 'running' | 'completed' | 'stopped' | 'error';

export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

export type SuggestionPriority = Exclude<Severity, 'info'>;
export type SuggestionCategory = 'performance' | 'reliability' | 'resource_optimization' | 'bug_fix';

/**
 * How an activity ended. `timed_out`: its scenario ended first. `abandoned`: a generator or lazy promise
 * whose caller stopped asking. `crashed`: its process died.
 */
export const activityOutcomes = ['succeeded', 'failed', 'timed_out', 'abandoned', 'crashed'] as const;
export type ActivityOutcome = (typeof activityOutcomes)[number];

/**
 * How a scenario ended. `crashed`: its worker died. `stopped`: it was running when the session was stopped. `skipped`: it
 * never began.
 */
export type ScenarioOutcome = 'running' | 'passed' | 'failed' | 'stopped' | 'skipped' | 'crashed';

/** An error as it is kept: bounded, redacted, with the name of its class and its code when it has one. */
export interface CapturedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** What the process used at one moment. */
export interface ProcessSample {
  /** Milliseconds on the process's monotonic clock. */
  readonly atMs: number;
  /** User and system CPU time of the process so far, in microseconds. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  /** Active time of the event loop so far, in milliseconds. */
  readonly loopActiveMs: number;
}

/** One call of one method of one capability. */
export interface Activity {
  /** Unique over all sessions; the same line read twice has the same id. */
  readonly activityId: string;
  /** Vitest's id of the scenario's task, or null outside a scenario. */
  readonly taskId: string | null;
  readonly attempt: number;
  /** Process id of the worker. */
  readonly workerPid: number;
  /** Milliseconds since 1970, with fractions. */
  readonly startedAtMs: number;
  readonly capability: string;
  readonly method: string;
  readonly durationMs: number;
  /** Milliseconds to the first item of a generator, else null. */
  readonly firstResultMs: number | null;
  readonly outcome: ActivityOutcome;
  readonly error: CapturedError | null;
  /** Bounded, redacted JSON of the result, or null. */
  readonly resultJson: string | null;
  /**
   * CPU time the process used during the call, in milliseconds; includes whatever overlapped. This and the memory that
   * follows are null when calls are timed only.
   */
  readonly cpuTimeMs: number | null;
  readonly rssBeforeBytes: number | null;
  readonly rssAfterBytes: number | null;
  readonly heapBeforeBytes: number | null;
  readonly heapAfterBytes: number | null;
  readonly externalBeforeBytes: number | null;
  readonly externalAfterBytes: number | null;
  /** Share of the call's time the event loop was busy, 0 to 1, or null for one shorter than a sample or timed only. */
  readonly eventLoopUtilization: number | null;
  /** Longest time of the call in which the event loop did not turn, in whole milliseconds; null below 50 ms or when it was not watched. */
  readonly longestStallMs: number | null;
  /** Other activities of the worker that overlapped this one, its own ancestors and descendants left out. */
  readonly overlapping: number;
  readonly parentId: string | null;
  /** Name of the fault that the scenario had injected while the call ran, or null. */
  readonly fault: string | null;
}

/** A measured value that is not an activity's. */
export interface Metric {
  readonly metricId: string;
  readonly taskId: string | null;
  readonly atMs: number;
  readonly capability: string;
  readonly metricType: string;
  readonly value: number;
  readonly unit: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A problem that was found. */
export interface Issue {
  readonly issueId: string;
  readonly taskId: string | null;
  readonly atMs: number;
  readonly severity: Severity;
  readonly capability: string;
  readonly issueType: string;
  readonly description: string;
  readonly suggestedFix: string | null;
  /** True, false, or null when it is not known. */
  readonly reproducible: boolean | null;
  /** The activity that shows it best. */
  readonly evidenceActivityId: string | null;
}

/** Advice that follows from an issue. */
export interface Suggestion {
  readonly category: SuggestionCategory;
  readonly priority: SuggestionPriority;
  readonly suggestion: string;
  readonly rationale: string;
  readonly estimatedImpact: string;
  /** Points that the score of the session lost to it, of 100; 0 where that cannot be told. */
  readonly expectedGain: number;
  readonly issueId: string;
}

/** What a journal line can hold; the worker writes them, the reporter reads them. */
export type JournalEntry =
  | {
      readonly entry: 'worker';
      readonly sessionId: string;
      /** Names of the hub's capabilities, or null when there is no hub. */
      readonly capabilities: readonly string[] | null;
    }
  | { readonly entry: 'scenario_started'; readonly scenario: ScenarioStart }
  | {
      readonly entry: 'scenario_ended';
      readonly taskId: string;
      readonly attempt: number;
      readonly atMs: number;
    }
  | { readonly entry: 'activity'; readonly activity: Activity }
  | { readonly entry: 'activity_running'; readonly activity: Activity }
  | { readonly entry: 'metric'; readonly metric: Metric }
  | { readonly entry: 'issue'; readonly issue: Issue };

/** A scenario at the moment it begins, as its worker knows it. */
export interface ScenarioStart {
  readonly taskId: string;
  readonly name: string;
  readonly file: string;
  readonly line: number | null;
  readonly kind: ScenarioKind;
  readonly attempt: number;
  readonly seed: number;
  readonly startedAtMs: number;
}

/** What the whole machine used at one moment. */
export interface SystemSample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly diskPercent: number;
  /** The workers that were alive. */
  readonly workers: readonly WorkerUsage[];
  /** Time it took to read this sample, in milliseconds: the monitor's own cost. */
  readonly costMs: number;
}

/** What a worker used at one moment, seen from outside. */
export interface WorkerUsage {
  readonly pid: number;
  readonly rssBytes: number;
  /** Share of one core since the last sample, in percent; null in the first sample of a worker. */
  readonly cpuPercent: number | null;
}

/** One run of the scenarios on one workspace. */
export interface Session {
  readonly sessionId: string;
  readonly projectPath: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** How long the scenarios that run for a set time were told to go on. */
  readonly durationMinutes: number;
  readonly status: SessionStatus;
  readonly stopReason: string | null;
  readonly seed: number;
  readonly environment: Environment;
}

/** What the figures of a session depend on; sessions of different environments are not compared silently. */
export interface Environment {
  readonly node: string;
  readonly vitest: string;
  readonly platform: string;
  readonly cpuModel: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly commit: string | null;
}

/** A scenario as the store keeps it. */
export interface Scenario {
  readonly taskId: string;
  readonly name: string;
  readonly file: string;
  readonly line: number | null;
  readonly kind: ScenarioKind;
  readonly attempts: number;
  readonly durationMs: number | null;
  readonly outcome: ScenarioOutcome;
  readonly errorMessage: string | null;
}

/** All that the analysis of a session needs to know. */
export interface SessionFacts {
  readonly session: Session;
  readonly scenarios: readonly Scenario[];
  readonly methods: readonly MethodFigures[];
  /** The same calls by scenario. */
  readonly scenarioMethods: readonly ScenarioMethodFigures[];
  /** Length of the windows of both, in milliseconds. */
  readonly windowMs: number;
  readonly errorGroups: readonly ErrorGroup[];
  /** The first ones, one by one. */
  readonly failures: readonly Failure[];
  readonly circumstances: readonly MethodCircumstances[];
  readonly notes: readonly MetricNote[];
  readonly metrics: readonly MetricFigures[];
  /** Issues that scenarios and the recorder reported, without those that the rules found. */
  readonly reportedIssues: readonly Issue[];
  /** Names of the hub's capabilities; null when the hub was not seen. */
  readonly declaredCapabilities: readonly string[] | null;
  readonly history: HistoryFacts;
  /** What the gate said when the session ended; null when it had none. */
  readonly gate: GateVerdict | null;
  /** What the parts of the score weigh in this session, from 0 to 1. */
  readonly scoreWeights: ScoreWeights;
  /** Null for sessions that did not keep them. */
  readonly safetyLimits: SafetyLimits | null;
}

/** How a capability did in a session. */
export interface CapabilitySummary extends CallSummary {
  readonly capability: string;
  /** Mean time of a call, in milliseconds, in each eighth of the time from its first call to its last; null where none began. */
  readonly trendMs: readonly (number | null)[];
  readonly methods: readonly MethodSummary[];
}

/** How the scenarios of one kind did. */
export interface KindSummary extends CallSummary {
  readonly kind: ScenarioKind;
  /** Without those that were skipped. */
  readonly scenarios: number;
  readonly passed: number;
  readonly skipped: number;
}

/** How the calls of one scenario did. */
export interface ScenarioSummary extends CallSummary {
  readonly taskId: string;
}

/** Above which a session is ended: percent of the whole machine, and failed activities in a row. */
export interface SafetyLimits {
  readonly cpuPercentMax: number;
  readonly memoryPercentMax: number;
  readonly diskPercentMax: number;
  readonly consecutiveErrorsMax: number;
}

/** What each part counts in the score; they need not add up to 1. */
export interface ScoreWeights {
  readonly success: number;
  readonly response: number;
  readonly resources: number;
}

export const usualWeights: ScoreWeights = { success: 0.7, response: 0.2, resources: 0.1 };

export interface Score {
  /** 0 to 100. */
  readonly total: number;
  /** Each part from 0 to 1 with the weight it has in the total. */
  readonly parts: readonly {
    readonly name: 'success' | 'response' | 'resources';
    readonly weight: number;
    readonly value: number;
  }[];
}

/** What a session showed: the data behind every form of the report. */
export interface SessionReport {
  readonly session: Session;
  readonly scenarios: readonly Scenario[];
  readonly totals: {
    readonly activities: number;
    /** Activities whose rows are in the database. */
    readonly rowsKept: number;
    readonly errors: number;
    readonly errorsUnderFault: number;
    readonly successRate: number | null;
    readonly meanMs: number | null;
  };
  readonly kinds: readonly KindSummary[];
  readonly scenarioSummaries: readonly ScenarioSummary[];
  readonly capabilities: readonly CapabilitySummary[];
  readonly workedWell: readonly { readonly capability: string; readonly statement: string }[];
  readonly workedPoorly: readonly { readonly capability: string; readonly statement: string }[];
  readonly issues: readonly Issue[];
  readonly suggestions: readonly Suggestion[];
  readonly metrics: readonly MetricFigures[];
  readonly history: HistoryComparison;
  readonly gate: GateVerdict | null;
  /** Null when nothing was measured. */
  readonly score: Score | null;
}
