import type { LearntPatterns, WarningPattern } from './learnt-patterns.js';
import { anchorLabel, levelOf, nodePatterns, type PatternLevel } from './node-patterns.js';
import { placeScore } from './pattern-evidence.js';
import type { SyntaxNode } from './syntax-tree.js';

/** A place where patterns of a rule were found. */
export interface SuspectPlace {
  readonly rule: string;
  readonly best: WarningPattern;
  readonly node: SyntaxNode;
  readonly score: number;
}

interface Match {
  readonly node: SyntaxNode;
  readonly pattern: WarningPattern;
}

/** Warning patterns by the kind of node they are found at, so that most nodes of a file are passed over. */
export class WarningIndex {
  readonly #levels = new Map<string, Set<PatternLevel>>();
  readonly #patterns = new Map<string, WarningPattern[]>();

  constructor(learnt: LearntPatterns) {
    for (const rule of learnt.ruleNames()) {
      for (const found of learnt.warningPatterns(rule)) {
        const label = anchorLabel(found.pattern);
        const levels = this.#levels.get(label) ?? new Set();
        this.#levels.set(label, levels.add(levelOf(found.pattern)));
        const same = this.#patterns.get(found.pattern);
        if (same === undefined) this.#patterns.set(found.pattern, [found]);
        else same.push(found);
      }
    }
  }

  /** Places of at least this score, by rule, that do not overlap within a rule. */
  suspectPlaces(root: SyntaxNode, leastScore: number): readonly SuspectPlace[] {
    const matches = new Map<string, Match[]>();
    this.#collect(root, matches);
    return [...matches.values()].flatMap((ofRule) => separatePlaces(ofRule, leastScore));
  }

  #collect(node: SyntaxNode, matches: Map<string, Match[]>): void {
    const levels = this.#levels.get(node.label);
    if (levels !== undefined) {
      for (const text of nodePatterns(node, levels)) {
        for (const pattern of this.#patterns.get(text) ?? []) {
          const ofRule = matches.get(pattern.rule);
          if (ofRule === undefined) matches.set(pattern.rule, [{ node, pattern }]);
          else ofRule.push({ node, pattern });
        }
      }
    }
    for (const child of node.children) this.#collect(child, matches);
  }
}

/** The strongest match is a place; those around and inside it agree with it; then the next strongest of what is left. */
function separatePlaces(matches: readonly Match[], leastScore: number): readonly SuspectPlace[] {
  const places: SuspectPlace[] = [];
  let left = [...matches].sort(
    (a, b) => b.pattern.odds - a.pattern.odds || a.node.end - a.node.start - (b.node.end - b.node.start),
  );
  for (let strongest = left[0]; strongest !== undefined; strongest = left[0]) {
    const { node, pattern } = strongest;
    const agreeing = new Set<string>();
    const apart: Match[] = [];
    for (const match of left) {
      if (isWithin(match.node, node) || isWithin(node, match.node)) agreeing.add(match.pattern.pattern);
      else apart.push(match);
    }
    const score = placeScore(pattern.odds, agreeing.size);
    if (score >= leastScore) places.push({ rule: pattern.rule, best: pattern, node, score });
    left = apart;
  }
  return places;
}

function isWithin(inner: SyntaxNode, outer: SyntaxNode): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}
