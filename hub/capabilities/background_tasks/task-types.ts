import type { Database } from 'better-sqlite3';
import type { RecordedError } from '../error_recovery/error-fingerprint.js';
import type { JsonValue } from '../error_recovery/recovery-types.js';

/** Where a task comes from. */
export interface TaskSource {
  /** A file, an address, a person, a capability: whatever asked for the work. */
  readonly origin: string;
  /** The event that asked for it, when a rule made the task. */
  readonly event?: string;
  /** The rule that made it. */
  readonly rule?: string;
  /** The task that planned this one. */
  readonly parentTaskId?: number;
}

export interface EnqueueOptions {
  /** Higher runs first; equal ones in the order they came. @default 0 */
  readonly priority?: number;
  /** @default { origin: 'enqueue' } */
  readonly source?: TaskSource;
  /** Earliest start, in milliseconds from now. @default 0 */
  readonly delayMs?: number;
  /**
   * While a task of this type and key waits for its first attempt, another with the same key takes its place: it gets the
   * newer payload and source, and the higher of both priorities.
   */
  readonly coalesceKey?: string;
}

/** `coalesced`: the task was there already and was brought up to date. */
export interface Enqueued {
  readonly id: number;
  readonly coalesced: boolean;
}

export type TaskState = 'queued' | 'running' | 'done' | 'failed';

/** A task as it stands on disk. */
export interface Task {
  readonly id: number;
  readonly type: string;
  readonly payload: JsonValue;
  readonly priority: number;
  readonly state: TaskState;
  /** How often it was begun. */
  readonly attempts: number;
  readonly source: TaskSource;
  /** ISO 8601. */
  readonly enqueuedAt: string;
  /** Earliest start of the next attempt, ISO 8601. */
  readonly dueAt: string;
  /** ISO 8601; absent until it is done or failed. */
  readonly settledAt?: string;
  /** What the handler gave back; present when done. */
  readonly result?: JsonValue;
  /** Why the last attempt failed; kept while it waits for the next one and when it failed for good. */
  readonly error?: RecordedError;
}

/** What a handler is given. Valid until the handler settles. */
export interface TaskContext {
  readonly id: number;
  readonly type: string;
  readonly source: TaskSource;
  /** 1 the first time. */
  readonly attempt: number;
  /** The same for every attempt of this task: hand it to a receiver that drops repeated requests. */
  readonly idempotencyKey: string;
  /** Aborts when the time is up or the capability is disposed. */
  readonly signal: AbortSignal;
  /** Plans a synchronous effect on the hub's state, committed together with the task: both are there or neither. */
  once(effect: (database: Database) => void): void;
  /** Plans a task that follows from this one, committed together with it. */
  followUp(type: string, payload: JsonValue, options?: Omit<EnqueueOptions, 'source'>): void;
}

export type TaskHandler = (
  payload: JsonValue,
  context: TaskContext,
) => Promise<JsonValue | undefined> | JsonValue | undefined;

/** A module whose default export is called with the payload in a worker thread. */
export interface WorkerHandler {
  /** Absolute path or `file:` address. */
  readonly workerFile: string;
  /** Threads at most. @default 1 */
  readonly maxThreads?: number;
}

export interface HandlerOptions {
  /** How often a task is begun before it has failed for good, a killed process included. @default 3 */
  readonly maxAttempts?: number;
  /** Wait before the second attempt, doubled for each further one up to 5 minutes, in milliseconds. @default 1000 */
  readonly backoffMs?: number;
  /** An attempt that takes longer fails, in milliseconds; left out, it may take any time. */
  readonly timeoutMs?: number;
}

/** Something that happened, with where it came from. */
export interface TaskEvent {
  readonly name: string;
  readonly source: string;
  readonly detail: JsonValue;
}

/** What follows from an event. */
export interface EventRule {
  /** Names the rule in the source of its tasks; one of a name for each event. */
  readonly name: string;
  /** The type of task that it makes. */
  readonly type: string;
  /** Left out, every event counts. */
  readonly when?: (event: TaskEvent) => boolean;
  /** @default the event's detail */
  readonly payload?: (event: TaskEvent) => JsonValue;
  readonly priority?: number;
  readonly coalesceKey?: (event: TaskEvent) => string;
}

/** How the tasks stand, all processes together. */
export interface TasksStatus {
  readonly queued: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  /** Queued tasks of types that nobody registered here. */
  readonly withoutHandler: number;
  readonly byType: Readonly<Record<string, Readonly<Record<TaskState, number>>>>;
  readonly paused: boolean;
  /** Why work in the background stopped, such as a locked state; absent while it goes. */
  readonly fault?: string;
}

/** What a drain did: counts of attempts that ended in this process, and what is left. */
export interface Drained {
  readonly done: number;
  readonly failed: number;
  readonly retried: number;
  readonly remaining: { readonly withoutHandler: number; readonly runningElsewhere: number };
}
