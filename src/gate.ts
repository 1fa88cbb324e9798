import type { Severity } from './model.js';

/** What calls may be held to. Every limit is optional; those that are named must be met. */
export interface RunLimits {
  /** At most, in milliseconds. */
  readonly meanMs?: number | undefined;
  readonly medianMs?: number | undefined;
  readonly p95Ms?: number | undefined;
  readonly p99Ms?: number | undefined;
  readonly maxMs?: number | undefined;
  /** CPU time of a call at most, in milliseconds. */
  readonly cpuTimeMs?: number | undefined;
  /** Share of the calls without an injected fault that succeed at least, from 0 to 1. */
  readonly successRate?: number | undefined;
  /** Failed calls without an injected fault, at most. */
  readonly errors?: number | undefined;
  /** Calls a second at least, over the time that the calls span. */
  readonly throughputPerSecond?: number | undefined;
  /** Calls that are needed to say anything at all; fewer are inconclusive, never met. @default 20 */
  readonly minSamples?: number | undefined;
}

export type ConditionName = Exclude<keyof RunLimits, 'minSamples'> | 'score' | 'criticalIssues';

/** One limit and what it was held against. */
export interface GateCondition {
  /** `session`, `capability code_search`, `scenario "searches"`, or what a matcher was given. */
  readonly subject: string;
  readonly name: ConditionName;
  readonly limit: number;
  /** Null when nothing was measured. */
  readonly value: number | null;
  /** 95 % interval of the value, where there is one. */
  readonly low: number | null;
  readonly high: number | null;
  readonly samples: number;
  /** `inconclusive`: nothing or too little was measured, which is never a pass. */
  readonly verdict: 'met' | 'broken' | 'inconclusive';
  /** All of it in a sentence, in the units that people read. */
  readonly statement: string;
}

export interface Alert {
  readonly severity: Severity;
  readonly message: string;
}

/** What a session was held to, and whether it held. */
export interface GateVerdict {
  /** `fail`: a broken or inconclusive gate changes the exit code of the run. */
  readonly mode: 'report' | 'fail';
  readonly verdict: 'passed' | 'failed' | 'inconclusive';
  readonly conditions: readonly GateCondition[];
  readonly alerts: readonly Alert[];
}
