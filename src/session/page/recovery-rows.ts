import type { RecoveryTrialRow } from '../../session-page.js';
import type { MetricPoint } from '../../storage/session-samples.js';

/** The metrics of a trial in the order in which it records them. */
export const recoveryMetrics = ['error_detected', 'recovered', 'time_to_recover'] as const;

/** Metrics in the order in which they were recorded, as the trials they are of. */
export function groupTrials(
  metrics: readonly MetricPoint[],
  startedAtMs: number,
): readonly RecoveryTrialRow[] {
  const trials: RecoveryTrialRow[] = [];
  const open = new Map<string, number>();
  for (const { capability, taskId, metricType, value, context, atMs } of metrics) {
    if (typeof context.fault !== 'string') continue;
    const key = JSON.stringify([taskId, capability, context.fault]);
    if (metricType === 'error_detected') {
      open.set(key, trials.length);
      trials.push({
        taskId,
        capability,
        fault: context.fault,
        atMs: Math.max(0, atMs - startedAtMs),
        detected: value === 1,
        recovered: false,
        timeToRecoverMs: null,
      });
      continue;
    }
    const index = open.get(key);
    const trial = index === undefined ? undefined : trials[index];
    if (index === undefined || trial === undefined) continue;
    trials[index] =
      metricType === 'recovered'
        ? { ...trial, recovered: value === 1 }
        : { ...trial, timeToRecoverMs: value };
  }
  return trials;
}
