/** Which part of a continuous integration a message is about. */
export type CiRunKind =
  | 'workflow_run'
  | 'workflow_job'
  | 'check_run'
  | 'check_suite'
  | 'status'
  | 'deployment_status';

/** A run as a message tells of it. */
export interface CiRun {
  readonly kind: CiRunKind;
  readonly id: string;
  /** 1 for the first; a workflow that is run again keeps its id. */
  readonly attempt: number;
  readonly name: string;
  readonly repository: string;
  /** Absent where the message names none. */
  readonly commit?: string;
  readonly branch?: string;
  readonly status: string;
  /** How it ended; absent while it runs. */
  readonly conclusion?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly durationMs?: number;
  /** Steps of a job that did not succeed. */
  readonly failedSteps: readonly string[];
}

/** What became of a message. */
export type IngestedWebhook = {
  readonly event: string;
  readonly action?: string;
  /** Names the delivery: where what it tells comes from. */
  readonly source: string;
} & (
  | { readonly outcome: 'recorded'; readonly run: CiRun }
  /** This delivery was taken before. */
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'ignored'; readonly reason: string }
);

export type TestOutcome = 'passed' | 'failed' | 'errored' | 'skipped';

export interface TestResult {
  readonly name: string;
  /** Class or file that the report names. */
  readonly suite: string;
  readonly outcome: TestOutcome;
  readonly durationMs: number;
  /** What a failure says, up to 2000 characters. */
  readonly message?: string;
  /** Attempts that failed before the last one in the same run, where the report tells of them. */
  readonly failedAttempts: number;
}

export interface IngestedReport {
  readonly outcome: 'recorded' | 'duplicate';
  readonly source: string;
  readonly commit: string;
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  readonly errored: number;
  readonly skipped: number;
  readonly durationMs: number;
  readonly failures: readonly TestResult[];
}

/** What passed and failed on the same commit. */
export interface FlakyEntry {
  readonly kind: 'test' | CiRunKind;
  readonly name: string;
  readonly suite: string;
  /** Passes and failures on the commits that saw both. */
  readonly passes: number;
  readonly failures: number;
  /** Failures among these, 0 to 1. It leaves commits without both out, so that it is higher than the rate over all. */
  readonly failureRate: number;
  /** 95 % Wilson score interval of the failure rate. */
  readonly interval: readonly [number, number];
  readonly commits: readonly string[];
  /** Commits on which it ran at least twice. */
  readonly commitsRepeated: number;
  /** Reports and deliveries that it was seen in. */
  readonly sources: readonly string[];
}

export interface WorkflowStep {
  readonly id?: string;
  readonly name?: string;
  /** The action that it uses. */
  readonly uses?: string;
  /** The commands that it runs. */
  readonly run?: string;
  readonly if?: string;
}

export interface WorkflowJobPlan {
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
  readonly if?: string;
  readonly runsOn?: string;
  /** The workflow that it calls, in place of steps. */
  readonly calls?: string;
  readonly steps: readonly WorkflowStep[];
}

export interface WorkflowError {
  readonly message: string;
  /** From 1; absent when the whole file is meant. */
  readonly line?: number;
  readonly column?: number;
}

export interface ParsedWorkflow {
  readonly source: string;
  readonly name?: string;
  /** Events that start it. */
  readonly events: readonly string[];
  readonly jobs: readonly WorkflowJobPlan[];
  readonly errors: readonly WorkflowError[];
}
