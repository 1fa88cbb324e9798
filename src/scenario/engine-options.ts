import { RealWorldError } from '../errors.js';
import { nearestName } from '../nearest-name.js';

/**
 * Refuses what an engine was given when it is no object or has a name that the engine does not know.
 *
 * @param call as the caller wrote it, such as `learning.curve`
 * @throws RealWorldError `ENGINE_INVALID`, naming the option and the nearest known name
 */
export function requireKnownOptions(call: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new RealWorldError('ENGINE_INVALID', `${call}() takes an object of options: ${known.join(', ')}.`);
  }
  for (const given of Object.keys(options)) {
    if (known.includes(given)) continue;
    const nearest = nearestName(given, known);
    const advice = nearest === null ? `Known options: ${known.join(', ')}.` : `Did you mean "${nearest}"?`;
    throw new RealWorldError('ENGINE_INVALID', `${call}() has no option "${given}". ${advice}`);
  }
}

/** @throws RealWorldError `ENGINE_INVALID` for what is not a whole number of at least `least` */
export function requireWhole(call: string, option: string, value: unknown, least = 1): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return;
  throw invalid(call, option, `a whole number of at least ${least}`, value);
}

/** @throws RealWorldError `ENGINE_INVALID` for what cannot be called */
export function requireFunction(call: string, option: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw invalid(call, option, 'a function', value);
}

/** @throws RealWorldError `ENGINE_INVALID` for what is not an array */
export function requireList(call: string, option: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw invalid(call, option, 'an array', value);
}

/** @throws RealWorldError `ENGINE_INVALID` for what is not a text with something in it */
export function requireName(call: string, option: string, value: unknown): void {
  if (typeof value === 'string' && value.trim() !== '') return;
  throw invalid(call, option, 'a text that is not empty', value);
}

function invalid(call: string, option: string, wanted: string, value: unknown): RealWorldError {
  const given =
    value === null || value === undefined || typeof value === 'number' ? String(value) : typeof value;
  return new RealWorldError(
    'ENGINE_INVALID',
    `${call}() needs "${option}" to be ${wanted}; it was given ${given}.`,
  );
}
