import { seededRandom, shuffled } from '../../seeded-random.js';
import type { LabelledSnippet } from './labelled-snippets.js';
import { jaccard } from './learnt-patterns.js';
import type { Evaluation, Example, LabelledCase, LearnResult } from './mistake-types.js';
import { treePatterns } from './node-patterns.js';
import { parseSyntax } from './syntax-tree.js';

export interface HeldOut {
  /** To be taught: a wrong snippet with the right one most like it, or one alone. */
  readonly training: readonly Example[];
  readonly trainingSnippets: number;
  /** To be asked. */
  readonly testing: readonly LabelledCase[];
}

/** Snippets far apart in a document are less likely to be two forms of one example. */
const distancePenalty = 0.3;

/**
 * Halves each rule's snippets at random. A wrong snippet and the right one that mends it go to the same half, because a
 * mistake is taught with its correction; the larger part of an odd number is for training.
 *
 * @param seed of the generator (mulberry32): the same seed gives the same halves
 */
export function holdOutHalf(snippets: readonly LabelledSnippet[], seed: number): HeldOut {
  const random = seededRandom(seed);
  const training: Example[] = [];
  const testing: LabelledCase[] = [];
  let trainingSnippets = 0;
  for (const rule of [...new Set(snippets.map((snippet) => snippet.rule))]) {
    const examples = pairSnippets(snippets.filter((snippet) => snippet.rule === rule));
    const withBad = examples.filter(({ bad }) => bad !== undefined);
    const alone = examples.filter(({ bad }) => bad === undefined);
    for (const group of [shuffled(withBad, random), shuffled(alone, random)]) {
      const half = Math.ceil(group.length / 2);
      training.push(...group.slice(0, half));
      testing.push(...group.slice(half).flatMap(toCases));
      trainingSnippets += group.slice(0, half).flatMap(toCases).length;
    }
  }
  return { training: shuffled(training, random), trainingSnippets, testing };
}

export interface LearningPoint {
  readonly examples: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** Teaches the examples in turn and asks all cases after each of the given numbers of examples. */
export function learningCurve(
  learner: {
    learn(example: Example): LearnResult;
    evaluate(cases: readonly LabelledCase[]): Evaluation;
  },
  heldOut: HeldOut,
  sizes: readonly number[],
): readonly LearningPoint[] {
  const points: LearningPoint[] = [];
  for (const [index, example] of heldOut.training.entries()) {
    learner.learn(example);
    if (!sizes.includes(index + 1)) continue;
    const { precision, recall, f1 } = learner.evaluate(heldOut.testing);
    points.push({ examples: index + 1, precision, recall, f1 });
  }
  return points;
}

/** Pairs each wrong snippet of one rule with the right one most like it; what is left stands alone. */
function pairSnippets(snippets: readonly LabelledSnippet[]): readonly Example[] {
  const patterns = new Map(
    snippets.map((snippet) => [snippet, treePatterns(parseSyntax(snippet.code).root)]),
  );
  const wrong = snippets.filter(({ label }) => label === 'wrong');
  const right = snippets.filter(({ label }) => label === 'right');
  const pairs = wrong.flatMap((bad, badIndex) =>
    right.map((good, goodIndex) => ({
      bad,
      good,
      likeness:
        jaccard(patterns.get(bad) ?? new Set(), patterns.get(good) ?? new Set()) -
        distancePenalty * Math.abs(badIndex / wrong.length - goodIndex / right.length),
    })),
  );
  const partner = new Map<LabelledSnippet, LabelledSnippet>();
  for (const { bad, good } of pairs.sort((a, b) => b.likeness - a.likeness)) {
    if (!partner.has(bad) && !partner.has(good)) partner.set(bad, good).set(good, bad);
  }
  return [
    ...wrong.map(({ rule, code }, index): Example => {
      const good = partner.get(wrong[index] as LabelledSnippet);
      return { rule, bad: code, ...(good === undefined ? {} : { good: good.code }) };
    }),
    ...right.filter((good) => !partner.has(good)).map(({ rule, code }): Example => ({ rule, good: code })),
  ];
}

function toCases({ rule, bad, good }: Example): readonly LabelledCase[] {
  return [
    ...(bad === undefined ? [] : [{ code: bad, rule, label: 'wrong' as const }]),
    ...(good === undefined ? [] : [{ code: good, rule, label: 'right' as const }]),
  ];
}
