import type { CapabilitySummary, MetricFigures, Score } from '../model.js';
import { bandValue, cpuLimitsPercent, memoryLimitsPercent, resourceBand } from './bands.js';
import { total } from './summarize-capabilities.js';

export const scoreWeights = { success: 0.7, response: 0.2, resources: 0.1 } as const;

/**
 * 0 to 100: 70 % share of calls that succeeded, 20 % response time by band, 10 % CPU and memory by band. A part that was
 * not measured is left out and its weight goes to the others; null when no call was made.
 */
export function scoreSession(
  capabilities: readonly CapabilitySummary[],
  metrics: readonly MetricFigures[],
): Score | null {
  const methods = capabilities.flatMap((capability) => capability.methods);
  const calls = total(methods, (figures) => figures.calls);
  if (calls === 0) return null;
  const judged = calls - total(methods, (figures) => figures.errorsUnderFault);
  const measured = {
    success: judged === 0 ? null : (judged - total(methods, (figures) => figures.errors)) / judged,
    response:
      total(
        methods,
        ({ excellentCalls, goodCalls, acceptableCalls, poorCalls }) =>
          excellentCalls * bandValue.excellent +
          goodCalls * bandValue.good +
          acceptableCalls * bandValue.acceptable +
          poorCalls * bandValue.poor,
      ) / calls,
    resources: resourceValue(metrics),
  };
  const parts = (['success', 'response', 'resources'] as const).flatMap((name) => {
    const value = measured[name];
    return value === null ? [] : [{ name, weight: scoreWeights[name], value }];
  });
  const weight = total(parts, (part) => part.weight);
  return { total: (total(parts, (part) => part.weight * part.value) / weight) * 100, parts };
}

function resourceValue(metrics: readonly MetricFigures[]): number | null {
  const mean = (metricType: string): number | null =>
    metrics.find((metric) => metric.capability === 'system' && metric.metricType === metricType)?.mean ??
    null;
  const cpuPercent = mean('cpu_usage');
  const memoryPercent = mean('memory_usage');
  if (cpuPercent === null || memoryPercent === null) return null;
  return (
    (bandValue[resourceBand(cpuPercent, cpuLimitsPercent)] +
      bandValue[resourceBand(memoryPercent, memoryLimitsPercent)]) /
    2
  );
}
