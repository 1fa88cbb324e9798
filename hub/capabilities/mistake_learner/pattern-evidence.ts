import { levelOf, type PatternLevel, patternText } from './node-patterns.js';

/** What the examples say of one pattern for one rule. */
export interface PatternEvidence {
  readonly pattern: string;
  /** Wrong examples of the rule with the pattern. */
  readonly support: number;
  /** Wrong examples of the rule. */
  readonly wrongExamples: number;
  /** Right examples of any rule with the pattern. */
  readonly contradictions: number;
  /** Wrong examples of other rules with the pattern. */
  readonly elsewhere: number;
}

/** Log-odds by level: those that look at more structure hold better on unseen code. */
const levelOdds: Readonly<Record<PatternLevel, number>> = {
  kind: -0.1,
  shape1: 0,
  shape2: 0.05,
  shape3: 0.1,
  words1: 0,
  words2: 0.05,
  words3: 0.1,
  word: -0.1,
  inParent: -0.2,
  wordInParent: -0.1,
  shapeInParent: -0.1,
  inGrandparent: -0.1,
  layout: 0.2,
};

/**
 * Log-odds that a place with the pattern is wrong by the rule. The weights come from a logistic regression over which
 * patterns learnt from one half of the labelled snippets held on the other (seeds 11, 12, 13), rounded.
 */
export function patternOdds(evidence: PatternEvidence): number {
  const { support, wrongExamples, contradictions, elsewhere } = evidence;
  return (
    -0.35 +
    0.6 * Math.log(support) +
    (support > 1 ? 0.65 : 0) -
    (wrongExamples === 1 ? 0.5 : 0) +
    0.2 * Math.log(wrongExamples) -
    0.6 * Math.log1p(contradictions) -
    0.7 * (contradictions / (contradictions + support)) -
    0.35 * Math.log1p(elsewhere) +
    levelOdds[levelOf(evidence.pattern)] -
    (patternText(evidence.pattern).startsWith('Variable') ? 0.2 : 0)
  );
}

/** Probability that a place is wrong, from the best pattern found there and how many patterns agree with it. */
export function placeScore(bestOdds: number, agreeingPatterns: number): number {
  const odds = -0.8 + bestOdds + 0.5 * Math.log1p(agreeingPatterns);
  return 1 / (1 + Math.exp(-odds));
}
