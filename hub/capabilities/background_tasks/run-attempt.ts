import type { Database } from 'better-sqlite3';
import type { JsonValue } from '../error_recovery/recovery-types.js';
import type { RegisteredHandler } from './task-handlers.js';
import { jsonText } from './task-payload.js';
import type { TaskRow } from './task-store.js';
import type { EnqueueOptions, TaskContext, TaskSource } from './task-types.js';

/** What an attempt leaves to be committed with its task. */
export interface AttemptYield {
  readonly result: string;
  readonly effects: readonly ((database: Database) => void)[];
  readonly followUps: readonly PlannedTask[];
}

export interface PlannedTask {
  readonly type: string;
  readonly payload: JsonValue;
  readonly options: EnqueueOptions;
}

/** Calls a handler once; rejects with what it throws, with a TimeoutError when it takes too long, or with the abort. */
export async function runAttempt(
  task: TaskRow,
  handler: RegisteredHandler,
  disposed: AbortSignal,
): Promise<AttemptYield> {
  const effects: ((database: Database) => void)[] = [];
  const followUps: PlannedTask[] = [];
  const controller = new AbortController();
  const { signal } = controller;
  const onDisposed = () => controller.abort(disposed.reason);
  disposed.addEventListener('abort', onDisposed);
  const timer =
    handler.timeoutMs === undefined
      ? undefined
      : setTimeout(() => controller.abort(tooLong(task, handler.timeoutMs)), handler.timeoutMs);
  const source = JSON.parse(task.source) as TaskSource;
  const context: TaskContext = {
    id: task.id,
    type: task.type,
    source,
    attempt: task.attempts,
    idempotencyKey: `${task.type}:${task.id}:${task.enqueuedAt}`,
    signal,
    once: (effect) => {
      signal.throwIfAborted();
      effects.push(effect);
    },
    followUp: (type, payload, options = {}) => {
      signal.throwIfAborted();
      followUps.push({
        type,
        payload,
        options: { ...options, source: { origin: source.origin, parentTaskId: task.id } },
      });
    },
  };
  try {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    // A handler that throws at once rejects as one that throws later.
    const work = (async () => handler.run(JSON.parse(task.payload) as JsonValue, context))();
    const result = await Promise.race([work, aborted]);
    return { result: jsonText(`The result of task ${task.id}`, result ?? null), effects, followUps };
  } finally {
    clearTimeout(timer);
    disposed.removeEventListener('abort', onDisposed);
    // What the handler still does after its time plans nothing more.
    controller.abort(new Error(`Task ${task.id} is settled.`));
  }
}

function tooLong(task: TaskRow, timeoutMs: number | undefined): Error {
  const error = new Error(`Task ${task.id} (${task.type}) took longer than ${timeoutMs} ms.`);
  error.name = 'TimeoutError';
  return error;
}
