import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Piscina } from 'piscina';
import { CapabilityError } from '../../errors.js';
import type { JsonValue } from '../error_recovery/recovery-types.js';
import type { HandlerOptions, TaskContext, TaskHandler, WorkerHandler } from './task-types.js';

export interface RegisteredHandler {
  readonly run: TaskHandler;
  readonly maxAttempts: number;
  readonly backoffMs: number;
  readonly timeoutMs: number | undefined;
}

const longestBackoffMs = 300_000;

/** How long to wait after an attempt that failed, in milliseconds. */
export function backoffAfter(handler: RegisteredHandler, attempt: number): number {
  return Math.min(longestBackoffMs, handler.backoffMs * 2 ** (attempt - 1));
}

/** Who does the tasks of a type, with the worker threads of those that run there. */
export class TaskHandlers {
  readonly #handlers = new Map<string, RegisteredHandler>();
  readonly #pools: Promise<Piscina>[] = [];

  /** @throws CapabilityError BAD_INPUT for a known type, or options out of range */
  register(type: string, handler: TaskHandler | WorkerHandler, options: HandlerOptions): void {
    const { maxAttempts = 3, backoffMs = 1_000, timeoutMs } = options;
    if (type.trim() === '' || this.#handlers.has(type)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `Type "${type}" is empty or has a handler already. Register each once.`,
      );
    }
    if (!Number.isInteger(maxAttempts) || maxAttempts < 1 || maxAttempts > 1_000) {
      throw new CapabilityError('BAD_INPUT', `maxAttempts of "${type}" is a whole number from 1 to 1000.`);
    }
    if (!(backoffMs >= 0) || !((timeoutMs ?? 1) > 0)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `backoffMs of "${type}" is 0 or more, timeoutMs more than 0, in milliseconds.`,
      );
    }
    const run = typeof handler === 'function' ? handler : this.#inWorkers(type, handler);
    this.#handlers.set(type, { run, maxAttempts, backoffMs, timeoutMs });
  }

  get types(): readonly string[] {
    return [...this.#handlers.keys()];
  }

  find(type: string): RegisteredHandler | undefined {
    return this.#handlers.get(type);
  }

  /** Ends all worker threads. */
  async dispose(): Promise<void> {
    const pools = await Promise.all(this.#pools.splice(0));
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #inWorkers(type: string, { workerFile, maxThreads = 1 }: WorkerHandler): TaskHandler {
    if (!isAbsolute(workerFile) && !workerFile.startsWith('file:')) {
      throw new CapabilityError(
        'BAD_INPUT',
        `workerFile of "${type}" is "${workerFile}". Give an absolute path or a file: address.`,
      );
    }
    const filename = isAbsolute(workerFile) ? pathToFileURL(workerFile).href : workerFile;
    let pool: Promise<Piscina> | undefined;
    return async (payload: JsonValue, { signal }: TaskContext) => {
      if (pool === undefined) {
        pool = import('piscina').then(
          ({ Piscina }) => new Piscina({ filename, minThreads: 0, maxThreads, idleTimeout: 1_000 }),
        );
        this.#pools.push(pool);
      }
      return (await (await pool).run(payload, { signal })) as JsonValue | undefined;
    };
  }
}
