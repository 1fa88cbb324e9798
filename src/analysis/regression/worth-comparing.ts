import type { HistoryMetric } from '../../history.js';

/** CPU time is counted in whole ticks; below this many milliseconds a call it says nothing. */
const cpuTimeMinMs = 1;

/** Calls that are quicker than a sample share it, so that little memory may be another call's. */
const memoryMinBytes = 4_096;

/** Whether values of a metric say anything at all. */
export function isWorthComparing(metric: HistoryMetric, values: readonly number[]): boolean {
  switch (metric) {
    case 'cpu_time':
      return values.some((value) => value >= cpuTimeMinMs);
    case 'memory_growth':
      return values.some((value) => value >= memoryMinBytes);
    default:
      return true;
  }
}

export function isHigherWorse(metric: HistoryMetric): boolean {
  return metric !== 'success_rate';
}

/** Says which metric of which method in which scenario it is: two of the same key are the same. */
export function subjectKey(subject: {
  readonly file: string;
  readonly scenario: string;
  readonly capability: string;
  readonly method: string;
  readonly metric: HistoryMetric;
}): string {
  const { file, scenario, capability, method, metric } = subject;
  return JSON.stringify([file, scenario, capability, method, metric]);
}
