import type { StoredExample } from './example-store.js';
import { treePatterns } from './node-patterns.js';
import { type PatternEvidence, patternOdds } from './pattern-evidence.js';
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
}

interface RuleExamples {
  readonly examples: AnalysedExample[];
  /** Wrong examples by pattern. */
  readonly bad: Map<string, number>;
  readonly good: Map<string, number>;
}

/** A pattern whose odds are better than even, which is what a warning is made of. */
export interface WarningPattern extends PatternEvidence {
  readonly rule: string;
  readonly odds: number;
}

/** What a set of examples teaches. */
export class LearntPatterns {
  readonly #rules = new Map<string, RuleExamples>();
  /** Right and wrong examples of all rules by pattern. */
  readonly #good = new Map<string, number>();
  readonly #bad = new Map<string, number>();

  add(example: StoredExample): void {
    const rule = this.#ruleExamples(example.rule);
    const bad = example.bad === undefined ? undefined : analyse(example.bad);
    const good = example.good === undefined ? undefined : analyse(example.good);
    rule.examples.push({
      source: example.source ?? `example ${example.number}`,
      ...(bad === undefined ? {} : { bad }),
      ...(good === undefined ? {} : { good }),
    });
    for (const pattern of bad?.patterns ?? [])
      for (const counts of [rule.bad, this.#bad]) increment(counts, pattern);
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

  /** Patterns good enough to warn by, best first. */
  warningPatterns(rule: string): readonly WarningPattern[] {
    const wrongExamples = this.exampleCounts(rule).wrong;
    return [...this.#differences(rule)]
      .filter((pattern) => !this.#rules.get(rule)?.good.has(pattern))
      .map((pattern) => {
        const support = this.#rules.get(rule)?.bad.get(pattern) ?? 0;
        const contradictions = this.#good.get(pattern) ?? 0;
        const elsewhere = (this.#bad.get(pattern) ?? 0) - support;
        const evidence = { pattern, support, wrongExamples, contradictions, elsewhere };
        return { rule, ...evidence, odds: patternOdds(evidence) };
      })
      .filter(({ odds }) => odds > 0)
      .sort((a, b) => b.odds - a.odds);
  }

  /** Undefined when the rule has a pattern to warn by. */
  whyNotLearnt(rule: string): string | undefined {
    const { wrong, right } = this.exampleCounts(rule);
    if (wrong === 0) return 'It has no wrong example yet. Teach one with `bad`.';
    if (this.warningPatterns(rule).length > 0) return undefined;
    const differences = this.#differences(rule);
    const typesAdvice = 'The rule may depend on types, names or other files, which syntax does not show.';
    if (differences.size === 0) return `Its wrong and right examples have the same syntax. ${typesAdvice}`;
    const own = [...differences].filter((pattern) => this.#rules.get(rule)?.good.has(pattern)).length;
    if (own === differences.size) {
      return `Everything that sets a wrong example apart is also in one of its ${right} right examples. ${typesAdvice}`;
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

  #differences(rule: string): ReadonlySet<string> {
    const examples = this.#rules.get(rule)?.examples ?? [];
    const patterns = new Set<string>();
    for (const { bad, good } of examples) {
      if (bad === undefined) continue;
      const counterpart = good ?? nearestGood(bad, examples);
      for (const pattern of differingPatterns(bad.root, counterpart?.root)) patterns.add(pattern);
    }
    return patterns;
  }

  #ruleExamples(rule: string): RuleExamples {
    const known = this.#rules.get(rule);
    if (known !== undefined) return known;
    const made = { examples: [], bad: new Map<string, number>(), good: new Map<string, number>() };
    this.#rules.set(rule, made);
    return made;
  }
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
