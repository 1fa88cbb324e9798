/** Where the customer's criteria draw their lines. */

export type ResponseBand = 'excellent' | 'good' | 'acceptable' | 'poor';

export const responseLimitsMs = { excellent: 500, good: 2_000, acceptable: 5_000 } as const;

export function responseBand(durationMs: number): ResponseBand {
  if (durationMs < responseLimitsMs.excellent) return 'excellent';
  if (durationMs < responseLimitsMs.good) return 'good';
  return durationMs < responseLimitsMs.acceptable ? 'acceptable' : 'poor';
}

/** Lower ends of the bands of the success rate, as shares. */
export const successLimits = { excellent: 0.95, good: 0.85, acceptable: 0.7 } as const;

/** What a band is worth in the score, from 0 to 1; the same steps as the customer's UX quality. */
export const bandValue: Readonly<Record<ResponseBand, number>> = {
  excellent: 1,
  good: 0.8,
  acceptable: 0.5,
  poor: 0.2,
};

export const cpuLimitsPercent = { excellent: 50, good: 70, acceptable: 90 } as const;
export const memoryLimitsPercent = { excellent: 70, good: 85, acceptable: 95 } as const;
/** A disk that is fuller may refuse the next write. */
export const diskLimitPercent = 98;

export function resourceBand(
  percent: number,
  limits: { readonly excellent: number; readonly good: number; readonly acceptable: number },
): ResponseBand {
  if (percent < limits.excellent) return 'excellent';
  if (percent < limits.good) return 'good';
  return percent < limits.acceptable ? 'acceptable' : 'poor';
}
