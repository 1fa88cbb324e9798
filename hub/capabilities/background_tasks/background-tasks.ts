import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import type { Cron } from 'croner';
import PQueue from 'p-queue';
import { CapabilityError } from '../../errors.js';
import { recordError } from '../error_recovery/error-fingerprint.js';
import type { JsonValue } from '../error_recovery/recovery-types.js';
import { dropLease, type HeldLease, takeLease } from '../error_recovery/run-lease.js';
import { guardState, openCapabilityState, type StateFile } from '../error_recovery/state-failure.js';
import { EventRules } from './event-rules.js';
import { runAttempt } from './run-attempt.js';
import { takeOverAbandoned } from './take-over-abandoned.js';
import { backoffAfter, type RegisteredHandler, TaskHandlers } from './task-handlers.js';
import { toNewTask } from './task-payload.js';
import { openSchedule } from './task-schedule.js';
import { summarizeTasks } from './task-status.js';
import {
  type AttemptEnd,
  claimTask,
  findTask,
  giveBack,
  insertTask,
  nextDueMs,
  pruneDone,
  requeueTask,
  runningRows,
  settleTask,
  type TaskRow,
  takeSlot,
  taskSchema,
  tasksIn,
  toTask,
} from './task-store.js';
import type {
  Drained,
  Enqueued,
  EnqueueOptions,
  EventRule,
  HandlerOptions,
  Task,
  TaskEvent,
  TaskHandler,
  TasksStatus,
  WorkerHandler,
} from './task-types.js';
import { untilAborted } from './until-aborted.js';

export interface BackgroundTasksOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
  /** Tasks that run at the same time in this process, 1 to 64. @default 2 */
  readonly concurrency?: number;
  /** Done tasks that are kept to be looked at. @default 10000 */
  readonly keptDone?: number;
}

type Counts = { -readonly [Key in 'done' | 'failed' | 'retried']: number };

/**
 * Does work in the background in the order of its priority. A task is on disk when `enqueue` returns; one whose process
 * dies is begun again by the next process, or fails for good when its attempts are used up.
 *
 * What is exactly once: the effects and tasks that a handler plans with `once` and `followUp`, committed together with the
 * end of its task. What is at least once: everything else that a handler does, because a process may die between doing it
 * and committing; a receiver that drops repeated requests by `context.idempotencyKey` makes it once.
 *
 * Every method throws CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED when the state cannot be used.
 */
