import { nodePatterns } from './node-patterns.js';
import type { SyntaxNode } from './syntax-tree.js';

/** Levels below and above a changed node whose patterns may be what is wrong. */
const levelsBelow = 2;
const levelsAbove = 2;

/** Patterns at and next to the smallest subtrees that are in the bad tree and not in the good one. */
export function differingPatterns(
  bad: SyntaxNode,
  good: SyntaxNode | undefined,
): ReadonlyMap<string, number> {
  const sites = new Set<SyntaxNode>();
  if (good === undefined) sites.add(bad);
  else collectSites(bad, good, sites);
  const patterns = new Map<string, number>();
  const addOf = (node: SyntaxNode, distance: number) => {
    for (const pattern of nodePatterns(node)) {
      const known = patterns.get(pattern);
      if (known === undefined || Math.abs(known) > Math.abs(distance)) patterns.set(pattern, distance);
    }
  };
  for (const site of sites) {
    addBelow(site, levelsBelow, addOf);
    let above = site.parent;
    for (let level = 0; level < levelsAbove && above !== undefined; level += 1, above = above.parent)
      addOf(above, level + 1);
  }
  return patterns;
}

function addBelow(node: SyntaxNode, levels: number, add: (node: SyntaxNode, distance: number) => void): void {
  add(node, levels - levelsBelow);
  if (levels > 0) for (const child of node.children) addBelow(child, levels - 1, add);
}

/** Equal children cancel out; of the rest, those with the same label are compared in turn. */
function collectSites(bad: SyntaxNode, good: SyntaxNode, sites: Set<SyntaxNode>): void {
  if (haveEqualChildren(bad, good)) return;
  const onlyBad = withoutEqual(bad.children, good.children);
  const onlyGood = withoutEqual(good.children, bad.children);
  // Something was left out of the bad one, or moved: then the node that holds it is the site.
  if (bad.children.length !== good.children.length || onlyBad.length === 0) sites.add(bad);
  for (const child of onlyBad) {
    const index = onlyGood.findIndex(({ label }) => label === child.label);
    const counterpart = onlyGood[index];
    if (counterpart === undefined) {
      sites.add(child);
      continue;
    }
    onlyGood.splice(index, 1);
    if (child.children.length > 0) collectSites(child, counterpart, sites);
    else sites.add(child);
  }
}

function haveEqualChildren(bad: SyntaxNode, good: SyntaxNode): boolean {
  return (
    bad.children.length === good.children.length &&
    bad.children.every(({ form }, index) => form === good.children[index]?.form)
  );
}

function withoutEqual(nodes: readonly SyntaxNode[], others: readonly SyntaxNode[]): SyntaxNode[] {
  const left = new Map<string, number>();
  for (const { form } of others) left.set(form, (left.get(form) ?? 0) + 1);
  return nodes.filter(({ form }) => {
    const count = left.get(form) ?? 0;
    if (count > 0) left.set(form, count - 1);
    return count === 0;
  });
}
