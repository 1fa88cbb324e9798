import { randomUUID } from 'node:crypto';
import { threadId } from 'node:worker_threads';
import { isProcessAlive, processStart } from './process-identity.js';

/** Who works on a run. `lease` is null once the run was let go. */
export interface LeaseRow {
  readonly ownerPid: number;
  readonly ownerStart: string;
  readonly ownerThread: number;
  readonly lease: string | null;
}

export type HeldLease = LeaseRow & { readonly lease: string };

const ownStart = processStart(process.pid);

/** Leases this thread works under: a lease of ours that is not here was left behind by a failed release. */
const activeLeases = new Set<string>();

/** A new lease of this thread, active until it is dropped. */
export function takeLease(): HeldLease {
  const lease = randomUUID();
  activeLeases.add(lease);
  return { ownerPid: process.pid, ownerStart: ownStart, ownerThread: threadId, lease };
}

export function dropLease(held: HeldLease): void {
  activeLeases.delete(held.lease);
}

/** True while somebody works under the lease. A thread that was terminated keeps its leases until its process ends. */
export function isLeaseAlive(row: LeaseRow): boolean {
  if (row.lease === null) return false;
  if (row.ownerPid === process.pid && row.ownerStart === ownStart && row.ownerThread === threadId) {
    return activeLeases.has(row.lease);
  }
  return isProcessAlive(row.ownerPid, row.ownerStart);
}

/** Names the owning process across restarts that reuse its number. */
export function ownerName(row: LeaseRow): string {
  return `${row.ownerPid}@${row.ownerStart}`;
}
