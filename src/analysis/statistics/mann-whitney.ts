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
    const hasTies = tieSizes.length < pooled.length;
    const sums = hasTies ? countSums(ranks, second.length) : untiedSums(first.length, second.length);
    return { u, exact: true, ...tails(sums, doubledSum) };
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

/** By the sizes of both samples: without ties the ranks are always the same, and so are their sums. */
const untied = new Map<number, Float64Array>();

function untiedSums(unchosen: number, chosen: number): Float64Array {
  const key = unchosen * (exactValuesMax + 1) + chosen;
  let sums = untied.get(key);
  if (sums === undefined) {
    sums = countSums(
      Array.from({ length: unchosen + chosen }, (_, index) => 2 * (index + 1)),
      chosen,
    );
    untied.set(key, sums);
  }
  return sums;
}

/** In how many ways a choice of so many ranks has each sum. */
function countSums(ranks: readonly number[], chosen: number): Float64Array {
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
  return ways[chosen] as Float64Array;
}

function tails(sums: Float64Array, observed: number): { readonly pGreater: number; readonly pLess: number } {
  let total = 0;
  let greater = 0;
  let less = 0;
  sums.forEach((count, sum) => {
    total += count;
    if (sum >= observed) greater += count;
    if (sum <= observed) less += count;
  });
  return { pGreater: greater / total, pLess: less / total };
}
