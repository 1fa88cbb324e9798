import {
  type CapabilitySummary,
  type MetricFigures,
  type Score,
  type ScoreWeights,
  usualWeights,
} from '../model.js';
import { bandValue, cpuLimitsPercent, memoryLimitsPercent, resourceBand } from './bands.js';
import { total } from './total.js';

/**
 * 0 to 100: as a rule 70 % share of calls that succeeded, 20 % response time by band, 10 % CPU and memory by band. A part that was
 * not measured is left out and its weight goes to the others; null when no call was made.
 */
export function scoreSession(
  capabilities: readonly CapabilitySummary[],
  metrics: readonly MetricFigures[],
  weights: ScoreWeights = usualWeights,
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
    return value === null || weights[name] === 0 ? [] : [{ name, weight: weights[name], value }];
  });
  const weight = total(parts, (part) => part.weight);
  if (weight === 0) return null;
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
