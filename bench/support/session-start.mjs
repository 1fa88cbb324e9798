import { cpus, totalmem } from 'node:os';

/** The beginning of a session that no Vitest started. */
export function sessionStart(sessionId, projectPath) {
  return {
    sessionId,
    projectPath,
    startedAtMs: Date.now(),
    durationMinutes: 0.5,
    seed: 42,
    environment: {
      node: process.versions.node,
      vitest: 'none',
      platform: `${process.platform}-${process.arch}`,
      cpuModel: cpus()[0]?.model ?? 'unknown',
      cpuCount: cpus().length,
      memoryBytes: totalmem(),
      commit: null,
    },
  };
}

/** A machine that is half busy, where no monitor runs. */
export function steadySystem(atMs) {
  return { atMs, cpuPercent: 50, memoryPercent: 40, diskPercent: 30, costMs: 1, workers: [] };
}
