import type { RegisteredHub } from 'vitest-realworld';
import type { CapabilityWorkload, PreparedWorkload } from '../../scenarios/workloads/capability-workload.js';

/** Makes a workload ready around a capability that is not instrumented, with the folder as codebase and scratch. */
export async function prepareWith(
  workload: CapabilityWorkload,
  capabilities: Readonly<Record<string, object>>,
  folder: string,
): Promise<PreparedWorkload> {
  return workload.prepare({
    hub: capabilities as never as RegisteredHub,
    root: folder,
    scratchDirectory: folder,
    seed: 1,
    signal: new AbortController().signal,
  });
}
