import { Worker } from 'node:worker_threads';

interface Wait {
  readonly atMs: number;
  readonly settle: () => void;
}

/**
 * What the thread runs. It sleeps on shared memory, whose waits are exact to some 0.05 ms where timers of the event loop have
 * whole milliseconds, and rings when the moment has come. As text, so that no bundler can part it from the rest.
 */
const ringing = `
const { parentPort, workerData } = require('node:worker_threads');
const round = new Int32Array(workerData, 0, 1);
const atMs = new Float64Array(workerData, 8, 1);
let seen = 0;
parentPort.postMessage(0);
for (;;) {
  Atomics.wait(round, 0, seen);
  seen = Atomics.load(round, 0);
  const untilMs = atMs[0];
  for (;;) {
    const leftMs = untilMs - Number(process.hrtime.bigint()) / 1e6;
    if (leftMs <= 0) break;
    if (Atomics.wait(round, 0, seen, leftMs) !== 'timed-out') break;
  }
  if (Atomics.load(round, 0) === seen) parentPort.postMessage(seen);
}`;

/** A thread that wakes the event loop at a moment, and costs nothing while it waits. */
export class Metronome {
  readonly #round: Int32Array;
  readonly #atMs: Float64Array;
  readonly #worker: Worker;
  readonly #waits = new Set<Wait>();
  /** False once the thread has ended, for whatever reason; nothing can be waited for then. */
  works = true;
  /** Resolves when the thread is there, or has failed. */
  readonly ready: Promise<void>;

  constructor() {
    const shared = new SharedArrayBuffer(16);
    this.#round = new Int32Array(shared, 0, 1);
    this.#atMs = new Float64Array(shared, 8, 1);
    this.#worker = new Worker(ringing, {
      eval: true,
      workerData: shared,
      execArgv: [],
      name: 'load metronome',
    });
    const stop = (): void => {
      this.works = false;
      for (const wait of this.#waits) wait.settle();
    };
    this.ready = new Promise((settle) => {
      this.#worker.once('message', () => settle());
      this.#worker.once('exit', () => settle());
    });
    void this.ready.then(() => this.#rest());
    this.#worker.on('message', () => this.#ring());
    this.#worker.once('error', stop);
    this.#worker.once('exit', stop);
  }

  /** Waits so many milliseconds to within some 0.1 ms, or until the signal aborts or the thread has failed. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || !this.works) return Promise.resolve();
    return new Promise((done) => {
      const settle = (): void => {
        this.#waits.delete(wait);
        signal.removeEventListener('abort', settle);
        done();
        this.#rest();
      };
      const wait = { atMs: nowMs() + ms, settle };
      this.#waits.add(wait);
      signal.addEventListener('abort', settle, { once: true });
      // The thread keeps the process alive while somebody waits, as a timer would.
      this.#worker.ref();
      this.#arm();
    });
  }

  /** Ends the thread; whoever waits is let go. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #arm(): void {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { atMs } of this.#waits) firstMs = Math.min(firstMs, atMs);
    if (firstMs === Number.POSITIVE_INFINITY) return;
    this.#atMs[0] = firstMs;
    Atomics.add(this.#round, 0, 1);
    Atomics.notify(this.#round, 0);
  }

  #ring(): void {
    const now = nowMs();
    for (const wait of this.#waits) if (wait.atMs <= now) wait.settle();
    this.#arm();
  }

  #rest(): void {
    if (this.#waits.size === 0) this.#worker.unref();
  }
}

/** On the clock that all threads of a process share. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}
