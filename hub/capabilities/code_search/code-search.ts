import { isAbsolute, relative, resolve, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import { CapabilityError } from '../../errors.js';
import { createTurnTaker } from '../../files/turn-taking.js';
import {
  readWorkspaceSource,
  readWorkspaceSources,
  readWorkspaceSourcesBelow,
  type SkippedEntry,
  type WorkspaceFilesOptions,
  type WorkspaceSource,
} from '../../files/workspace-files.js';
import { ChunkIndex, type CodeSearchResult } from './chunk-index.js';
import { chunkSource } from './chunk-source.js';
import type { SearchPair } from './doc-sentence-pairs.js';
import { evaluateRanking, type RankingQuality } from './evaluate-ranking.js';
import { type WatchOptions, watchSources } from './watch-sources.js';

export interface IndexOptions extends WorkspaceFilesOptions {
  /** Whether comments are searched too. Leave them out to evaluate with sentences taken from them. @default true */
  readonly includeComments?: boolean;
}

export interface IndexSummary {
  /** Files in the index. */
  readonly files: number;
  /** Functions, methods, classes, variables, types and rests of modules in the index. */
  readonly chunks: number;
  readonly durationMs: number;
  readonly skipped: readonly SkippedEntry[];
}

export interface UpdateSummary {
  /** Files read anew: changed and added ones. */
  readonly updated: number;
  /** Files taken out: deleted ones and those the rules now leave out. */
  readonly removed: number;
  /** Chunks in the index afterwards. */
  readonly chunks: number;
  readonly durationMs: number;
  readonly skipped: readonly SkippedEntry[];
}

/** Quality of the ranking, and whether comments could have given the answers away. */
export interface SearchEvaluation extends RankingQuality {
  /** The queries that share no term with the name of their answer, where matching names cannot help. */
  readonly zeroOverlap: RankingQuality;
  readonly includesComments: boolean;
}

export interface CodeSearchStats {
  /** Absolute path of the indexed tree, undefined before the first `index`. */
  readonly root: string | undefined;
  readonly files: number;
  readonly chunks: number;
  /** Distinct terms. */
  readonly terms: number;
  readonly includesComments: boolean;
}

interface IndexedTree {
  readonly root: string;
  readonly chunks: ChunkIndex;
  readonly includeComments: boolean;
  readonly fileOptions: WorkspaceFilesOptions;
}

/**
 * Finds functions, methods and classes by what they do: identifiers are split and stemmed, and each declaration is ranked
 * by BM25+ over its name, what it lies in, its path, signature, body and comments. Held in memory.
 */
export class CodeSearch {
  #tree: IndexedTree | undefined;
  /** Runs builds and updates one after the other: an update during a build would be lost with the old index. */
  #lastChange: Promise<unknown> = Promise.resolve();
  readonly #stopWatches = new Set<() => Promise<void>>();

  /**
   * Reads a whole tree and puts its index in the place of the one before. A build that fails leaves that one as it was.
   *
   * @throws CapabilityError `NOT_FOUND` for a root that is no folder, `INTERRUPTED` when `signal` aborts, `BAD_INPUT`
   */
  index(root: string, options: IndexOptions = {}): Promise<IndexSummary> {
    return this.#enqueue(async () => {
      const start = performance.now();
      const { includeComments = true, ...fileOptions } = options;
      const { files, skipped } = await readWorkspaceSources(root, fileOptions);
      const { signal: _ended, ...updateOptions } = fileOptions;
      const tree = {
        root: resolve(root),
        chunks: new ChunkIndex(),
        includeComments,
        fileOptions: updateOptions,
      };
      const turns = createTurnTaker();
      for (const file of files) {
        putFile(tree, file);
        if (turns.isDue()) await turns.takeTurn();
        throwIfAborted(options.signal, tree.root);
      }
      this.#tree = tree;
      return {
        files: tree.chunks.fileCount,
        chunks: tree.chunks.chunkCount,
        durationMs: performance.now() - start,
        skipped,
      };
    });
  }

  /**
   * The declarations that answer a question, best first.
   *
   * @param query words, identifiers or both
   * @param limit most results wanted
   * @throws CapabilityError `NOT_INDEXED` before the first `index`, `BAD_INPUT` for a query without letters or digits
   */
  search(query: string, limit = 10): readonly CodeSearchResult[] {
    const { chunks } = this.#indexed();
    if (!(limit >= 1))
      throw new CapabilityError('BAD_INPUT', `The limit is ${limit}. Ask for one result or more.`);
    if (!/[\p{L}\p{N}]/u.test(query)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `The query "${query}" has no word in it. Give words or an identifier.`,
      );
    }
    return chunks.search(query, Math.floor(limit));
  }

  /**
   * Brings the index up to date with changed, added and deleted files or folders; afterwards it answers as one built anew.
   *
   * @param paths absolute, or relative to the indexed root
   * @throws CapabilityError `NOT_INDEXED` before the first `index`, `BAD_INPUT` for a path outside the root; nothing is
   * changed then
   */
  update(paths: readonly string[]): Promise<UpdateSummary> {
    return this.#enqueue(async () => {
      const start = performance.now();
      const tree = this.#indexed();
      const turns = createTurnTaker();
      const skipped: SkippedEntry[] = [];
      let updated = 0;
      let removed = 0;
      for (const path of new Set(paths.map((given) => pathBelow(tree.root, given)))) {
        const fresh = await readFresh(tree, path);
        const freshPaths = new Set(fresh.files.map((file) => file.path));
        const known = tree.chunks.has(path) ? [path] : tree.chunks.pathsBelow(path);
        for (const gone of known.filter((candidate) => !freshPaths.has(candidate))) {
          tree.chunks.removeFile(gone);
          removed += 1;
        }
        for (const file of fresh.files) {
          putFile(tree, file);
          updated += 1;
          if (turns.isDue()) await turns.takeTurn();
        }
        skipped.push(...fresh.skipped);
      }
      return {
        updated,
        removed,
        chunks: tree.chunks.chunkCount,
        durationMs: performance.now() - start,
        skipped,
      };
    });
  }

  /**
   * Asks questions with known answers and measures the ranks of these among all results.
   *
   * @throws CapabilityError `NOT_INDEXED` before the first `index`
   */
  evaluate(pairs: readonly SearchPair[]): SearchEvaluation {
    const { chunks, includeComments } = this.#indexed();
    return {
      ...evaluateRanking(pairs, (query) => chunks.search(query, Number.POSITIVE_INFINITY)),
      includesComments: includeComments,
    };
  }

  /** The size of the index, all zero before the first `index`. */
  stats(): CodeSearchStats {
    const tree = this.#tree;
    return {
      root: tree?.root,
      files: tree?.chunks.fileCount ?? 0,
      chunks: tree?.chunks.chunkCount ?? 0,
      terms: tree?.chunks.termCount ?? 0,
      includesComments: tree?.includeComments ?? false,
    };
  }

  /**
   * Reports changes below the indexed root, gathered until none has come for a while, as paths for {@link update}.
   *
   * @returns what ends the watch, and waits for a report that is still being handled
   * @throws CapabilityError `NOT_INDEXED` before the first `index`, `TOOL_FAILED` when the folder cannot be watched;
   * Unavailable when the watcher has no build for this machine
   */
  async watch(
    onChange: (paths: readonly string[]) => void | Promise<void>,
    options: WatchOptions = {},
  ): Promise<() => Promise<void>> {
    const { root, fileOptions } = this.#indexed();
    const isIndexed = (path: string): boolean => {
      const chunks = this.#tree?.chunks;
      return chunks !== undefined && (chunks.has(path) || chunks.pathsBelow(path).length > 0);
    };
    const end = await watchSources({ root, fileOptions, isIndexed, onChange, ...options });
    const stop = async (): Promise<void> => {
      this.#stopWatches.delete(stop);
      await end();
    };
    this.#stopWatches.add(stop);
    return stop;
  }

  /** Ends every watch and forgets the index. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#stopWatches].map((stop) => stop()));
    this.#tree = undefined;
  }

  #indexed(): IndexedTree {
    if (this.#tree === undefined) {
      throw new CapabilityError('NOT_INDEXED', 'Nothing is indexed yet. Call index(root) first.');
    }
    return this.#tree;
  }

  #enqueue<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.#lastChange.then(change);
    // The caller gets the failure; the next change does not depend on it.
    this.#lastChange = result.catch(() => undefined);
    return result;
  }
}

function putFile({ chunks, includeComments }: IndexedTree, file: WorkspaceSource): void {
  chunks.replaceFile(file.path, chunkSource(file, { includeComments }), includeComments);
}

async function readFresh(
  { root, fileOptions }: IndexedTree,
  path: string,
): Promise<{ readonly files: readonly WorkspaceSource[]; readonly skipped: readonly SkippedEntry[] }> {
  const found = readWorkspaceSource(root, path, fileOptions);
  if (found === undefined) return { files: [], skipped: [] };
  if (found === 'folder') return readWorkspaceSourcesBelow(root, path, fileOptions);
  return 'reason' in found ? { files: [], skipped: [found] } : { files: [found], skipped: [] };
}

function pathBelow(root: string, path: string): string {
  const below = relative(root, resolve(root, path));
  if (below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) {
    throw new CapabilityError('BAD_INPUT', `"${path}" does not lie below the indexed root ${root}.`);
  }
  return below.split(sep).join('/');
}

function throwIfAborted(signal: AbortSignal | undefined, root: string): void {
  if (signal?.aborted) {
    throw new CapabilityError(
      'INTERRUPTED',
      `Indexing ${root} was aborted; the index before it is still in place.`,
      {
        cause: signal.reason,
      },
    );
  }
}
