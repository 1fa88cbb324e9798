import { CapabilityError } from '../../errors.js';

export type ResourceName = 'cpu' | 'memory' | 'disk';

/** Percentages from which a resource counts as breached. */
export interface ResourceThresholds {
  /** @default 90 */
  readonly cpu?: number;
  /** @default 95 */
  readonly memory?: number;
  /** @default 98 */
  readonly disk?: number;
}

export interface BreachReason {
  readonly resource: ResourceName;
  readonly percent: number;
  readonly thresholdPercent: number;
}

const DEFAULT_THRESHOLDS: Readonly<Record<ResourceName, number>> = { cpu: 90, memory: 95, disk: 98 };
const RESOURCES: readonly ResourceName[] = ['cpu', 'memory', 'disk'];

/** @throws CapabilityError `BAD_INPUT` for a threshold outside 0 to 100 or of no resource */
export function resolveThresholds(
  thresholds: ResourceThresholds = {},
): Readonly<Record<ResourceName, number>> {
  const resolved = { ...DEFAULT_THRESHOLDS, ...thresholds };
  for (const [name, percent] of Object.entries(resolved)) {
    if (name in DEFAULT_THRESHOLDS && percent >= 0 && percent <= 100) continue;
    throw new CapabilityError(
      'BAD_INPUT',
      `The threshold ${name} is ${percent}. Give percentages from 0 to 100 for ${RESOURCES.join(', ')}.`,
    );
  }
  return resolved;
}

export function findBreaches(
  percents: { readonly cpuPercent: number; readonly memoryPercent: number; readonly diskPercent: number },
  thresholds: Readonly<Record<ResourceName, number>>,
): readonly BreachReason[] {
  const measured: Readonly<Record<ResourceName, number>> = {
    cpu: percents.cpuPercent,
    memory: percents.memoryPercent,
    disk: percents.diskPercent,
  };
  return RESOURCES.map((resource) => ({
    resource,
    percent: measured[resource],
    thresholdPercent: thresholds[resource],
  })).filter(({ percent, thresholdPercent }) => percent >= thresholdPercent);
}
