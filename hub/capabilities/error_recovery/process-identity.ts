import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What tells a process from another one that was given the same number later; empty where the system does not say. */
export function processStart(pid: number): string {
  if (process.platform === 'linux') return linuxProcessStart(pid);
  if (process.platform === 'win32') return '';
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    // `ps` exits with 1 when there is no such process; whether it is alive is answered by the signal below.
    return '';
  }
}

/** True while the process that was given this number at this start time still runs. */
export function isProcessAlive(pid: number, startedAt: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, but belongs to another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return processStart(pid) === startedAt;
}

/** Boot identity and start in clock ticks: ticks alone repeat after a reboot. A zombie has ended, so it has no start. */
function linuxProcessStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in brackets and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
  } catch {
    return 'ended';
  }
}
