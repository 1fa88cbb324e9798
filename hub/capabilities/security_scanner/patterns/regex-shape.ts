import { type CharacterSet, parseRegex, type RegexNode } from './regex-tree.js';

/** How the time of a failing match grows with the length of the text. */
export type Backtracking = 'none' | 'polynomial' | 'exponential';

/**
 * Judges a regular expression by its shape: a repeated body whose end and beginning repeat over common characters, or
 * whose single-character alternatives overlap, is exponential when something after it can fail; neighbouring
 * repetitions over common characters, and a leading repetition whose rest can fail, are polynomial.
 * These are the ambiguities of Kirrage, Rathnayake and Thielecke, "Static Analysis for Regular Expression
 * Denial-of-Service Attacks" (2013), taken over neighbouring parts only; others are not found.
 */
export function findBacktracking(pattern: string, flags: string): Backtracking {
  const tree = parseRegex(pattern, flags);
  if (tree === undefined) return 'none';
  const inside = judge(tree, false);
  if (inside !== 'none') return inside;
  if (flags.includes('y')) return 'none';
  return startsLooseAndEndsTied(tree) || startsLooseAndCanFail(tree) ? 'polynomial' : 'none';
}

/** @param canFailAfter whether something behind the node may refuse, so that the match is tried another way */
function judge(node: RegexNode, canFailAfter: boolean): Backtracking {
  switch (node.kind) {
    case 'set':
      return 'none';
    case 'assertion':
      return node.body === undefined ? 'none' : judge(node.body, true);
    case 'choice':
      return worst(node.options.map((option) => judge(option, canFailAfter)));
    case 'repeat': {
      const isLoop = node.max === Number.POSITIVE_INFINITY;
      if (isLoop && canFailAfter && isAmbiguousBody(node.body)) return 'exponential';
      return judge(node.body, canFailAfter || isLoop);
    }
    case 'sequence':
      return judgeSequence(node.parts, canFailAfter);
    default:
      return node satisfies never;
  }
}

function judgeSequence(parts: readonly RegexNode[], canFailAfter: boolean): Backtracking {
  const found: Backtracking[] = [];
  for (const [index, part] of parts.entries()) {
    const rest = parts.slice(index + 1);
    found.push(judge(part, canFailAfter || rest.some(canFail)));
    const ends = tailLoops(part);
    for (const [offset, next] of rest.entries()) {
      const failsLater = canFailAfter || rest.slice(offset + 1).some(canFail);
      if (failsLater && overlapAny(ends, headLoops(next))) found.push('polynomial');
      if (!isNullable(next)) break;
    }
  }
  return worst(found);
}

function isAmbiguousBody(body: RegexNode): boolean {
  if (overlapAny(tailLoops(body), headLoops(body)) || swallowsItself(body)) return true;
  if (body.kind !== 'choice') return false;
  const sets = body.options.flatMap((option) => (option.kind === 'set' ? [option.set] : []));
  return sets.some((set, index) => sets.slice(index + 1).some((other) => overlap(set, other)));
}

/** `(.*,)+`: one repetition of the body takes what several of them would. */
function swallowsItself(body: RegexNode): boolean {
  if (body.kind !== 'sequence') return false;
  const sets = body.parts.map((part) => asSet(part.kind === 'repeat' ? part.body : part));
  return body.parts.some((part, index) => {
    const loop = part.kind === 'repeat' && part.max === Number.POSITIVE_INFINITY ? sets[index] : undefined;
    return (
      loop !== undefined &&
      sets.every((set, other) => other === index || (set !== undefined && overlap(loop, set)))
    );
  });
}

/** `[ ]+,` without an anchor: each place of a long run is tried as its beginning. */
function startsLooseAndCanFail(node: RegexNode): boolean {
  if (node.kind === 'choice') return node.options.some(startsLooseAndCanFail);
  if (node.kind !== 'sequence') return false;
  const [first, ...rest] = node.parts;
  const isLoop =
    first?.kind === 'repeat' && first.max === Number.POSITIVE_INFINITY && asSet(first.body) !== undefined;
  return isLoop && rest.some((part) => !isNullable(part));
}

function startsLooseAndEndsTied(node: RegexNode): boolean {
  if (node.kind === 'choice') return node.options.some(startsLooseAndEndsTied);
  if (node.kind !== 'sequence') return false;
  const [first, ...rest] = node.parts;
  if (first === undefined || headLoops(first).length === 0 || tailLoops(first).length === 0) return false;
  const [next] = rest.filter((part) => !(part.kind === 'repeat' && part.min === 0));
  return next?.kind === 'assertion' && next.text === '$';
}

function canFail(node: RegexNode): boolean {
  return node.kind === 'assertion' || !isNullable(node);
}

function isNullable(node: RegexNode): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'assertion':
      return true;
    case 'choice':
      return node.options.some(isNullable);
    case 'repeat':
      return node.min === 0 || isNullable(node.body);
    case 'sequence':
      return node.parts.every(isNullable);
    default:
      return node satisfies never;
  }
}

function headLoops(node: RegexNode): readonly CharacterSet[] {
  return edgeLoops(node, (parts) => parts);
}

function tailLoops(node: RegexNode): readonly CharacterSet[] {
  return edgeLoops(node, (parts) => [...parts].reverse());
}

/** The character sets of the endless repetitions that may stand at one edge of what the node matches. */
function edgeLoops(
  node: RegexNode,
  inOrder: (parts: readonly RegexNode[]) => readonly RegexNode[],
): readonly CharacterSet[] {
  switch (node.kind) {
    case 'set':
    case 'assertion':
      return [];
    case 'choice':
      return node.options.flatMap((option) => edgeLoops(option, inOrder));
    case 'repeat': {
      const set = node.max === Number.POSITIVE_INFINITY ? asSet(node.body) : undefined;
      return set === undefined ? edgeLoops(node.body, inOrder) : [set];
    }
    case 'sequence': {
      const loops: CharacterSet[] = [];
      for (const part of inOrder(node.parts)) {
        loops.push(...edgeLoops(part, inOrder));
        if (!isNullable(part)) break;
      }
      return loops;
    }
    default:
      return node satisfies never;
  }
}

function asSet(node: RegexNode): CharacterSet | undefined {
  if (node.kind === 'set') return node.set;
  if (node.kind !== 'choice') return undefined;
  const sets = node.options.map(asSet);
  return sets.reduce((union, set) =>
    union === undefined || set === undefined
      ? undefined
      : union.map((isIn, code) => isIn || set[code] === true),
  );
}

function overlapAny(some: readonly CharacterSet[], others: readonly CharacterSet[]): boolean {
  return some.some((set) => others.some((other) => overlap(set, other)));
}

function overlap(set: CharacterSet, other: CharacterSet): boolean {
  return set.some((isIn, code) => isIn && other[code] === true);
}

function worst(found: readonly Backtracking[]): Backtracking {
  if (found.includes('exponential')) return 'exponential';
  return found.includes('polynomial') ? 'polynomial' : 'none';
}
