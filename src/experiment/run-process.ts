import { type ChildProcess, spawn } from 'node:child_process';

export interface ProcessRun {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Hands the command to the shell, as somebody typed it. */
  readonly shell?: boolean;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** The end of both streams. */
  readonly output: string;
  readonly stdout: string;
}

const outputCharsMax = 1_000_000;
/** What a process has to end by itself before it is killed, in milliseconds. */
const graceMs = 5_000;

/**
 * Runs a process to its end. One that is aborted or runs into its time limit is ended with all that it started.
 *
 * @throws what starting it throws; the signal's reason when it was aborted
 */
export async function runProcess(run: ProcessRun): Promise<ProcessEnd> {
  run.signal.throwIfAborted();
  const child = spawn(run.command, run.arguments, {
    cwd: run.directory,
    env: run.environment === undefined ? process.env : { ...process.env, ...run.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: run.shell ?? false,
    // A group of its own, so that its workers can be ended with it.
    detached: process.platform !== 'win32',
  });
  let timedOut = false;
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    killGroup(child, 'SIGTERM');
    killer ??= setTimeout(() => killGroup(child, 'SIGKILL'), graceMs);
  };
  const limit =
    run.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end();
        }, run.timeoutMs);
  run.signal.addEventListener('abort', end, { once: true });
  try {
    const result = await readToEnd(child);
    run.signal.throwIfAborted();
    return { ...result, timedOut };
  } finally {
    run.signal.removeEventListener('abort', end);
    clearTimeout(limit);
    clearTimeout(killer);
    if (timedOut || run.signal.aborted) killGroup(child, 'SIGKILL');
  }
}

function readToEnd(child: ChildProcess): Promise<Omit<ProcessEnd, 'timedOut'>> {
  let output = '';
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-outputCharsMax);
    output = (output + text).slice(-outputCharsMax);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-outputCharsMax);
  });
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => settle({ exitCode, output, stdout }));
  });
}

/** @param signal to the process and, where there are process groups, to all that it started */
function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (thrown) {
    // It ended by itself in the meantime.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}

/** The last lines of what a process said, for a message. */
export function lastLines(output: string, count = 12): string {
  return output.trim().split('\n').slice(-count).join('\n');
}
