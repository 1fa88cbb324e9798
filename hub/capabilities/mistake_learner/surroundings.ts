import { treePatterns } from './node-patterns.js';
import type { SyntaxNode } from './syntax-tree.js';

/** Examples are short; code of more nodes than this is compared with them in parts. */
const mostNodesWhole = 250;
/** Nodes a part has at least. */
const leastNodes = 60;

/** The code around places of one file, as long as examples are: all of a short one, else the smallest large enough part. */
export class Surroundings {
  /** Patterns that the code around any place has at least. */
  readonly leastPatterns: number;
  readonly #root: SyntaxNode;
  readonly #isShort: boolean;
  readonly #patterns = new Map<SyntaxNode, ReadonlySet<string>>();

  constructor(root: SyntaxNode) {
    this.#root = root;
    this.#isShort = countNodes(root, mostNodesWhole + 1) <= mostNodesWhole;
    this.leastPatterns = this.#isShort ? 5 : leastNodes / 2;
  }

  patternsAround(node: SyntaxNode): ReadonlySet<string> {
    const part = this.#isShort ? this.#root : this.#partAround(node);
    const known = this.#patterns.get(part);
    if (known !== undefined) return known;
    const patterns = treePatterns(part);
    this.#patterns.set(part, patterns);
    return patterns;
  }

  #partAround(node: SyntaxNode): SyntaxNode {
    let part = node;
    // Comments and spaces hang from the root: the statement they are in is what surrounds them.
    if (node.parent === this.#root) {
      part =
        this.#root.children.find(
          ({ start, end, children }) => children.length > 0 && start <= node.start && node.end <= end,
        ) ?? node;
    }
    while (
      part.parent !== undefined &&
      part.parent !== this.#root &&
      countNodes(part, leastNodes) < leastNodes
    )
      part = part.parent;
    return part;
  }
}

/** Nodes of the subtree, at most so many. */
function countNodes(node: SyntaxNode, most: number): number {
  let count = 1;
  for (const child of node.children) {
    if (count >= most) return most;
    count += countNodes(child, most - count);
  }
  return count;
}
