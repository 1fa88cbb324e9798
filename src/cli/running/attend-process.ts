import { type ChildProcess, spawn } from 'node:child_process';

export interface AttendedProcess {
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where what it prints goes; what it complains about goes to standard error. */
  readonly outputTo: 'standard output' | 'standard error';
}

export interface AttendedEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly interrupted: boolean;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs Node in a process of its own that a person looks at. The first Ctrl-C asks it to end, which gives it the time to store
 * what it has; the next one ends it.
 *
 * @throws what starting it throws
 */
export async function attendProcess(run: AttendedProcess): Promise<AttendedEnd> {
  const child = spawn(process.execPath, run.arguments, {
    cwd: run.directory,
    env: { ...run.environment },
    stdio: ['ignore', run.outputTo === 'standard error' ? 2 : 'inherit', 'inherit'],
    // A terminal sends Ctrl-C to its whole process group: in a group of its own the child hears of it once, from here.
    detached: process.platform !== 'win32',
  });
  let interrupted = false;
  const passOn = (): void => {
    endProcess(child, interrupted ? 'SIGKILL' : 'SIGINT');
    interrupted = true;
  };
  for (const signal of signals) process.on(signal, passOn);
  try {
    const exitCode = await new Promise<number | null>((settle, reject) => {
      child.once('error', reject);
      child.once('close', (code) => settle(code));
    });
    return { exitCode, interrupted };
  } finally {
    for (const signal of signals) process.removeListener(signal, passOn);
  }
}

function endProcess(child: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): void {
  if (signal === 'SIGINT' || process.platform === 'win32' || child.pid === undefined) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (thrown) {
    // It ended by itself in the meantime.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}