export class BackgroundTasks {
  readonly #file: StateFile;
  readonly #database: Database;
  readonly #lease: HeldLease = takeLease();
  readonly #queue: PQueue;
  readonly #handlers = new TaskHandlers();
  readonly #rules = new EventRules();
  readonly #schedules = new Map<string, Cron>();
  readonly #disposed = new AbortController();
  readonly #keptDone: number;
  readonly #counts: Counts = { done: 0, failed: 0, retried: 0 };
  #paused = false;
  #woken = false;
  #fault: unknown;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BackgroundTasksOptions) {
    const { concurrency = 2, keptDone = 10_000 } = options;
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 64) {
      throw new CapabilityError(
        'BAD_INPUT',
        `concurrency is a whole number from 1 to 64, not ${concurrency}.`,
      );
    }
    this.#file = { ...options, capability: 'background_tasks' };
    this.#keptDone = keptDone;
    this.#queue = new PQueue({ concurrency });
    this.#database = openCapabilityState(this.#file, taskSchema);
  }

  /**
   * Says who does the tasks of a type: a function, or a module that runs in worker threads. Waiting ones begin soon after.
   *
   * @throws CapabilityError BAD_INPUT for a type that has a handler, or options out of range
   */
  handle(type: string, handler: TaskHandler | WorkerHandler, options: HandlerOptions = {}): void {
    this.#handlers.register(type, handler, options);
    this.#guard('take over tasks', () => takeOverAbandoned(this.#database, this.#handlers));
    this.#wake();
  }

  /**
   * Keeps a task to be done.
   *
   * @throws CapabilityError BAD_INPUT for an empty type, a priority that is no whole number, a negative delay, or a payload
   *   that is not plain JSON of at most 1 MiB
   */
  enqueue(type: string, payload: JsonValue, options: EnqueueOptions = {}): Enqueued {
    const task = toNewTask(type, payload, options, { origin: 'enqueue' });
    const enqueued = this.#write('keep a task', () => insertTask(this.#database, task));
    this.#wake();
    return enqueued;
  }

  /**
   * Makes a task of every later event of this name that the rule is for; gives back what takes the rule away.
   *
   * @throws CapabilityError BAD_INPUT for an empty name, or a rule of this name that is there
   */
  on(event: string, rule: EventRule): () => void {
    return this.#rules.add(event, rule);
  }

  /** Tells of an event. The tasks of all its rules are kept together; each says which event, rule and source it is from. */
  emit(name: string, event: { readonly source: string; readonly detail: JsonValue }): readonly Enqueued[] {
    const happened: TaskEvent = { name, ...event };
    const tasks = this.#rules.matching(happened).map((rule) =>
      toNewTask(
        rule.type,
        rule.payload?.(happened) ?? happened.detail,
        {
          ...(rule.priority === undefined ? {} : { priority: rule.priority }),
          ...(rule.coalesceKey === undefined ? {} : { coalesceKey: rule.coalesceKey(happened) }),
        },
        { origin: happened.source, event: name, rule: rule.name },
      ),
    );
    const enqueued = this.#write('keep the tasks of an event', () =>
      tasks.map((task) => insertTask(this.#database, task)),
    );
    this.#wake();
    return enqueued;
  }

  /**
   * Enqueues a task at the times of a cron pattern while this process lives; processes that share the state and the name
   * enqueue one for each time. Times at which no process lived are not made up for. Resolves to what ends it.
   *
   * @throws CapabilityError BAD_INPUT for a pattern that croner refuses, or a known name
   */
  async schedule(
    name: string,
    pattern: string,
    type: string,
    payload: JsonValue = null,
  ): Promise<() => void> {
    const taskOf = (slotMs: number) =>
      toNewTask(type, payload, {}, { origin: 'schedule', event: new Date(slotMs).toISOString(), rule: name });
    // Refuses a payload that cannot be kept now, and not at the first time.
    taskOf(0);
    const job = await openSchedule(name, pattern, this.#schedules, (slotMs) => {
      try {
        this.#write('keep a scheduled task', () => {
          if (takeSlot(this.#database, name, slotMs)) insertTask(this.#database, taskOf(slotMs));
        });
        this.#wake();
      } catch (error) {
        this.#fault = error;
      }
    });
    return () => {
      job.stop();
      if (this.#schedules.get(name) === job) this.#schedules.delete(name);
    };
  }

  /** How all tasks stand. */
  status(): TasksStatus {
    return this.#guard('count its tasks', () =>
      summarizeTasks(this.#database, this.#handlers.types, this.#paused, this.#fault),
    );
  }

  /**
   * One task.
   *
   * @throws CapabilityError NOT_FOUND
   */
  task(id: number): Task {
    const row = this.#guard('read a task', () => findTask(this.#database, id));
    if (row === undefined) {
      throw new CapabilityError('NOT_FOUND', `There is no task ${id}. It may be done and pruned.`);
    }
    return toTask(row);
  }

  /** Tasks in a state, highest priority first. */
  tasks(state: Task['state'], limit = 100): readonly Task[] {
    return this.#guard('list its tasks', () => tasksIn(this.#database, state, limit).map(toTask));
  }

  /** A task and those it follows from, the first of them last. */
  lineage(id: number): readonly Task[] {
    const chain = [this.task(id)];
    for (let parent = chain[0]?.source.parentTaskId; parent !== undefined; ) {
      const row = this.#guard('read a task', () => findTask(this.#database, parent ?? 0));
      if (row === undefined) break;
      const task = toTask(row);
      chain.push(task);
      parent = task.source.parentTaskId;
    }
    return chain;
  }

  /**
   * Gives a failed task its attempts again.
   *
   * @throws CapabilityError NOT_FOUND when there is no failed task of this number
   */
  retry(id: number): void {
    const found = this.#write('run a task again', () => requeueTask(this.#database, id, Date.now()));
    if (!found) throw new CapabilityError('NOT_FOUND', `There is no failed task ${id}.`);
    this.#wake();
  }

  /** Begins no more tasks; those that run go on. */
  pause(): void {
    this.#paused = true;
  }

  /** Takes a pause back. */
  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  /**
   * Works until no task of a registered type waits, retries and delayed ones included. Takes a pause back.
   *
   * @throws CapabilityError INTERRUPTED when the signal aborts; what stopped the work in the background, such as STATE_LOCKED
   */
  async drain(options: { readonly signal?: AbortSignal } = {}): Promise<Drained> {
    const before = { ...this.#counts };
    this.#paused = false;
    this.#fault = undefined;
    this.#guard('take over tasks', () => takeOverAbandoned(this.#database, this.#handlers));
    for (;;) {
      this.#fill();
      await untilAborted(this.#queue.onIdle(), options.signal);
      if (this.#fault !== undefined) throw this.#fault;
      const dueMs = this.#guard('look for tasks', () => nextDueMs(this.#database, this.#handlers.types));
      if (dueMs === undefined) break;
      await untilAborted(delay(Math.min(Math.max(1, dueMs - Date.now()), 1_000)), options.signal);
    }
    const elsewhere = this.#guard('look for tasks', () => runningRows(this.#database).length);
    return {
      done: this.#counts.done - before.done,
      failed: this.#counts.failed - before.failed,
      retried: this.#counts.retried - before.retried,
      remaining: { withoutHandler: this.status().withoutHandler, runningElsewhere: elsewhere },
    };
  }

  /** Ends timers, schedules and worker threads; running tasks are given back as if not begun, and their signals abort. */
  async dispose(): Promise<void> {
    if (this.#disposed.signal.aborted) return;
    this.#disposed.abort(new CapabilityError('INTERRUPTED', 'background_tasks was disposed.'));
    clearTimeout(this.#timer);
    for (const job of this.#schedules.values()) job.stop();
    try {
      this.#write('give tasks back', () => giveBack(this.#database, this.#lease.lease));
    } finally {
      dropLease(this.#lease);
      this.#database.close();
      await this.#handlers.dispose();
    }
  }

  /** Begins tasks after the present turn, so that tasks of one turn are ordered by priority. */
  #wake(): void {
    if (this.#woken || this.#paused) return;
    this.#woken = true;
    setImmediate(() => {
      this.#woken = false;
      this.#fill();
    });
  }

  #fill(): void {
    if (this.#paused || this.#disposed.signal.aborted) return;
    try {
      while (this.#queue.size + this.#queue.pending < this.#queue.concurrency) {
        const row = this.#claim();
        const handler = row === undefined ? undefined : this.#handlers.find(row.type);
        if (row === undefined || handler === undefined) break;
        void this.#queue.add(() => this.#attempt(row, handler), { priority: row.priority });
      }
      this.#wakeWhenDue();
    } catch (error) {
      this.#fault = error;
    }
  }

  /** Not flushed to the disk: after a power loss a task that was only taken waits again, which is as good. */
  #claim(): TaskRow | undefined {
    this.#database.pragma('synchronous = NORMAL');
    try {
      return this.#write('take a task', () =>
        claimTask(this.#database, this.#handlers.types, this.#lease, Date.now()),
      );
    } finally {
      this.#database.pragma('synchronous = FULL');
    }
  }

  #wakeWhenDue(): void {
    clearTimeout(this.#timer);
    const dueMs = nextDueMs(this.#database, this.#handlers.types);
    const waitMs = (dueMs ?? 0) - Date.now();
    if (dueMs === undefined || waitMs <= 0) return;
    this.#timer = setTimeout(() => this.#wake(), Math.min(waitMs, 3_600_000)).unref();
  }

  /** Never rejects: what goes wrong with the state is kept as the fault. */
  async #attempt(task: TaskRow, handler: RegisteredHandler): Promise<void> {
    try {
      const attempted = await runAttempt(task, handler, this.#disposed.signal);
      const planned = attempted.followUps.map(({ type, payload, options }) =>
        toNewTask(type, payload, options, { origin: task.type }),
      );
      this.#write('commit a task', () => {
        for (const effect of attempted.effects) effect(this.#database);
        for (const next of planned) insertTask(this.#database, next);
        // Without its lease the task is another process's: what was planned here must not be committed.
        if (
          !settleTask(
            this.#database,
            task.id,
            this.#lease.lease,
            { state: 'done', result: attempted.result },
            Date.now(),
          )
        ) {
          throw new CapabilityError('INTERRUPTED', `Task ${task.id} was taken over meanwhile.`);
        }
      });
      this.#counts.done += 1;
      if (this.#counts.done % 1_000 === 0)
        this.#write('prune tasks', () => pruneDone(this.#database, this.#keptDone));
    } catch (error) {
      this.#recordFailure(task, handler, error);
    }
    this.#wake();
  }

  #recordFailure(task: TaskRow, handler: RegisteredHandler, thrown: unknown): void {
    if (this.#disposed.signal.aborted) return;
    const error = recordError(thrown);
    const isLast = task.attempts >= handler.maxAttempts;
    const end: AttemptEnd = isLast
      ? { state: 'failed', error }
      : { state: 'queued', error, dueAtMs: Date.now() + backoffAfter(handler, task.attempts) };
    try {
      const isOurs = this.#write('record a failure', () =>
        settleTask(this.#database, task.id, this.#lease.lease, end, Date.now()),
      );
      if (isOurs) this.#counts[isLast ? 'failed' : 'retried'] += 1;
    } catch (fault) {
      this.#fault = fault;
    }
  }

  #write<Result>(action: string, operation: () => Result): Result {
    return this.#guard(action, () => this.#database.transaction(operation).immediate());
  }

  #guard<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, operation);
  }
}
