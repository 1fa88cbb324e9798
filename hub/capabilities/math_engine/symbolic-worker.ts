import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { CapabilityError } from '../../errors.js';
import { workerProgram } from './worker-program.js';

export type SymbolicEngine = 'mathjs' | 'nerdamer';
export type SymbolicOperation = 'simplify' | 'derivative' | 'integrate' | 'solve';

export interface SymbolicRequest {
  readonly engine: SymbolicEngine;
  readonly operation: SymbolicOperation;
  readonly expression: string;
  readonly variable: string;
}

/** What an engine answers: expressions, or why it has none. */
export type SymbolicReply = { readonly values: readonly string[] } | { readonly error: string };

const loadTimeoutMs = 60_000;

/** Asks the computer algebra systems in a thread of their own, one question after the other. */
export class SymbolicWorker {
  readonly #timeoutMs: number;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /** @param timeoutMs how long an engine may think about one question, in milliseconds; loading it does not count */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Asks one engine.
   *
   * @throws CapabilityError INTERRUPTED when the time is over, TOOL_FAILED when the thread ends by itself, BAD_INPUT after dispose
   */
  ask(request: SymbolicRequest): Promise<SymbolicReply> {
    const turn = this.#last.then(() => this.#ask(request));
    // The next question waits for this one and does not care how it ends; whoever asked does.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the thread; a question under way fails. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#worker?.terminate();
  }

  #ask(request: SymbolicRequest): Promise<SymbolicReply> {
    if (this.#disposed) {
      throw new CapabilityError('BAD_INPUT', 'math_engine was disposed. Make a new one.');
    }
    this.#worker ??= startWorker();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const settle = () => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        worker.unref();
      };
      const giveUp = (error: CapabilityError) => {
        settle();
        this.#worker = undefined;
        worker.terminate().then(
          () => reject(error),
          (cause) => reject(new CapabilityError('TOOL_FAILED', 'A thread cannot be ended.', { cause })),
        );
      };
      const allow = (milliseconds: number, doing: string) =>
        setTimeout(() => giveUp(outOfTime(request, doing, milliseconds)), milliseconds);
      const onMessage = (message: SymbolicReply | 'loaded') => {
        if (message === 'loaded') {
          clearTimeout(timer);
          timer = allow(this.#timeoutMs, request.operation);
          return;
        }
        settle();
        resolve(message);
      };
      const onError = (cause: Error) =>
        giveUp(new CapabilityError('TOOL_FAILED', `${request.engine} failed: ${cause.message}.`, { cause }));
      const onExit = () =>
        giveUp(new CapabilityError('TOOL_FAILED', `The thread of ${request.engine} ended.`));
      worker.ref();
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      timer = allow(loadTimeoutMs, 'start');
      worker.postMessage(request);
    });
  }
}

function startWorker(): Worker {
  const { resolve } = createRequire(import.meta.url);
  return new Worker(workerProgram, {
    eval: true,
    workerData: { mathjs: resolve('mathjs'), nerdamer: resolve('nerdamer/all.js') },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
}

function outOfTime(request: SymbolicRequest, doing: string, milliseconds: number): CapabilityError {
  return new CapabilityError(
    'INTERRUPTED',
    `${request.engine} did not ${doing} ${request.expression.slice(0, 80)} within ${milliseconds} ms. Give a smaller expression or a longer timeoutMs.`,
  );
}
