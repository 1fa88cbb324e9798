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
  /** Right examples of this rule with the pattern. */
  readonly ownContradictions: number;
  /** Levels from the place where wrong and right differ: below 0 inside it, above 0 around it. */
  readonly distance: number;
  /** Words of the rule's name that the pattern has too. */
  readonly namedWords: number;
}

/** Code around a place, compared with the examples of the rule. Likeness is from 0 to 1. */
export interface PlaceEvidence {
  readonly wrongLikeness: number;
  readonly rightLikeness: number;
  /** Patterns in the code around the place: in more code more is found by chance. */
  readonly surroundings: number;
}

/** Log-odds by level. */
const levelOdds: Readonly<Record<PatternLevel, number>> = {
  kind: -0.5,
  shape1: -0.8,
  shape2: -0.65,
  shape3: -0.15,
  words1: 0,
  words2: -0.05,
  words3: -0.1,
  word: 0,
  inParent: -0.65,
  wordInParent: 0.05,
  shapeInParent: 0.2,
  inGrandparent: 0,
  layout: 0.55,
  directive: 0.4,
  lacks: -0.1,
  loose: -0.4,
  looseLacks: 0.5,
  looseTwice: 0.6,
  looseParted: 0.25,
  looseUnsorted: 0.7,
  looseOrder: 0.1,
};

/**
 * Log-odds that a pattern tells a mistake, before the code around it is looked at. These weights and those of `placeScore`
 * come from one logistic regression over the best pattern of each case, fitted on held-out halves of labelled snippets
 * (seeds 11 to 15), rounded. What three wrong examples or more all have and no right one has is raised by hand: lint
 * documents hardly show one mistake three times alike, and teachers do.
 */
export function patternOdds(evidence: PatternEvidence): number {
  const { pattern, support, wrongExamples, contradictions, ownContradictions, distance, namedWords } =
    evidence;
  const text = patternText(pattern);
  const isConsistent = support === wrongExamples && support >= 3 && contradictions === 0;
  return (
    (contradictions === 0 ? 0.6 : 0.15) * Math.log(support) +
    (isConsistent ? 1 : 0) -
    (wrongExamples === 1 ? 0.95 : 0) -
    0.15 * Math.log(wrongExamples) -
    0.65 * Math.log1p(contradictions) -
    0.5 * (contradictions / (contradictions + support)) -
    0.25 * (ownContradictions / (ownContradictions + support)) +
    (contradictions === 0 ? 1.05 : 0) -
    0.05 * Math.min(nodeCount(text), 8) -
    (distance < 0 ? -0.5 * distance : 0) +
    0.45 * Math.min(namedWords, 2) +
    levelOdds[levelOf(pattern)] -
    (text.startsWith('Variable') ? 0.4 : 0)
  );
}

/** Probability that a place is wrong, from its best pattern and the code around it. */
export function placeScore(
  odds: number,
  { wrongLikeness, rightLikeness, surroundings }: PlaceEvidence,
): number {
  const total =
    1.45 + odds + 2.1 * wrongLikeness + 1.15 * rightLikeness - 0.7 * Math.log(Math.max(surroundings, 1));
  return 1 / (1 + Math.exp(-total));
}

/** The most that `placeScore` can give for these odds. */
export function bestPlaceScore(odds: number, leastSurroundings: number): number {
  return placeScore(odds, { wrongLikeness: 1, rightLikeness: 1, surroundings: leastSurroundings });
}

function nodeCount(text: string): number {
  return text.match(/[A-Z]\w+/gu)?.length ?? 0;
}
