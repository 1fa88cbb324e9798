import type { Database } from 'better-sqlite3';
import MiniSearch from 'minisearch';
import { CapabilityError } from '../../errors.js';
import { termsOf } from '../code_search/search-terms.js';
import { guardState, openCapabilityState, type StateFile } from '../error_recovery/state-failure.js';
import type { Clone, FoundSnippet, LibraryStats, Snippet, StoredSnippet } from './library-types.js';
import { isComparable, type NormalForm, normalFormOf, similarityOf } from './normal-form.js';
import { changesSince, deleteSnippet, librarySchema, upsertSnippet } from './snippet-store.js';

export interface CodeLibraryOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
}

export interface SimilarOptions {
  /** @default 'typescript' */
  readonly language?: string;
  /** Least similarity of a clone, 0 to 1. @default 0.7 */
  readonly leastSimilarity?: number;
  /** At most this many. @default 10 */
  readonly limit?: number;
}

interface IndexedSnippet {
  readonly id: number;
  readonly name: string;
  readonly tags: string;
  readonly source: string;
  readonly code: string;
}

const mostCodeCharacters = 1_000_000;

/**
 * Keeps pieces of code with their names, tags and sources, finds them by words, and finds clones of code among them.
 * A snippet is on disk when `save` resolves. What is searched lives in memory and follows changes of other processes.
 *
 * Every method throws CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED when the state cannot be used.
 */
