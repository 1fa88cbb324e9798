import { CapabilityError } from '../../errors.js';
import type { RunRow } from './recovery-store.js';
import { isLeaseAlive } from './run-lease.js';

/** @throws CapabilityError INTERRUPTED unless the row still names the lease it was taken under */
export function refuseLostLease(id: string, lease: string, row: RunRow | undefined): void {
  if (row?.lease === lease) return;
  throw new CapabilityError(
    'INTERRUPTED',
    `Run "${id}" was taken over or forgotten while this process worked on it; nothing of the current step was committed. Look at incomplete() and resume if nobody does.`,
  );
}

export function refuseLiveOwner(row: RunRow): void {
  if (!isLeaseAlive(row)) return;
  throw new CapabilityError(
    'STATE_LOCKED',
    `Run "${row.id}" is being worked on by process ${row.ownerPid}. Wait for it, or end that process and resume.`,
  );
}

export function refuseChangedSteps(id: string, before: readonly string[], now: readonly string[]): void {
  const length = Math.max(before.length, now.length);
  for (let index = 0; index < length; index += 1) {
    if (before[index] === now[index]) continue;
    const was = before[index] === undefined ? 'missing' : `"${before[index]}"`;
    const is = now[index] === undefined ? 'missing' : `"${now[index]}"`;
    throw new CapabilityError(
      'BAD_INPUT',
      `Run "${id}" was begun with other steps: step ${index + 1} was ${was} and is now ${is}. Resume with the steps it was begun with, or forget("${id}") and run anew.`,
    );
  }
}

export function alreadyThere(row: RunRow): CapabilityError {
  if (row.finishedAt === null && isLeaseAlive(row)) {
    return new CapabilityError(
      'STATE_LOCKED',
      `Run "${row.id}" is being worked on by process ${row.ownerPid}. Wait for it, or choose another id.`,
    );
  }
  const state = row.finishedAt === null ? `stopped after ${row.completedSteps} steps` : 'is complete';
  return new CapabilityError(
    'BAD_INPUT',
    `Run "${row.id}" was begun before and ${state}. Call resume("${row.id}", steps), or forget it first.`,
  );
}

export function asynchronousEffect(key: string, step: string): CapabilityError {
  return new CapabilityError(
    'BAD_INPUT',
    `Effect "${key}" of step "${step}" returned a promise, which cannot be part of a SQLite transaction. Await before calling once() and write synchronously in it.`,
  );
}
