import { requireKnownOptions } from '../engine-options.js';
import { durationMaxMs, requireNumber } from './load-numbers.js';

/** What a load has to keep to. */
export interface LoadThresholds {
  readonly medianMs?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  /** Least share of the calls that succeed, 0 to 1. With 1 every single call has to. */
  readonly successRate?: number;
  /** Least share of the intended rate that is started, 0 to 1; for stages with a rate. */
  readonly achievedShare?: number;
}

export type LoadThreshold = keyof LoadThresholds;

export const percentileThresholds = { medianMs: 0.5, p95Ms: 0.95, p99Ms: 0.99 } as const;
const shareThresholds = ['successRate', 'achievedShare'] as const;
export const thresholdNames = [...Object.keys(percentileThresholds), ...shareThresholds];

/** @throws RealWorldError `ENGINE_INVALID`, naming the threshold */
export function requireThresholds(call: string, thresholds: LoadThresholds): void {
  requireKnownOptions(call, thresholds, thresholdNames);
  for (const name of Object.keys(percentileThresholds) as (keyof typeof percentileThresholds)[]) {
    const limit = thresholds[name];
    if (limit !== undefined) requireNumber(call, name, limit, { above: 0, most: durationMaxMs });
  }
  for (const name of shareThresholds) {
    const limit = thresholds[name];
    if (limit !== undefined) requireNumber(call, name, limit, { above: 0, most: 1 });
  }
}
