import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Unavailable } from 'vitest-realworld-hub';
import type { CapabilityWorkload, PreparedWorkload, WorkloadContext } from './capability-workload.js';

export interface ReadyWorkload extends CapabilityWorkload {
  readonly ready: PreparedWorkload;
}

export interface ReadyWorkloads {
  readonly ready: readonly ReadyWorkload[];
  /** What this machine lacks for the others. */
  readonly unavailable: readonly { readonly capability: string; readonly reason: string }[];
  readonly release: () => Promise<void>;
}

/** Makes workloads ready one after the other, each with a folder of its own; release them when the work is done. */
export async function prepareWorkloads(
  workloads: readonly CapabilityWorkload[],
  context: WorkloadContext,
): Promise<ReadyWorkloads> {
  const ready: ReadyWorkload[] = [];
  const unavailable: { capability: string; reason: string }[] = [];
  let unreleased = ready;
  const release = async (): Promise<void> => {
    const left = unreleased.toReversed();
    unreleased = [];
    for (const one of left) await one.ready.release?.();
  };
  try {
    for (const workload of workloads) {
      const scratchDirectory = join(context.scratchDirectory, 'workloads', workload.capability);
      mkdirSync(scratchDirectory, { recursive: true });
      try {
        ready.push({ ...workload, ready: await workload.prepare({ ...context, scratchDirectory }) });
      } catch (thrown) {
        if (!(thrown instanceof Unavailable)) throw thrown;
        unavailable.push({ capability: workload.capability, reason: thrown.message });
      }
    }
  } catch (thrown) {
    await release();
    throw thrown;
  }
  return { ready, unavailable, release };
}
