import { nearestName } from '../../nearest-name.js';
import { limitNames } from './judge-limits.js';

const shares = new Set(['successRate']);
const counts = new Set(['errors', 'minSamples']);

/** What is wrong with limits that a test wrote, in a sentence, or null. */
export function findWrongLimit(limits: unknown): string | null {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits)) {
    return `write an object of limits, of ${limitNames.join(', ')}.`;
  }
  const names = Object.keys(limits);
  if (names.every((name) => name === 'minSamples')) return `name a limit, of ${limitNames.join(', ')}.`;
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (!limitNames.includes(name)) {
      const nearest = nearestName(name, limitNames);
      return `there is no limit "${name}". ${nearest === null ? `Known: ${limitNames.join(', ')}.` : `Did you mean "${nearest}"?`}`;
    }
    if (value === undefined) continue;
    const fits = typeof value === 'number' && value >= 0 && Number.isFinite(value);
    if (!fits) return `"${name}" takes a number of at least 0.`;
    if (shares.has(name) && value > 1) return `"${name}" is a share from 0 to 1, such as 0.95.`;
    if (counts.has(name) && !Number.isInteger(value)) return `"${name}" takes a whole number.`;
  }
  return null;
}
