import { addRelationPatterns, relationLevels } from './relation-patterns.js';
import type { SyntaxNode } from './syntax-tree.js';

/**
 * How much of a node's surroundings a pattern looks at. `kind` is the node alone; `shape1` to `shape3` its subtree to that
 * depth with holes for names; `words1` to `words3` the same with the names that mean something; the `in…` patterns look up.
 * The last ones are about what a node lacks and how its children stand to each other.
 */
export const patternLevels = [
  'kind',
  'shape1',
  'shape2',
  'shape3',
  'words1',
  'words2',
  'words3',
  'word',
  'inParent',
  'wordInParent',
  'shapeInParent',
  'inGrandparent',
  'layout',
  'directive',
  ...relationLevels,
] as const;

export type PatternLevel = (typeof patternLevels)[number];

/** Between a pattern's level and its text. */
const separator = '|';

/** All patterns of a node; with `wanted`, only those levels. */
export function nodePatterns(node: SyntaxNode, wanted?: ReadonlySet<PatternLevel>): ReadonlySet<string> {
  const patterns = new Set<string>();
  const add = (level: PatternLevel, make: () => string) => {
    if (wanted === undefined || wanted.has(level)) patterns.add(`${level}${separator}${make()}`);
  };
  const addRelations = () => {
    if (wanted === undefined || relationLevels.some((level) => wanted.has(level)))
      addRelationPatterns(node, add);
  };
  if (node.parent === undefined) {
    addRelations();
    return patterns;
  }
  if (node.label === 'Directive') {
    add('directive', () => node.form);
    return patterns;
  }
  if (node.label === 'Comment' || node.label === 'Spacing') {
    add('layout', () => node.form);
    return patterns;
  }
  const hasChildren = node.children.length > 0;
  if (hasChildren) {
    add('kind', () => node.label);
    add('shape1', () => describe(node, 1, false));
    add('shape2', () => describe(node, 2, false));
    add('shape3', () => describe(node, 3, false));
    add('words1', () => describe(node, 1, true));
    add('words2', () => describe(node, 2, true));
    add('words3', () => describe(node, 3, true));
  } else if (node.text !== undefined) {
    add('word', () => describe(node, 0, true));
  }
  addRelations();
  const { parent } = node;
  if (parent.parent === undefined) return patterns;
  add('inParent', () => `${parent.label} > ${node.label}`);
  if (node.text !== undefined) add('wordInParent', () => `${parent.label} > ${describe(node, 0, true)}`);
  if (hasChildren) add('shapeInParent', () => `${parent.label} > ${describe(node, 1, true)}`);
  const grandparent = parent.parent;
  if (grandparent.parent !== undefined) {
    add('inGrandparent', () => `${grandparent.label} > ${parent.label} > ${describe(node, 0, true)}`);
  }
  return patterns;
}

/** All patterns of a subtree. */
export function treePatterns(
  node: SyntaxNode,
  patterns: Set<string> = new Set<string>(),
): ReadonlySet<string> {
  for (const pattern of nodePatterns(node)) patterns.add(pattern);
  for (const child of node.children) treePatterns(child, patterns);
  return patterns;
}

export function levelOf(pattern: string): PatternLevel {
  return pattern.slice(0, pattern.indexOf(separator)) as PatternLevel;
}

/** The pattern as a reader sees it. */
export function patternText(pattern: string): string {
  return pattern.slice(pattern.indexOf(separator) + 1);
}

/** Label of the node a pattern is found at. */
export function anchorLabel(pattern: string): string {
  const text = patternText(pattern);
  const own = text.slice(text.lastIndexOf(' > ') < 0 ? 0 : text.lastIndexOf(' > ') + 3);
  return /^[\w:]+/u.exec(own)?.[0] ?? own;
}

function describe(node: SyntaxNode, depth: number, withWords: boolean): string {
  const own = withWords && node.text !== undefined ? `${node.label}=${node.text}` : node.label;
  if (depth === 0 || node.children.length === 0) return own;
  const parts: string[] = [];
  for (const child of node.children) {
    const part = describe(child, depth - 1, withWords);
    const last = parts.at(-1);
    // Three parameters and one are the same shape: what repeats is said once.
    if (last === part) parts[parts.length - 1] = `${part}+`;
    else if (last !== `${part}+`) parts.push(part);
  }
  return `${own}(${parts.join(' ')})`;
}
