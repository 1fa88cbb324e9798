import { createHash } from 'node:crypto';
import type { Lang, SgNode } from '@ast-grep/napi';

/** What code is apart from layout, comments, names and literals. */
export interface NormalForm {
  /** Tokens as they are, without layout and comments, hashed. */
  readonly exact: string;
  /** Tokens with names and literals replaced by their sort, hashed. */
  readonly renamed: string;
  /** Runs of {@link runLength} such tokens, hashed, with how often each occurs. */
  readonly runs: ReadonlyMap<number, number>;
  readonly tokens: number;
}

/** Tokens of a run: long enough to tell code apart, short enough that a changed statement spoils few of them. */
const runLength = 4;

const grammars: Readonly<Record<string, keyof typeof Lang>> = {
  javascript: 'JavaScript',
  js: 'JavaScript',
  jsx: 'JavaScript',
  typescript: 'TypeScript',
  ts: 'TypeScript',
  tsx: 'Tsx',
  css: 'Css',
  html: 'Html',
};

export function isComparable(language: string): boolean {
  return Object.hasOwn(grammars, language.toLowerCase());
}

/** JavaScript and TypeScript of one meaning are the same text, so that they are compared with each other. */
export async function normalFormOf(code: string, language: string): Promise<NormalForm | undefined> {
  const grammar = grammars[language.toLowerCase()];
  if (grammar === undefined) return undefined;
  const { Lang: languages, parse } = await import('@ast-grep/napi');
  const exact: string[] = [];
  const normal: string[] = [];
  collect(parse(languages[grammar], code).root(), exact, normal);
  const runs = new Map<number, number>();
  for (let first = 0; first + runLength <= normal.length; first += 1) {
    const run = hashNumber(normal.slice(first, first + runLength).join(' '));
    runs.set(run, (runs.get(run) ?? 0) + 1);
  }
  return { exact: hashText(exact), renamed: hashText(normal), runs, tokens: normal.length };
}

/** Dice's coefficient of two collections of runs, 0 to 1; each run counts as often as both have it. */
export function similarityOf(one: NormalForm, other: NormalForm): number {
  let common = 0;
  for (const [run, count] of one.runs) common += Math.min(count, other.runs.get(run) ?? 0);
  const all = runCount(one) + runCount(other);
  return all === 0 ? 0 : (2 * common) / all;
}

function runCount({ tokens }: NormalForm): number {
  return Math.max(0, tokens - runLength + 1);
}

function collect(root: SgNode, exact: string[], normal: string[]): void {
  // A stack of its own: generated code can be nested deeper than calls can.
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const kind = String(node.kind());
    if (kind.includes('comment')) continue;
    const isText = kind === 'string' || kind === 'regex' || kind === 'number' || kind === 'string_fragment';
    const children = isText ? [] : node.children();
    if (children.length > 0) {
      for (let index = children.length - 1; index >= 0; index -= 1) {
        const child = children[index];
        if (child !== undefined) waiting.push(child);
      }
      continue;
    }
    const text = node.text();
    // Semicolons and commas at the end are layout to most styles.
    if (text === '' || text === ';') continue;
    exact.push(kind === 'string' ? `'${text.slice(1, -1)}'` : text);
    normal.push(isText ? kind : normalName(kind, node, text));
  }
}

/** Names of variables, types and own methods are free; members are kept, as they belong to what is used. */
function normalName(kind: string, node: SgNode, text: string): string {
  if (kind === 'identifier' || kind === 'type_identifier' || kind === 'shorthand_property_identifier_pattern')
    return 'name';
  if (kind === 'property_identifier' && node.parent()?.kind() === 'method_definition') return 'name';
  return text;
}

function hashText(tokens: readonly string[]): string {
  return createHash('sha256').update(tokens.join('\n')).digest('base64url').slice(0, 22);
}

/** FNV-1a, 32 bits. */
function hashNumber(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
