import type { StoredExample } from './example-store.js';
import { patternText, treePatterns } from './node-patterns.js';
import { type PatternEvidence, patternOdds } from './pattern-evidence.js';
import { countNamedWords } from './rule-name.js';
import { parseSyntax, type SyntaxNode } from './syntax-tree.js';
import { differingPatterns } from './tree-difference.js';

interface Side {
  readonly root: SyntaxNode;
  readonly patterns: ReadonlySet<string>;
}

interface AnalysedExample {
  readonly source: string;
  readonly bad?: Side;
  readonly good?: Side;
  /** From the right example taught with it; undefined until asked for. */
  ownDifferences?: ReadonlyMap<string, number>;
}

interface RuleExamples {
  readonly examples: AnalysedExample[];
  /** Wrong examples by pattern. */
  readonly bad: Map<string, number>;
  readonly good: Map<string, number>;
}

/** A pattern that can lead to a warning. */
export interface WarningPattern extends PatternEvidence {
  readonly rule: string;
  readonly odds: number;
}

/** Below, code must be so like a wrong example to be warned of that it is hardly ever met. */
const leastOdds = -0.5;

/** Right examples of the rule with a pattern, as a share of the wrong ones with it. */
const mostContradicted = 0.34;

/** What a set of examples teaches. */
export class LearntPatterns {
  readonly #rules = new Map<string, RuleExamples>();
  /** Right examples of all rules by pattern. */
  readonly #good = new Map<string, number>();

  add(example: StoredExample): void {
    const rule = this.#ruleExamples(example.rule);
    const bad = example.bad === undefined ? undefined : analyse(example.bad);
    const good = example.good === undefined ? undefined : analyse(example.good);
    rule.examples.push({
      source: example.source ?? `example ${example.number}`,
      ...(bad === undefined ? {} : { bad }),
      ...(good === undefined ? {} : { good }),
    });
    for (const pattern of bad?.patterns ?? []) increment(rule.bad, pattern);
    for (const pattern of good?.patterns ?? [])
      for (const counts of [rule.good, this.#good]) increment(counts, pattern);
  }

  ruleNames(): readonly string[] {
    return [...this.#rules.keys()].sort();
  }

  exampleCounts(rule: string): { readonly wrong: number; readonly right: number } {
    const examples = this.#rules.get(rule)?.examples ?? [];
    return {
      wrong: examples.filter(({ bad }) => bad !== undefined).length,
      right: examples.filter(({ good }) => good !== undefined).length,
    };
  }

  /** Patterns good enough to warn by where code is like the wrong examples, best first. */
  warningPatterns(rule: string): readonly WarningPattern[] {
    const wrongExamples = this.exampleCounts(rule).wrong;
    return [...this.#differences(rule)]
      .filter(([pattern]) => this.#isMostlyWrong(rule, pattern))
      .map(([pattern, distance]) => {
        const support = this.#rules.get(rule)?.bad.get(pattern) ?? 0;
        const contradictions = this.#good.get(pattern) ?? 0;
        const namedWords = countNamedWords(rule, patternText(pattern));
        const evidence = {
          pattern,
          support,
          wrongExamples,
          contradictions,
          ownContradictions: this.#rules.get(rule)?.good.get(pattern) ?? 0,
          distance,
          namedWords,
        };
        return { rule, ...evidence, odds: patternOdds(evidence) };
      })
      .filter(({ odds }) => odds >= leastOdds)
      .sort((a, b) => b.odds - a.odds);
  }

  /** How like the nearest wrong and the nearest right example of the rule code with these patterns is. */
  likeness(rule: string, patterns: ReadonlySet<string>): { readonly wrong: number; readonly right: number } {
    let wrong = 0;
    let right = 0;
    for (const { bad, good } of this.#rules.get(rule)?.examples ?? []) {
      if (bad !== undefined) wrong = Math.max(wrong, jaccard(patterns, bad.patterns));
      if (good !== undefined) right = Math.max(right, jaccard(patterns, good.patterns));
    }
    return { wrong, right };
  }

  /** Undefined when the rule has a pattern to warn by. */
  whyNotLearnt(rule: string): string | undefined {
    const { wrong, right } = this.exampleCounts(rule);
    if (wrong === 0) return 'It has no wrong example yet. Teach one with `bad`.';
    if (this.warningPatterns(rule).length > 0) return undefined;
    const differences = this.#differences(rule);
    const typesAdvice = 'The rule may depend on types, names or other files, which syntax does not show.';
    if (differences.size === 0) return `Its wrong and right examples have the same syntax. ${typesAdvice}`;
    const own = [...differences.keys()].filter((pattern) => !this.#isMostlyWrong(rule, pattern)).length;
    if (own === differences.size) {
      return `Everything that sets a wrong example apart is also in its ${right} right examples. ${typesAdvice}`;
    }
    const evidence = wrong === 1 ? 'One wrong example is' : `What its ${wrong} wrong examples share is`;
    return `${evidence} too little evidence against what right examples and other rules show. Teach more of them. ${typesAdvice}`;
  }

  /** Sources of the wrong examples that have the pattern. */
  sources(rule: string, pattern: string): readonly string[] {
    return (this.#rules.get(rule)?.examples ?? [])
      .filter(({ bad }) => bad?.patterns.has(pattern))
      .map(({ source }) => source);
  }

  /** Patterns that set wrong examples apart, with the least distance from where they differ. */
  #differences(rule: string): ReadonlyMap<string, number> {
    const examples = this.#rules.get(rule)?.examples ?? [];
    const patterns = new Map<string, number>();
    for (const example of examples) {
      for (const [pattern, distance] of differencesOf(example, examples)) {
        const known = patterns.get(pattern);
        if (known === undefined || Math.abs(distance) < Math.abs(known)) patterns.set(pattern, distance);
      }
    }
    return patterns;
  }

  /** Documents call the same code wrong in one setting and right in another, so that a few contradictions are borne. */
  #isMostlyWrong(rule: string, pattern: string): boolean {
    const examples = this.#rules.get(rule);
    const support = examples?.bad.get(pattern) ?? 0;
    return (examples?.good.get(pattern) ?? 0) <= mostContradicted * support;
  }

  #ruleExamples(rule: string): RuleExamples {
    const known = this.#rules.get(rule);
    if (known !== undefined) return known;
    const made = { examples: [], bad: new Map<string, number>(), good: new Map<string, number>() };
    this.#rules.set(rule, made);
    return made;
  }
}

function differencesOf(
  example: AnalysedExample,
  examples: readonly AnalysedExample[],
): ReadonlyMap<string, number> {
  const { bad, good } = example;
  if (bad === undefined) return new Map();
  if (good === undefined) return differingPatterns(bad.root, nearestGood(bad, examples)?.root);
  example.ownDifferences ??= differingPatterns(bad.root, good.root);
  return example.ownDifferences;
}

function analyse(code: string): Side {
  const { root } = parseSyntax(code);
  return { root, patterns: treePatterns(root) };
}

function increment(counts: Map<string, number>, pattern: string): void {
  counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
}

function nearestGood(bad: Side, examples: readonly AnalysedExample[]): Side | undefined {
  let nearest: Side | undefined;
  let best = -1;
  for (const { good } of examples) {
    if (good === undefined) continue;
    const similarity = jaccard(bad.patterns, good.patterns);
    if (similarity > best) [nearest, best] = [good, similarity];
  }
  return nearest;
}

/** Size of the intersection over that of the union (Jaccard 1901). */
export function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const item of one) if (other.has(item)) shared += 1;
  const union = one.size + other.size - shared;
  return union === 0 ? 1 : shared / union;
}
