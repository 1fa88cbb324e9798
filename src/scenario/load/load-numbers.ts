import { RealWorldError } from '../../errors.js';
import { requireWhole } from '../engine-options.js';

export interface NumberBounds {
  readonly above?: number;
  readonly least?: number;
  readonly most?: number;
}

/** @throws RealWorldError `ENGINE_INVALID` for what is no finite number within the bounds */
export function requireNumber(call: string, option: string, value: unknown, bounds: NumberBounds): void {
  const { above, least, most } = bounds;
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (above === undefined || value > above) &&
    (least === undefined || value >= least) &&
    (most === undefined || value <= most);
  if (fits) return;
  const wanted = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(least === undefined ? [] : [`of at least ${least}`]),
    ...(most === undefined ? [] : [`of at most ${most}`]),
  ].join(' and ');
  const given = value === null || typeof value !== 'object' ? String(value) : typeof value;
  throw new RealWorldError(
    'ENGINE_INVALID',
    `${call}() needs "${option}" to be a number ${wanted}; it was given ${given}.`,
  );
}

/** What an open load and each of its parts may be given beside its rate and its time. */
export interface OpenSettings {
  /** `poisson` draws the starts from the scenario's seed. @default 'even' */
  readonly arrivals?: 'even' | 'poisson';
  /** Starts that are due while so many calls are in flight are dropped and counted. @default 10000 */
  readonly maxInFlight?: number;
  /** Milliseconds for which calls in flight are waited for at the end. @default 5000 */
  readonly settleMs?: number;
}

export interface ResolvedOpenSettings {
  readonly arrivals: 'even' | 'poisson';
  readonly maxInFlight: number;
  readonly settleMs: number;
}

export const openSettingNames = ['arrivals', 'maxInFlight', 'settleMs'];
/** The longest time of a load: what a timer can wait for. */
export const durationMaxMs = 2 ** 31 - 1;
/** More starts than one process can make; catches a rate in the wrong unit. */
export const rateMax = 1_000_000;
export const settleDefaultMs = 5_000;

/** @throws RealWorldError `ENGINE_INVALID`, naming the option */
export function resolveOpenSettings(call: string, settings: OpenSettings): ResolvedOpenSettings {
  const { arrivals = 'even', maxInFlight = 10_000, settleMs = settleDefaultMs } = settings;
  if (arrivals !== 'even' && arrivals !== 'poisson') {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs "arrivals" to be "even" or "poisson"; it was given ${JSON.stringify(arrivals)}.`,
    );
  }
  requireWhole(call, 'maxInFlight', maxInFlight);
  requireNumber(call, 'settleMs', settleMs, { least: 0, most: durationMaxMs });
  return { arrivals, maxInFlight, settleMs };
}
