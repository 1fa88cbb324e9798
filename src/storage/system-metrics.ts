import type { SystemSample } from '../model.js';
import { toMebibytes } from '../units.js';

interface SampleMetric {
  readonly capability: 'system' | 'worker';
  readonly metricType: string;
  readonly value: number;
  readonly unit: string;
  readonly context?: { readonly pid: number };
}

/** What a sample of the machine is stored as. */
export function metricsOf(sample: SystemSample): readonly SampleMetric[] {
  const system = { capability: 'system', unit: 'percent' } as const;
  const machine: readonly SampleMetric[] = [
    { ...system, metricType: 'cpu_usage', value: sample.cpuPercent },
    { ...system, metricType: 'memory_usage', value: sample.memoryPercent },
    { ...system, metricType: 'disk_usage', value: sample.diskPercent },
    { ...system, metricType: 'monitor_cost', value: sample.costMs, unit: 'ms' },
  ];
  const workers = sample.workers.flatMap(({ pid, rssBytes, cpuPercent }): readonly SampleMetric[] => {
    const worker = { capability: 'worker', context: { pid } } as const;
    const memory = { ...worker, metricType: 'memory_usage', value: toMebibytes(rssBytes), unit: 'MB' };
    if (cpuPercent === null) return [memory];
    return [memory, { ...worker, metricType: 'cpu_usage', value: cpuPercent, unit: 'percent of a core' }];
  });
  return [...machine, ...workers];
}
