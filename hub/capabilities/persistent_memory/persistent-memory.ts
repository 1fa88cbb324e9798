import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import { guardState, openCapabilityState, type StateFile } from '../error_recovery/state-failure.js';
import { deleteItem, findItemRows, insertItem, memorySchema, toMemory } from './memory-store.js';
import type {
  Decision,
  DecisionToRecord,
  Memory,
  MemoryToKeep,
  PersistentMemoryStats,
  RecallOptions,
  RecordedDecision,
} from './memory-types.js';
import { matchAnyWord } from './search-words.js';

export interface PersistentMemoryOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
}

interface DecisionRow {
  readonly id: number;
  readonly decision: string;
  readonly at: number;
}

const decisionKind = 'decision';
const mostMemories = 1_000;

/**
 * Keeps texts and decisions on disk and finds them again by their words, ranked by Okapi BM25 (Robertson et al. 1994) as
 * SQLite's FTS5 computes it. A memory is on disk when `remember` returns, so that a kill or power loss after it loses nothing.
 *
 * Every method throws CapabilityError STATE_CORRUPT when the file is damaged, STATE_LOCKED when another process keeps it
 * locked for longer than the timeout, TOOL_FAILED for other failures of SQLite.
 */
export class PersistentMemory {
  readonly #file: StateFile;
  readonly #database: Database;

  constructor(options: PersistentMemoryOptions) {
    this.#file = { ...options, capability: 'persistent_memory' };
    this.#database = openCapabilityState(this.#file, memorySchema);
  }

  /**
   * Keeps a text.
   *
   * @throws CapabilityError BAD_INPUT for an empty text, kind or tag
   */
  remember(memory: MemoryToKeep): { readonly id: number } {
    const kind = memory.kind ?? 'note';
    const tags = [...new Set(memory.tags ?? [])];
    refuseBlank('text', [memory.text]);
    refuseBlank('kind', [kind]);
    refuseBlank('tag', tags);
    if (kind === decisionKind) {
      throw new CapabilityError('BAD_INPUT', `Kind "${decisionKind}" is kept for recordDecision().`);
    }
    return this.#write('remember', () => ({
      id: insertItem(this.#database, { text: memory.text, kind, tags, source: memory.source }),
    }));
  }

  /**
   * Memories that hold any word of the query in any inflection the Porter stemmer joins, nearest first. The query is plain
   * text: quotes and operators mean nothing. A query without a letter or digit finds nothing.
   *
   * @throws CapabilityError BAD_INPUT when the limit is not a whole number from 1 to 1000
   */
  recall(query: string, options: RecallOptions = {}): readonly Memory[] {
    const limit = options.limit ?? 10;
    if (!Number.isInteger(limit) || limit < 1 || limit > mostMemories) {
      throw new CapabilityError(
        'BAD_INPUT',
        `recall() cannot give ${limit} memories. Ask for a whole number from 1 to ${mostMemories}.`,
      );
    }
    const match = matchAnyWord(query);
    if (match === undefined) return [];
    const tags = JSON.stringify(options.tags ?? []);
    return this.#guard('recall', () =>
      findItemRows(this.#database, { match, kind: options.kind ?? null, tags, limit }).map(toMemory),
    );
  }

  /**
   * Keeps a decision with its reasons; `recall` finds it too, as kind `decision`.
   *
   * @throws CapabilityError BAD_INPUT for an empty title, choice, reason or alternative, or no reason at all
   */
  recordDecision(decision: DecisionToRecord): { readonly id: number } {
    const kept: Decision = {
      title: decision.title,
      choice: decision.choice,
      reasons: decision.reasons,
      alternatives: decision.alternatives ?? [],
    };
    refuseBlank('title', [kept.title]);
    refuseBlank('choice', [kept.choice]);
    refuseBlank('reason', kept.reasons);
    refuseBlank('alternative', kept.alternatives);
    if (kept.reasons.length === 0) {
      throw new CapabilityError('BAD_INPUT', `Decision "${kept.title}" has no reason. Give at least one.`);
    }
    return this.#write('record a decision', () => {
      const id = insertItem(this.#database, {
        text: decisionText(kept),
        kind: decisionKind,
        tags: [],
        source: undefined,
      });
      this.#database
        .prepare('INSERT INTO persistent_memory_decisions (item_id, decision) VALUES (?, ?)')
        .run(id, JSON.stringify(kept));
      return { id };
    });
  }

  /** Decisions that answer the query, nearest first, at most 1000; without a query all of them, newest first. */
  decisions(query?: string): readonly RecordedDecision[] {
    const scores =
      query === undefined
        ? undefined
        : new Map(
            this.recall(query, { kind: decisionKind, limit: mostMemories }).map(({ id, score }) => [
              id,
              score,
            ]),
          );
    const rows = this.#guard('list its decisions', () =>
      this.#database
        .prepare<[], DecisionRow>(
          `SELECT item.id, decision.decision, item.at FROM persistent_memory_decisions AS decision
           JOIN persistent_memory_items AS item ON item.id = decision.item_id ORDER BY item.id DESC`,
        )
        .all(),
    );
    const decisions = rows.map((row) => {
      const score = scores?.get(row.id);
      const decision = JSON.parse(row.decision) as Decision;
      return {
        id: row.id,
        ...decision,
        at: new Date(row.at).toISOString(),
        ...(score === undefined ? {} : { score }),
      };
    });
    if (scores === undefined) return decisions;
    return decisions
      .filter((decision) => decision.score !== undefined)
      .sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
  }

  /** Removes a memory or decision; false when there is none with this number. */
  forget(id: number): boolean {
    if (!Number.isSafeInteger(id)) return false;
    return this.#write('forget', () => deleteItem(this.#database, id));
  }

  /** How much is kept. */
  stats(): PersistentMemoryStats {
    return this.#guard('count its memories', () => {
      const kinds = this.#database
        .prepare<[], { kind: string; count: number; bytes: number; oldest: number; newest: number }>(
          `SELECT kind, count(*) AS count, sum(octet_length(text)) AS bytes, min(at) AS oldest, max(at) AS newest
           FROM persistent_memory_items GROUP BY kind ORDER BY kind`,
        )
        .all();
      const byKind = Object.fromEntries(kinds.map(({ kind, count }) => [kind, count]));
      return {
        memories: kinds.reduce((sum, { count }) => sum + count, 0),
        decisions: byKind[decisionKind] ?? 0,
        byKind,
        textSizeBytes: kinds.reduce((sum, { bytes }) => sum + bytes, 0),
        ...(kinds.length === 0
          ? {}
          : {
              oldestAt: new Date(Math.min(...kinds.map(({ oldest }) => oldest))).toISOString(),
              newestAt: new Date(Math.max(...kinds.map(({ newest }) => newest))).toISOString(),
            }),
      };
    });
  }

  /** Closes the state. */
  dispose(): void {
    this.#database.close();
  }

  #write<Result>(action: string, operation: () => Result): Result {
    return this.#guard(action, () => this.#database.transaction(operation).immediate());
  }

  #guard<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, operation);
  }
}

function decisionText(decision: Decision): string {
  const lines = [decision.title, decision.choice, ...decision.reasons];
  return [...lines, ...decision.alternatives.map((alternative) => `instead of ${alternative}`)].join('\n');
}

function refuseBlank(part: string, values: readonly string[]): void {
  if (values.every((value) => value.trim() !== '')) return;
  throw new CapabilityError('BAD_INPUT', `A ${part} is empty. Give it some text, or leave it out.`);
}
