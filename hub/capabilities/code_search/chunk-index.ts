import MiniSearch, { type SearchResult } from 'minisearch';
import type { ChunkKind } from './chunk-form.js';
import type { CodeChunk } from './chunk-source.js';
import { weighQueryTerms } from './query-terms.js';
import { distinctTermsOf, termsOf } from './search-terms.js';

export interface CodeSearchResult {
  readonly path: string;
  /** Qualified by what the code lies in: `Vector3.add`. */
  readonly name: string;
  /** First and last line, counted from 1. */
  readonly startLine: number;
  readonly endLine: number;
  /** BM25+ weighted by field and kind; comparable within one search only. */
  readonly score: number;
  readonly kind: ChunkKind;
}

type Terms = readonly string[];

/** One chunk as it was indexed, with the terms of each field. Taking a chunk out needs them again. */
interface IndexedChunk {
  readonly id: number;
  readonly found: Omit<CodeSearchResult, 'score'>;
  readonly name: Terms;
  readonly owner: Terms;
  readonly path: Terms;
  readonly signature: Terms;
  readonly body: Terms;
  readonly comments: Terms;
}

/**
 * Chosen on one half of the documented functions of three/src and checked on eslint/lib. A signature, body
 * or comment counts each term once: how often a function touches a thing says little about what it is for.
 */
const FIELD_BOOSTS = { name: 5, owner: 2.5, path: 1, signature: 0.75, body: 0.7, comments: 2 } as const;
const BM25 = { k: 1.2, b: 0.8, d: 0.5 } as const;

/** None is over 1, so that a search may stop at the first engine score below its last place. */
const KIND_BOOSTS: Readonly<Record<ChunkKind, number>> = {
  function: 1,
  method: 1,
  accessor: 1,
  // Shares the words of its class with everything in it.
  constructor: 0.65,
  class: 0.6,
  variable: 0.6,
  type: 0.6,
  module: 0.4,
};

/** An inverted index of code chunks, ranked by BM25+ (Lv and Zhai 2011) over weighted fields. */
export class ChunkIndex {
  readonly #engine = new MiniSearch<IndexedChunk>({
    fields: Object.keys(FIELD_BOOSTS),
    // The engine takes texts apart; here they are that already, and joining them for it is a twentieth of a build.
    stringifyField: (terms) => terms,
    tokenize: (terms) => terms as unknown as string[],
    processTerm: (term) => term,
    searchOptions: { boost: FIELD_BOOSTS, bm25: BM25, tokenize: (query) => query.split(' ') },
  });
  readonly #chunks = new Map<number, IndexedChunk>();
  readonly #chunksOfPath = new Map<string, readonly IndexedChunk[]>();
  #nextId = 0;

  get chunkCount(): number {
    return this.#chunks.size;
  }

  get fileCount(): number {
    return this.#chunksOfPath.size;
  }

  get termCount(): number {
    return this.#engine.termCount;
  }

  has(path: string): boolean {
    return this.#chunksOfPath.has(path);
  }

  pathsBelow(folder: string): readonly string[] {
    return [...this.#chunksOfPath.keys()].filter((path) => path.startsWith(`${folder}/`));
  }

  /** Puts a file's chunks in the place of those it had. Those with the same terms stay in, though their lines move. */
  replaceFile(path: string, chunks: readonly CodeChunk[], includeComments: boolean): void {
    const unchanged = new Map<string, IndexedChunk[]>();
    for (const chunk of this.#chunksOfPath.get(path) ?? []) {
      const key = termsKey(chunk);
      unchanged.set(key, [...(unchanged.get(key) ?? []), chunk]);
    }
    const indexed = chunks.map((chunk) => {
      const fresh = this.#prepare(chunk, includeComments);
      const kept = unchanged.size > 0 ? unchanged.get(termsKey(fresh))?.pop() : undefined;
      return { chunk: kept === undefined ? fresh : { ...fresh, id: kept.id }, isNew: kept === undefined };
    });
    for (const gone of [...unchanged.values()].flat()) this.#remove(gone);
    for (const { chunk, isNew } of indexed) {
      if (isNew) this.#engine.add(chunk);
      this.#chunks.set(chunk.id, chunk);
    }
    this.#chunksOfPath.set(
      path,
      indexed.map(({ chunk }) => chunk),
    );
  }

  /** Takes a file out with every trace in the statistics, so that scores are those of an index made without it. */
  removeFile(path: string): void {
    for (const chunk of this.#chunksOfPath.get(path) ?? []) this.#remove(chunk);
    this.#chunksOfPath.delete(path);
  }

  /** The best chunks first; equal scores in order of path and line. */
  search(query: string, limit: number): readonly CodeSearchResult[] {
    const { asked, named } = weighQueryTerms(query);
    if (asked.size === 0) return [];
    const everywhere = [...asked.keys()].join(' ');
    const inNames = { queries: [[...named.keys()].join(' ')], fields: ['name'] };
    const exact = this.#engine.search(
      named.size === 0 ? everywhere : { combineWith: 'OR', queries: [everywhere, inNames] },
      { boostTerm: (term) => asked.get(term) ?? named.get(term) ?? 1 },
    );
    // A misspelt or cut-off word finds nothing as it stands.
    const hits = exact.length > 0 ? exact : this.#engine.search(everywhere, { prefix: true, fuzzy: 0.2 });
    return this.#best(hits, limit);
  }

  #best(hits: readonly SearchResult[], limit: number): readonly CodeSearchResult[] {
    let best: CodeSearchResult[] = [];
    for (const hit of hits) {
      const last = best.length >= limit ? best[limit - 1] : undefined;
      if (last !== undefined && roundScore(hit.score) < last.score) break;
      const chunk = this.#chunks.get(hit.id);
      if (chunk === undefined) continue;
      best.push({ ...chunk.found, score: roundScore(hit.score * KIND_BOOSTS[chunk.found.kind]) });
      if (best.length >= limit * 2) best = best.sort(compareResults).slice(0, limit);
    }
    return best.sort(compareResults).slice(0, limit);
  }

  #remove(chunk: IndexedChunk): void {
    this.#engine.remove(chunk);
    this.#chunks.delete(chunk.id);
  }

  #prepare(chunk: CodeChunk, includeComments: boolean): IndexedChunk {
    const { path, name, kind, startLine, endLine } = chunk;
    const dot = name.lastIndexOf('.');
    this.#nextId += 1;
    return {
      id: this.#nextId,
      found: { path, name, startLine, endLine, kind },
      // "Makes a new vector" asks for a constructor by the name of its class.
      name: termsOf(kind === 'constructor' ? name : name.slice(dot + 1)),
      owner: termsOf(name.slice(0, Math.max(dot, 0))),
      path: termsOf(path.replace(/\.[^./]+$/, '')),
      signature: [...distinctTermsOf(chunk.signature)],
      body: [...distinctTermsOf(chunk.body)],
      comments: includeComments ? [...distinctTermsOf(chunk.comments)] : [],
    };
  }
}

function termsKey(chunk: IndexedChunk): string {
  const fields = [chunk.name, chunk.owner, chunk.path, chunk.signature, chunk.body, chunk.comments];
  return fields.map((terms) => terms.join(' ')).join('\n');
}

/** Adding and removing chunks leaves the engine's running averages a few units in the last place apart. */
function roundScore(score: number): number {
  return Number(score.toPrecision(9));
}

function compareResults(a: CodeSearchResult, b: CodeSearchResult): number {
  if (a.score !== b.score) return b.score - a.score;
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.startLine - b.startLine || a.endLine - b.endLine || (a.name < b.name ? -1 : 1);
}
