import { describe, expect, test } from 'vitest';
import { judgePairs, pairRatioInterval, type RunPair } from '../../../src/analysis/regression/judge-pairs.js';
import { simulatedRuns } from '../../support/simulated-runs.js';

function pairsOf(seed: number, count: number, factor: number): readonly RunPair[] {
  const { runs } = simulatedRuns(seed);
  const base = runs(count, 1);
  return runs(count, factor).map((head, index) => ({ base: base[index] as number, head }));
}

function untilItStops(pairs: readonly RunPair[]) {
  for (let count = 1; count <= pairs.length; count++) {
    const verdict = judgePairs(pairs.slice(0, count));
    if (verdict.decision === 'stop') return verdict;
  }
  throw new Error('It did not stop.');
}

describe('interleaved runs', () => {
  test('stop early when one version is clearly slower', () => {
    const verdict = untilItStops(pairsOf(1, 30, 1.4));
    expect(verdict.verdict).toBe('regressed');
    expect(verdict.pairs).toBeLessThanOrEqual(12);
    expect(verdict.ratio).toBeCloseTo(1.4, 0);
  });

  test('go on to the last pair when nothing changed', () => {
    expect(untilItStops(pairsOf(2, 30, 1))).toMatchObject({ verdict: 'unchanged', pairs: 30 });
  });

  test('tell an improvement, and turn around where higher is better', () => {
    expect(untilItStops(pairsOf(3, 30, 0.7)).verdict).toBe('improved');
    const pairs = pairsOf(3, 30, 0.7);
    expect(judgePairs(pairs, { higherIsWorse: false }).verdict).toBe('regressed');
  });

  test('never stop before six pairs', () => {
    expect(judgePairs(pairsOf(4, 5, 5))).toMatchObject({ decision: 'continue', verdict: 'inconclusive' });
    expect(judgePairs([])).toMatchObject({ decision: 'continue', pairs: 0, ratio: 1 });
  });

  test('have an interval of their ratio', () => {
    const { random } = simulatedRuns(5);
    const interval = pairRatioInterval(pairsOf(6, 20, 1.2), random);
    expect(interval.low).toBeGreaterThan(1.05);
    expect(interval.high).toBeLessThan(1.4);
    expect(interval.low).toBeLessThan(interval.high);
  });
});
