import type { Database } from 'better-sqlite3';
import type { RecordedError } from './error-fingerprint.js';

/** What survives being written as JSON and read again. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What a step is given. Valid until the step settles. */
export interface StepContext {
  readonly id: string;
  readonly step: string;
  /** 1 the first time; one more for each time the step was begun and not committed. */
  readonly attempt: number;
  /** The same for every attempt of this step in this run: hand it to a receiver that drops repeated requests. */
  readonly idempotencyKey: string;
  /** Results of the committed steps, by name. */
  readonly results: Readonly<Record<string, JsonValue>>;
  readonly signal: AbortSignal;
  /** The connection in whose transaction the checkpoint is committed. Written to outside `once`, it commits at once. */
  readonly database: Database;
  /**
   * Plans a synchronous effect on `database`, applied in the transaction that commits the step's checkpoint, after the
   * step settles: both are there or neither. False when an effect with this key is planned or was applied in this run.
   */
  once(key: string, effect: (database: Database) => void): boolean;
}

/** One step of a run. Its result is checkpointed as JSON; `undefined` is kept as null. */
export interface Step {
  readonly name: string;
  run(context: StepContext): unknown;
}

export interface RunOptions {
  /** Stops the run at the next step boundary; also handed to the step. */
  readonly signal?: AbortSignal;
}

export interface ResumeOptions extends RunOptions {
  /** What was done about the error before resuming; `recurrences` tells it when the error comes back. */
  readonly remedy?: string;
}

interface RunProgress {
  readonly id: string;
  /** Committed steps, those of earlier processes included. */
  readonly completedSteps: number;
  /** Steps begun in this call that had been begun before without being committed. */
  readonly redoneSteps: number;
  /** Steps that were already committed when this call began; absent for a first run. */
  readonly resumedFrom?: number;
  readonly durationMs: number;
  readonly results: Readonly<Record<string, JsonValue>>;
}

export type RunResult = RunProgress &
  (
    | { readonly outcome: 'completed' }
    | { readonly outcome: 'failed'; readonly failedStep: string; readonly error: RecordedError }
  );

/** A run that has not committed its last step. */
export interface IncompleteRun {
  readonly id: string;
  readonly completedSteps: number;
  readonly totalSteps: number;
  readonly failedStep?: string;
  readonly error?: RecordedError;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The process that worked on it last. */
  readonly ownerPid: number;
  /** True while that process still runs and works on it. */
  readonly alive: boolean;
}

/** A committed step. */
export interface Checkpoint {
  readonly step: string;
  readonly index: number;
  readonly result: JsonValue;
  readonly idempotencyKey: string;
  readonly attempts: number;
  /** Keys of the effects committed with it. */
  readonly effects: readonly string[];
  /** ISO 8601. */
  readonly committedAt: string;
}

/** One time a step that had failed was committed after all. */
export interface Recovery {
  readonly runId: string;
  readonly step: string;
  /** Attempts of the step after the failure, the successful one included. */
  readonly attempts: number;
  readonly timeToRecoverMs: number;
  readonly byAnotherProcess: boolean;
  readonly remedy?: string;
}

/** What is known of an error from earlier runs. */
export interface Recurrences {
  readonly fingerprint: string;
  readonly pattern: string;
  readonly occurrences: number;
  readonly recovered: number;
  /** ISO 8601; absent when the error was never seen. */
  readonly firstAt?: string;
  readonly lastAt?: string;
  /** Newest first. */
  readonly recoveries: readonly Recovery[];
}
