import { spawn } from 'node:child_process';
import { CapabilityError } from '../../errors.js';
import { coverageRunner } from './coverage-runner.js';

/** A test as code. */
export interface DebugTest {
  readonly name: string;
  /**
   * Body of an asynchronous function that throws when the test fails. It has `require` and `load(path)`, an import, both from
   * the root of the sources, and `assert` of Node.
   */
  readonly code: string;
}

/** A function of a source file as V8 names it, with its offsets in the text that ran. */
export interface CoveredFunction {
  readonly file: number;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface ThrownError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

export type TestOutcome =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly error: ThrownError }
  | { readonly outcome: 'timedOut' }
  /** The process ended in the middle of the test; what it had called is not known. */
  | { readonly outcome: 'processEnded'; readonly how: string };

export type CoveredTest = TestOutcome & {
  readonly name: string;
  readonly covered: readonly CoveredFunction[];
};

export interface CoverageRun {
  readonly root: string;
  readonly tests: readonly DebugTest[];
  /** Absolute paths of the files whose functions are told. */
  readonly files: readonly string[];
  /** For one test, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface RunnerMessage {
  readonly started?: number;
  readonly notLoaded?: ThrownError & { readonly file: number };
  readonly index?: number;
  readonly outcome?: 'passed' | 'failed' | 'timedOut';
  readonly error?: ThrownError;
  readonly covered?: readonly (readonly [number, string, number, number])[];
}

export interface CoverageResult {
  /** In the order they were given. */
  readonly tests: readonly CoveredTest[];
  /** Files that could not be loaded by themselves, by their place in the list, with the reason. */
  readonly notLoaded: ReadonlyMap<number, string>;
}

/** Beyond a test's own time limit: for what blocks so that the limit inside the process cannot be kept. */
const graceMs = 2_000;
const startMs = 30_000;
const keptOutputCharacters = 2_000;

/**
 * Runs tests in a child process under precise coverage, one after the other in one process. A test that ends or blocks the
 * process is told as such, and the rest runs in a new one.
 *
 * @throws CapabilityError `TOOL_FAILED` when no test can be started, `INTERRUPTED` when `signal` aborts
 */
export async function runCovered(run: CoverageRun): Promise<CoverageResult> {
  const done: CoveredTest[] = [];
  const notLoaded = new Map<number, string>();
  while (done.length < run.tests.length) {
    const rest = run.tests.slice(done.length);
    const { results, ended } = await runOnce({ ...run, tests: rest }, notLoaded);
    done.push(...results);
    const unfinished = rest[results.length];
    if (unfinished === undefined) break;
    // Each restart costs the test that was running, so there are no more of them than tests.
    if (ended.started !== results.length) {
      throw new CapabilityError(
        'TOOL_FAILED',
        `The process for the tests ended before "${unfinished.name}" began (${ended.how}): ${ended.output || 'it said nothing'}.`,
      );
    }
    done.push({ name: unfinished.name, outcome: 'processEnded', how: ended.how, covered: [] });
  }
  return { tests: done, notLoaded };
}

interface Ended {
  readonly started: number;
  readonly how: string;
  readonly output: string;
}

function runOnce(
  run: CoverageRun,
  notLoaded: Map<number, string>,
): Promise<{ readonly results: readonly CoveredTest[]; readonly ended: Ended }> {
  const { root, tests, files, timeoutMs, signal } = run;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--eval', coverageRunner], {
      cwd: root,
      // What is debugged may be hostile: it gets no secrets of the environment.
      env: { PATH: process.env.PATH ?? '' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const results: CoveredTest[] = [];
    let started = -1;
    let output = '';
    let killedFor: string | undefined;
    const kill = (reason: string): void => {
      killedFor = reason;
      child.kill('SIGKILL');
    };
    let watchdog = setTimeout(kill, startMs, 'did not start in time');
    const abort = (): void => kill('aborted');
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    child.stderr?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-keptOutputCharacters);
    });
    child.on('message', (message: RunnerMessage) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(kill, timeoutMs + graceMs, `blocked for more than ${timeoutMs} ms`);
      if (message.notLoaded !== undefined) {
        notLoaded.set(message.notLoaded.file, `${message.notLoaded.name}: ${message.notLoaded.message}`);
      }
      if (message.started !== undefined) started = message.started;
      const test = tests[results.length];
      if (message.outcome !== undefined && message.index === results.length && test !== undefined) {
        results.push(toCoveredTest(test.name, message));
      }
    });
    child.on('error', (cause) => {
      reject(
        new CapabilityError('TOOL_FAILED', `Node could not be started for the tests: ${cause.message}`, {
          cause,
        }),
      );
    });
    child.on('close', (code, endSignal) => {
      clearTimeout(watchdog);
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) {
        const message = `The run was aborted after ${results.length} of ${tests.length} tests. Start it again.`;
        reject(new CapabilityError('INTERRUPTED', message, { cause: signal.reason }));
        return;
      }
      const how = killedFor ?? (endSignal === null ? `exit code ${code}` : `signal ${endSignal}`);
      resolve({ results, ended: { started, how, output: output.trim() } });
    });
    child.send({ root, tests, files, timeoutMs }, (cause) => {
      // The end of the process is told by `close`, with more about it.
      if (cause !== null && child.pid === undefined) reject(cause);
    });
  });
}

function toCoveredTest(name: string, message: RunnerMessage): CoveredTest {
  const covered = (message.covered ?? []).map(([file, called, start, end]) => ({
    file,
    name: called,
    start,
    end,
  }));
  if (message.outcome === 'passed') return { name, outcome: 'passed', covered };
  if (message.outcome === 'timedOut') return { name, outcome: 'timedOut', covered };
  const error = message.error ?? { name: 'Error', message: '', stack: '' };
  return { name, outcome: 'failed', error, covered };
}