export class CodeLibrary {
  readonly #file: StateFile;
  readonly #database: Database;
  readonly #engine = new MiniSearch<IndexedSnippet>({
    fields: ['name', 'tags', 'source', 'code'],
    tokenize: (text) => [...termsOf(text)],
    processTerm: (term) => term,
    searchOptions: { boost: { name: 4, tags: 3 } },
  });
  readonly #snippets = new Map<number, StoredSnippet>();
  readonly #forms = new Map<number, NormalForm>();
  /** Which snippets hold a run, so that clones are not looked for among all of them. */
  readonly #holders = new Map<number, Set<number>>();
  #lastChange = 0;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(options: CodeLibraryOptions) {
    this.#file = { ...options, capability: 'code_library' };
    this.#database = openCapabilityState(this.#file, librarySchema);
  }

  /**
   * Keeps a snippet; one of the same name and source is replaced.
   *
   * @throws CapabilityError BAD_INPUT for an empty name, code, language or source, or code of more than a million characters
   */
  async save(
    snippet: Snippet,
  ): Promise<{ readonly id: number; readonly isNew: boolean; readonly comparable: boolean }> {
    for (const part of ['name', 'code', 'language', 'source'] as const) {
      if (snippet[part].trim() === '') throw new CapabilityError('BAD_INPUT', `A snippet needs a ${part}.`);
    }
    refuseTooLong(snippet.code);
    const saved = this.#guard('save a snippet', () =>
      this.#database.transaction(() => upsertSnippet(this.#database, snippet)).immediate(),
    );
    return { ...saved, comparable: isComparable(snippet.language) };
  }

  /**
   * Snippets that hold any of the words, nearest first. Identifiers are split and stemmed.
   *
   * @throws CapabilityError BAD_INPUT for a query without a word, or a limit below 1
   */
  async find(
    query: string,
    options: { readonly limit?: number; readonly language?: string; readonly tags?: readonly string[] } = {},
  ): Promise<readonly FoundSnippet[]> {
    const { limit = 10, language, tags = [] } = options;
    refuseLimit(limit);
    if (termsOf(query).length === 0) {
      throw new CapabilityError('BAD_INPUT', `The query "${query}" has no word in it.`);
    }
    await this.#refresh();
    return this.#engine
      .search(query)
      .flatMap(({ id, score }) => {
        const snippet = this.#snippets.get(id as number);
        return snippet === undefined ? [] : [{ ...snippet, score }];
      })
      .filter((found) => language === undefined || found.language === language)
      .filter((found) => tags.every((tag) => found.tags.includes(tag)))
      .slice(0, limit);
  }

  /**
   * Clones of code, most similar first.
   *
   * @throws CapabilityError BAD_INPUT for a language without a grammar, or options out of range
   */
  async similar(code: string, options: SimilarOptions = {}): Promise<readonly Clone[]> {
    const { language = 'typescript', leastSimilarity = 0.7, limit = 10 } = options;
    refuseLimit(limit);
    refuseTooLong(code);
    if (!(leastSimilarity > 0 && leastSimilarity <= 1)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `leastSimilarity is ${leastSimilarity}. Give a number over 0, up to 1.`,
      );
    }
    const form = await normalFormOf(code, language);
    if (form === undefined) {
      throw new CapabilityError(
        'BAD_INPUT',
        `Code in "${language}" cannot be compared: there is no grammar for it here.`,
      );
    }
    await this.#refresh();
    const candidates = new Set<number>();
    for (const run of form.runs.keys()) for (const id of this.#holders.get(run) ?? []) candidates.add(id);
    return [...candidates]
      .flatMap((id) => {
        const snippet = this.#snippets.get(id);
        const other = this.#forms.get(id);
        return snippet === undefined || other === undefined ? [] : [{ ...snippet, ...judge(form, other) }];
      })
      .filter(({ similarity }) => similarity >= leastSimilarity)
      .sort(
        (a, b) =>
          b.similarity - a.similarity || kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) || a.id - b.id,
      )
      .slice(0, limit);
  }

  /** Removes a snippet; false when there is none with this number. */
  remove(id: number): boolean {
    if (!Number.isSafeInteger(id)) return false;
    return this.#guard('remove a snippet', () =>
      this.#database.transaction(() => deleteSnippet(this.#database, id)).immediate(),
    );
  }

  /** How much is kept. */
  async stats(): Promise<LibraryStats> {
    await this.#refresh();
    const byLanguage: Record<string, number> = {};
    for (const { language } of this.#snippets.values())
      byLanguage[language] = (byLanguage[language] ?? 0) + 1;
    return {
      snippets: this.#snippets.size,
      byLanguage,
      notComparable: this.#snippets.size - this.#forms.size,
    };
  }

  /** Closes the state. */
  dispose(): void {
    this.#database.close();
  }

  /** Brings what is searched up to date with the disk, one call after the other. */
  #refresh(): Promise<void> {
    const refreshed = this.#refreshing.then(async () => {
      const { last, snippets } = this.#guard('read its snippets', () =>
        changesSince(this.#database, this.#lastChange),
      );
      for (const [id, snippet] of snippets) {
        const form = snippet === undefined ? undefined : await normalFormOf(snippet.code, snippet.language);
        this.#forget(id);
        if (snippet !== undefined) this.#learn(snippet, form);
      }
      this.#lastChange = last;
    });
    // The caller gets the failure; the next refresh begins where this one began.
    this.#refreshing = refreshed.catch(() => undefined);
    return refreshed;
  }

  #learn(snippet: StoredSnippet, form: NormalForm | undefined): void {
    const { id, name, source, code } = snippet;
    this.#snippets.set(id, snippet);
    this.#engine.add({ id, name, source, code, tags: snippet.tags.join(' ') });
    if (form === undefined) return;
    this.#forms.set(id, form);
    for (const run of form.runs.keys()) {
      const holders = this.#holders.get(run) ?? new Set();
      this.#holders.set(run, holders.add(id));
    }
  }

  #forget(id: number): void {
    if (!this.#snippets.delete(id)) return;
    this.#engine.discard(id);
    for (const run of this.#forms.get(id)?.runs.keys() ?? []) this.#holders.get(run)?.delete(id);
    this.#forms.delete(id);
  }

  #guard<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, operation);
  }
}

const kindOrder = ['exact', 'renamed', 'changed'] as const;

function judge(one: NormalForm, other: NormalForm): Pick<Clone, 'kind' | 'similarity'> {
  if (one.exact === other.exact) return { kind: 'exact', similarity: 1 };
  if (one.renamed === other.renamed) return { kind: 'renamed', similarity: 1 };
  return { kind: 'changed', similarity: similarityOf(one, other) };
}

function refuseLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1) return;
  throw new CapabilityError('BAD_INPUT', `The limit is ${limit}. Give a whole number from 1.`);
}

function refuseTooLong(code: string): void {
  if (code.length <= mostCodeCharacters) return;
  throw new CapabilityError(
    'BAD_INPUT',
    `The code has ${code.length} characters, more than ${mostCodeCharacters}.`,
  );
}
