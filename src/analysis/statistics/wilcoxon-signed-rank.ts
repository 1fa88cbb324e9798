import { doubledRanks } from './ranks.js';

export interface SignedRankResult {
  /** Differences that are not 0; the others say nothing and are left out, as Wilcoxon did. */
  readonly count: number;
  /** Sum of the ranks of the positive differences. */
  readonly positiveSum: number;
  /** Chance of a sum this large or larger when the differences are symmetric around 0. */
  readonly pGreater: number;
  readonly pLess: number;
}

/**
 * Whether paired differences tend to be above 0 (Wilcoxon 1945), by the exact distribution over all signs, ties of ranks
 * included. For up to a few hundred differences.
 */
export function wilcoxonSignedRank(differences: readonly number[]): SignedRankResult {
  const given = differences.filter((difference) => difference !== 0);
  const { ranks } = doubledRanks(given.map(Math.abs));
  const sumMax = ranks.reduce((sum, rank) => sum + rank, 0);
  let observed = 0;
  given.forEach((difference, index) => {
    if (difference > 0) observed += ranks[index] as number;
  });
  // Shares instead of counts: 2 to the power of the count would not fit.
  const shares = new Float64Array(sumMax + 1);
  shares[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      shares[sum] = ((shares[sum] ?? 0) + (sum >= rank ? (shares[sum - rank] ?? 0) : 0)) / 2;
    }
  }
  let pGreater = 0;
  let pLess = 0;
  shares.forEach((share, sum) => {
    if (sum >= observed) pGreater += share;
    if (sum <= observed) pLess += share;
  });
  return {
    count: given.length,
    positiveSum: observed / 2,
    pGreater: Math.min(1, pGreater),
    pLess: Math.min(1, pLess),
  };
}
