import type { Activity, SafetyLimits, SystemSample } from '../model.js';

export interface LimitBreach {
  readonly limit: keyof SafetyLimits;
  readonly issueType: 'resource_limit' | 'error_burst';
  /** What happened, with the figures. */
  readonly description: string;
  readonly suggestedFix: string;
  /** The last activity that counted towards it, or null. */
  readonly activityId: string | null;
}

/** A single sample above a limit may be a spike; this many in a row are a state. */
export const sustainedSamples = 3;

const watchedResources = [
  { limit: 'cpuPercentMax', value: 'cpuPercent', name: 'CPU' },
  { limit: 'memoryPercentMax', value: 'memoryPercent', name: 'memory' },
  { limit: 'diskPercentMax', value: 'diskPercent', name: 'disk' },
] as const;

/** Tells when a session has to be stopped for the sake of the machine, or because nothing works any more. */
export class SafetyWatch {
  readonly #limits: SafetyLimits;
  readonly #samplesAbove = new Map<string, number>();
  #consecutiveErrors = 0;

  constructor(limits: SafetyLimits) {
    this.#limits = limits;
  }

  observeSample(sample: SystemSample): LimitBreach | null {
    for (const { limit, value, name } of watchedResources) {
      const above = sample[value] > this.#limits[limit] ? (this.#samplesAbove.get(limit) ?? 0) + 1 : 0;
      this.#samplesAbove.set(limit, above);
      if (above < sustainedSamples) continue;
      return {
        limit,
        issueType: 'resource_limit',
        description: `The machine's ${name} was above ${this.#limits[limit]} % in ${above} samples in a row, ${sample[value].toFixed(1)} % in the last.`,
        suggestedFix: `Free ${name}, run fewer things at once, or raise limits.${limit}.`,
        activityId: null,
      };
    }
    return null;
  }

  /** Errors under an injected fault are asked for and neither count nor end a row. */
  observeActivity(activity: Activity): LimitBreach | null {
    if (activity.fault !== null) return null;
    this.#consecutiveErrors = activity.error === null ? 0 : this.#consecutiveErrors + 1;
    if (this.#consecutiveErrors < this.#limits.consecutiveErrorsMax) return null;
    const { capability, method, error, activityId } = activity;
    return {
      limit: 'consecutiveErrorsMax',
      issueType: 'error_burst',
      description: `${this.#consecutiveErrors} activities in a row failed, the last one ${capability}.${method}: ${error?.message ?? ''}`,
      suggestedFix:
        'Look at the first of these errors. Errors that a scenario asks for belong into recovery.underFault(), or raise limits.consecutiveErrorsMax.',
      activityId,
    };
  }
}
