import type { LearntPatterns, WarningPattern } from './learnt-patterns.js';
import { anchorLabel, levelOf, nodePatterns, type PatternLevel } from './node-patterns.js';
import { bestPlaceScore, placeScore } from './pattern-evidence.js';
import { familyOf } from './relation-patterns.js';
import { Surroundings } from './surroundings.js';
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
  readonly #learnt: LearntPatterns;
  readonly #levels = new Map<string, Set<PatternLevel>>();
  readonly #levelsOfKind = new Map<string, ReadonlySet<PatternLevel>>();
  readonly #patterns = new Map<string, WarningPattern[]>();

  constructor(learnt: LearntPatterns) {
    this.#learnt = learnt;
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
    const surroundings = new Surroundings(root);
    return [...matches].flatMap(([rule, ofRule]) =>
      separatePlaces(ofRule, (odds, node) => {
        if (bestPlaceScore(odds, surroundings.leastPatterns) < leastScore) return undefined;
        const patterns = surroundings.patternsAround(node);
        const { wrong, right } = this.#learnt.likeness(rule, patterns);
        const score = placeScore(odds, {
          wrongLikeness: wrong,
          rightLikeness: right,
          surroundings: patterns.size,
        });
        return score >= leastScore ? score : undefined;
      }),
    );
  }

  #collect(node: SyntaxNode, matches: Map<string, Match[]>): void {
    const levels = this.#levelsAt(node.label);
    if (levels.size > 0) {
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

  /** Levels of patterns that are anchored at the kind of node or at its family. */
  #levelsAt(label: string): ReadonlySet<PatternLevel> {
    const known = this.#levelsOfKind.get(label);
    if (known !== undefined) return known;
    const levels = new Set([
      ...(this.#levels.get(label) ?? []),
      ...(this.#levels.get(familyOf(label)) ?? []),
    ]);
    this.#levelsOfKind.set(label, levels);
    return levels;
  }
}

/**
 * The strongest match is a place, and those around and inside it belong to it; then the next strongest of what is left.
 *
 * @param scoreOf undefined when the place is not worth a warning
 */
function separatePlaces(
  matches: readonly Match[],
  scoreOf: (odds: number, node: SyntaxNode) => number | undefined,
): readonly SuspectPlace[] {
  const places: SuspectPlace[] = [];
  let left = matches.toSorted(
    (a, b) => b.pattern.odds - a.pattern.odds || a.node.end - a.node.start - (b.node.end - b.node.start),
  );
  for (let strongest = left[0]; strongest !== undefined; strongest = left[0]) {
    const { node, pattern } = strongest;
    const score = scoreOf(pattern.odds, node);
    if (score !== undefined) places.push({ rule: pattern.rule, best: pattern, node, score });
    left = left.filter((match) => !isWithin(match.node, node) && !isWithin(node, match.node));
  }
  return places;
}

function isWithin(inner: SyntaxNode, outer: SyntaxNode): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}
