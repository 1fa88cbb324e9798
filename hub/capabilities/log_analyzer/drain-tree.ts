import { holdsValue, type LogToken } from './mask-line.js';

/** Stands in a template for a word that differs from line to line. */
export const anyWord = '<*>';

/** Lines that share a form. */
export interface LogGroup {
  readonly id: number;
  /** Masked words; `<*>` where lines differ. */
  words: readonly string[];
}

interface Node {
  readonly children: Map<string, Node>;
  readonly groups: LogGroup[];
}

const childrenMax = 100;

export interface DrainOptions {
  /** How many words lead through the tree. */
  readonly depth: number;
  /** Share of equal words from which a line belongs to a group, 0 to 1. */
  readonly similarity: number;
}

/**
 * The parse tree of Drain (He, Zhu, Zheng, Lyu: Drain: An Online Log Parsing Approach with Fixed Depth Tree, ICWS 2017): by the
 * number of words, then by the first words, to a list of groups; the most similar group takes the line. Unlike there, words
 * with a masked value do not lead through the tree, so that a time or a path before the message does not use up its depth.
 */
export class DrainTree {
  readonly #root: Node = { children: new Map(), groups: [] };
  readonly #options: DrainOptions;
  #groups = 0;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Puts a line into its group, or into a new one. */
  learn(tokens: readonly LogToken[]): LogGroup {
    const words = tokens.map(({ masked }) => masked);
    const leaf = this.#descend(words, true);
    const found = leaf === undefined ? undefined : this.#mostSimilar(leaf.groups, words);
    if (found !== undefined) {
      found.words = found.words.map((word, at) => (word === words[at] ? word : anyWord));
      return found;
    }
    const group: LogGroup = { id: this.#groups, words };
    this.#groups += 1;
    leaf?.groups.push(group);
    return group;
  }

  /** The group of a line, undefined when no line like it was learnt. Learns nothing. */
  find(tokens: readonly LogToken[]): LogGroup | undefined {
    const words = tokens.map(({ masked }) => masked);
    const leaf = this.#descend(words, false);
    return leaf === undefined ? undefined : this.#mostSimilar(leaf.groups, words);
  }

  #descend(words: readonly string[], grow: boolean): Node | undefined {
    const leading = words.filter((word) => !holdsValue(word)).slice(0, this.#options.depth);
    let node: Node | undefined = this.#root;
    for (const key of [String(words.length), ...leading]) {
      node = node === undefined ? undefined : childOf(node, key, grow);
    }
    return node;
  }

  #mostSimilar(groups: readonly LogGroup[], words: readonly string[]): LogGroup | undefined {
    let best: LogGroup | undefined;
    let bestSimilarity = this.#options.similarity;
    let bestWildcards = -1;
    for (const group of groups) {
      const equal = words.filter((word, at) => word === group.words[at]).length;
      const wildcards = group.words.filter((word) => word === anyWord).length;
      const similarity = words.length === 0 ? 1 : equal / words.length;
      if (similarity > bestSimilarity || (similarity === bestSimilarity && wildcards > bestWildcards)) {
        best = group;
        bestSimilarity = similarity;
        bestWildcards = wildcards;
      }
    }
    return best;
  }
}

/** A node that has too many children sends what is new to one that takes any word. */
function childOf(node: Node, key: string, grow: boolean): Node | undefined {
  const known = node.children.get(key);
  if (known !== undefined) return known;
  const rest = node.children.get(anyWord);
  if (!grow || (rest !== undefined && node.children.size > childrenMax)) return rest;
  const name = node.children.size < childrenMax ? key : anyWord;
  const child: Node = { children: new Map(), groups: [] };
  node.children.set(name, child);
  return child;
}
