import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { RealWorldError, type RealWorldErrorCode } from '../errors.js';
import { flagsVariable } from '../options.js';
import type { RunNews, SessionBegun, StopRequest } from '../session/session-news.js';

export interface SessionProcessRun {
  /** Absolute path of the folder whose Vitest configuration and scenarios are run. */
  readonly root: string;
  /** Options that win over those of the project's configuration, as `asFlags` writes them; paths are absolute. */
  readonly flags: string;
  /** Minutes that the scenario files share evenly; null when each scenario has its own. */
  readonly sharedMinutes: number | null;
  /** Runs the suites of the hub's package when the root has no scenarios. */
  readonly hubSuites: boolean;
  /** Told what the run prints. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** How the process of a session ended. */
export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

const program = 'dist/bundle/plugin/session-process.js';
const outputCharsKept = 20_000;
const linesTold = 12;
/** The process itself gives scenarios five seconds to heed their signal, and then stores what there is. */
const stopTimeoutMs = 30_000;
/** Set by a Vitest that this process runs under; the one that is started must not take them for its own. */
const variablesOfVitest = ['TEST', 'DEV', 'PROD', 'SSR', 'MODE', 'BASE_URL'];

/**
 * One session in a process of its own, which drives Vitest through its Node API: Vitest sets the exit code, the working
 * directory and environment variables of its whole process, so two runs in one would meet in them.
 */
export class RunSessionProcess {
  /** Settles when the session is open; @throws RealWorldError when the run did not come so far */
  readonly begun: Promise<SessionBegun>;
  /** Settles when the process and all that it started are gone; never rejects. */
  readonly ended: Promise<ProcessExit>;
  readonly #child: ChildProcess;
  #output = '';
  #failure: RealWorldError | null = null;

  constructor(run: SessionProcessRun) {
    const { root, sharedMinutes, hubSuites, onOutput } = run;
    const packageDirectory = dirname(createRequire(import.meta.url).resolve('vitest-realworld/package.json'));
    this.#child = fork(
      join(packageDirectory, program),
      [JSON.stringify({ root, sharedMinutes, hubSuites })],
      {
        cwd: root,
        env: { ...ownEnvironment(), [flagsVariable]: run.flags },
        execArgv: [],
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        // A group of its own, so that its workers can be ended with it.
        detached: process.platform !== 'win32',
      },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-outputCharsKept);
        onOutput?.(text);
      });
    }
    const { begun, ended } = this.#watch(root);
    this.begun = begun;
    this.ended = ended;
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** The end of what the run printed. */
  get output(): string {
    return this.#output;
  }

  /** Ends the session in order: what runs is told by its signal, what is to come is skipped. Settles when it is over. */
  async stop(): Promise<ProcessExit> {
    const request: StopRequest = { request: 'stop' };
    // It may end at this very moment; then there is nobody to be asked, and nothing to ask for.
    if (this.#child.connected) this.#child.send(request, () => {});
    const killer = setTimeout(() => this.kill(), stopTimeoutMs);
    try {
      return await this.ended;
    } finally {
      clearTimeout(killer);
    }
  }

  /** Ends the process and its workers at once. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
    }
  }

  #watch(root: string): { readonly begun: Promise<SessionBegun>; readonly ended: Promise<ProcessExit> } {
    const child = this.#child;
    const ended = new Promise<ProcessExit>((settle) => {
      // Workers of a process that was killed would go on, and keep its output open.
      child.once('exit', () => this.kill());
      child.once('close', (exitCode, signal) => settle({ exitCode, signal }));
      child.once('error', (thrown) => {
        this.#failure ??= notStarted(root, thrown.message, thrown);
        if (child.pid === undefined) settle({ exitCode: null, signal: null });
      });
    });
    const begun = new Promise<SessionBegun>((settle, reject) => {
      child.on('message', (message: RunNews) => {
        if (message.news === 'begun') settle(message.session);
        else this.#failure = new RealWorldError(message.code as RealWorldErrorCode, message.message);
      });
      void ended.then(({ exitCode, signal }) => {
        const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
        reject(this.#failure ?? notStarted(root, `it ended with ${how}${this.#lastLines()}`, undefined));
      });
    });
    // Who has the session asks about its end; a failure after its beginning is nobody's to handle.
    begun.catch(() => {});
    return { begun, ended };
  }

  #lastLines(): string {
    const lines = this.#output.trim().split('\n').slice(-linesTold).join('\n');
    return lines === '' ? '' : `:\n${lines}`;
  }
}

function notStarted(root: string, reason: string, cause: unknown): RealWorldError {
  return new RealWorldError(
    'RUN_NOT_STARTED',
    `The run in ${root} did not begin: ${reason}. See what Vitest says there: npx vitest run --project realworld`,
    { cause },
  );
}

function ownEnvironment(): NodeJS.ProcessEnv {
  const underVitest = process.env.VITEST !== undefined;
  const kept = Object.entries(process.env).filter(
    ([name]) => !underVitest || !(name.startsWith('VITEST') || variablesOfVitest.includes(name)),
  );
  return Object.fromEntries(kept);
}
