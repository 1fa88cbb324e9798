import type { Random } from '../seeded-random.js';

/** Chances over the whole family, in the order of its series. */
export interface FamilyChances {
  /** Chance that any series would lean so far upwards without a change. */
  readonly upwards: readonly number[];
  readonly downwards: readonly number[];
}

const bitsPerTable = 8;
const tableSize = 2 ** bitsPerTable;
/** Sums of the same numbers in another order differ in their last digits. */
const roundOff = 1e-9;

/**
 * Whether paired differences of several series lean to one side, corrected for looking at all of them: without a change, base and
 * head of a pair could have been exchanged, in all series at once. The largest lean of any series over such exchanges is what
 * each is held against (Westfall and Young 1993, single-step maxT; sign flips as in Fisher 1935). Because a pair is exchanged as a
 * whole, series that share its luck do not count twice, and `n` pairs can reach a chance of 2 to the power of `-n` however many
 * series there are.
 *
 * @param family a difference a pair for each series, 0 where there is none; all of the same length
 * @param flips exchanges that are tried; all of them when there are not more
 */
export function flipChances(
  family: readonly (readonly number[])[],
  { random, flips }: { readonly random: Random; readonly flips: number },
): FamilyChances {
  const pairs = family[0]?.length ?? 0;
  const patterns = drawPatterns(pairs, random, flips);
  const leans = family.map(scaleToLength);
  const largest = new Float64Array(patterns.count).fill(Number.NEGATIVE_INFINITY);
  for (const lean of leans) raiseToLean(largest, lean, patterns);
  largest.sort();
  const chanceOf = (observed: number): number =>
    (patterns.count - countBelow(largest, observed - roundOff)) / patterns.count;
  const sums = leans.map((lean) => lean.reduce((sum, value) => sum + value, 0));
  return { upwards: sums.map(chanceOf), downwards: sums.map((sum) => chanceOf(-sum)) };
}

/** A bit for each pair: 1 leaves it as it was. The first pattern is what was observed. */
interface Patterns {
  readonly count: number;
  readonly tables: number;
  readonly bytes: Uint8Array;
}

function drawPatterns(pairs: number, random: Random, flips: number): Patterns {
  const tables = Math.ceil(pairs / bitsPerTable);
  const isExact = pairs < 30 && 2 ** pairs <= flips;
  const count = isExact ? 2 ** pairs : flips;
  const bytes = new Uint8Array(count * tables);
  for (let pattern = 0; pattern < count; pattern++) {
    for (let table = 0; table < tables; table++) {
      bytes[pattern * tables + table] = isExact
        ? ~(pattern >>> (table * bitsPerTable)) & (tableSize - 1)
        : pattern === 0
          ? tableSize - 1
          : Math.floor(random() * tableSize);
    }
  }
  return { count, tables, bytes };
}

/** Series become comparable by their own spread, which no exchange of signs changes. */
function scaleToLength(differences: readonly number[]): readonly number[] {
  const length = Math.sqrt(differences.reduce((sum, value) => sum + value ** 2, 0));
  return length === 0 ? differences : differences.map((value) => value / length);
}

function raiseToLean(
  largest: Float64Array,
  lean: readonly number[],
  { count, tables, bytes }: Patterns,
): void {
  const sums = new Float64Array(tables * tableSize);
  for (let table = 0; table < tables; table++) {
    for (let signs = 0; signs < tableSize; signs++) {
      let sum = 0;
      for (let bit = 0; bit < bitsPerTable; bit++) {
        const value = lean[table * bitsPerTable + bit] ?? 0;
        sum += (signs >>> bit) & 1 ? value : -value;
      }
      sums[table * tableSize + signs] = sum;
    }
  }
  for (let pattern = 0; pattern < count; pattern++) {
    let sum = 0;
    for (let table = 0; table < tables; table++) {
      sum += sums[table * tableSize + (bytes[pattern * tables + table] as number)] as number;
    }
    if (sum > (largest[pattern] as number)) largest[pattern] = sum;
  }
}

function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
