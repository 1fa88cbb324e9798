import { normalCdf } from './normal-distribution.js';
import { doubledRanks } from './ranks.js';

export interface MannWhitneyResult {
  /** How often a value of the second sample is above one of the first, ties counted half. */
  readonly u: number;
  /** Chance of a `u` this large or larger when both samples come from one distribution. */
  readonly pGreater: number;
  /** Chance of a `u` this small or smaller. */
  readonly pLess: number;
  /** False when the samples were so large that the normal approximation was used. */
  readonly exact: boolean;
}

/** Sizes up to which the exact distribution is computed, in a few milliseconds. */
const exactValuesMax = 80;

/**
 * Whether the second sample tends to be larger (Mann and Whitney 1947). The distribution is that of all ways to choose
 * the second sample out of the pooled values, so ties are treated exactly; larger samples get the normal approximation with corrections
 * for ties and continuity.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitneyResult {
  const pooled = [...first, ...second];
  const { ranks, tieSizes } = doubledRanks(pooled);
  const doubledSum = ranks.slice(first.length).reduce((sum, rank) => sum + rank, 0);
  const u = doubledSum / 2 - (second.length * (second.length + 1)) / 2;
  if (pooled.length <= exactValuesMax) {
    return { u, exact: true, ...exactTails(ranks, second.length, doubledSum) };
  }
  const pairs = first.length * second.length;
  const ties = tieSizes.reduce((sum, size) => sum + (size ** 3 - size), 0);
  const count = pooled.length;
  const deviation = Math.sqrt((pairs / 12) * (count + 1 - ties / (count * (count - 1))));
  if (deviation === 0) return { u, exact: false, pGreater: 1, pLess: 1 };
  return {
    u,
    exact: false,
    pGreater: 1 - normalCdf((u - pairs / 2 - 0.5) / deviation),
    pLess: normalCdf((u - pairs / 2 + 0.5) / deviation),
  };
}

/** Counts, for every sum of ranks, in how many ways a choice of `chosen` values has it. */
function exactTails(
  ranks: readonly number[],
  chosen: number,
  observed: number,
): { readonly pGreater: number; readonly pLess: number } {
  const sumMax = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: chosen + 1 }, () => new Float64Array(sumMax + 1));
  (ways[0] as Float64Array)[0] = 1;
  for (const rank of ranks) {
    for (let size = chosen; size >= 1; size--) {
      const smaller = ways[size - 1] as Float64Array;
      const larger = ways[size] as Float64Array;
      for (let sum = sumMax; sum >= rank; sum--)
        larger[sum] = (larger[sum] ?? 0) + (smaller[sum - rank] ?? 0);
    }
  }
  let total = 0;
  let greater = 0;
  let less = 0;
  (ways[chosen] as Float64Array).forEach((count, sum) => {
    total += count;
    if (sum >= observed) greater += count;
    if (sum <= observed) less += count;
  });
  return { pGreater: greater / total, pLess: less / total };
}
