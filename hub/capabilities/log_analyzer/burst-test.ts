/** How often a template occurs in one window, against the others. */
export interface WindowCount {
  readonly kind: 'burst' | 'drop';
  readonly window: number;
  readonly count: number;
  /** Mean count of the other windows. */
  readonly expected: number;
  /** One-sided probability of such a count when nothing has changed, before correction. */
  readonly probability: number;
}

/**
 * The counts that leave what the other windows let expect. Given the sum over all windows, a count is binomial when the rate
 * does not change (the exact conditional test of Poisson rates, Przyborowski and Wilenski 1940). Counts that scatter more than
 * Poisson's are divided by their ratio of variance to mean first, as in quasi-Poisson models.
 *
 * @param counts of one template, one per window, at least three; windows are taken to be of equal length
 * @param limit probability from which a count is told, already corrected for the number of comparisons
 */
export function findUnusualCounts(counts: readonly number[], limit: number): readonly WindowCount[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const squares = counts.reduce((sum, count) => sum + count * count, 0);
  return counts.flatMap((count, window): WindowCount[] => {
    const others = counts.length - 1;
    const expected = (total - count) / others;
    const variance = Math.max(0, (squares - count * count - others * expected * expected) / (others - 1));
    const scatter = expected === 0 ? 1 : Math.max(1, variance / expected);
    const scaled = Math.round(count / scatter);
    const scaledTotal = scaled + Math.round((total - count) / scatter);
    const share = 1 / counts.length;
    const kind = count > expected ? 'burst' : 'drop';
    const probability =
      kind === 'burst'
        ? upperTail(scaled, scaledTotal, share)
        : 1 - upperTail(scaled + 1, scaledTotal, share);
    return probability <= limit ? [{ kind, window, count, expected, probability }] : [];
  });
}

/** Probability of at least `from` successes in `trials`, each with probability `share`. */
function upperTail(from: number, trials: number, share: number): number {
  if (from <= 0) return 1;
  let logTerm = trials * Math.log1p(-share);
  let below = 0;
  for (let successes = 0; successes < from; successes += 1) {
    below += Math.exp(logTerm);
    logTerm += Math.log((trials - successes) / (successes + 1)) + Math.log(share / (1 - share));
  }
  if (below < 0.999) return 1 - below;
  // Far out the difference from 1 would be rounding error only, so that the upper terms are added themselves.
  let above = 0;
  for (let successes = from; successes <= trials; successes += 1) {
    const term = Math.exp(logTerm);
    above += term;
    if (term < above * 1e-15) break;
    logTerm += Math.log((trials - successes) / (successes + 1)) + Math.log(share / (1 - share));
  }
  return Math.min(1, above);
}
