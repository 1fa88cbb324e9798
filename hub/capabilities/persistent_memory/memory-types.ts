/** What `remember` is given. */
export interface MemoryToKeep {
  readonly text: string;
  /** What sort of memory it is. @default 'note' */
  readonly kind?: string;
  readonly tags?: readonly string[];
  /** Where it comes from: a file, an address, a person. */
  readonly source?: string;
}

/** A memory that answers a query. */
export interface Memory {
  readonly id: number;
  readonly text: string;
  /** Okapi BM25, higher is nearer; comparable within one answer only. */
  readonly score: number;
  readonly kind: string;
  readonly tags: readonly string[];
  readonly source?: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface RecallOptions {
  /** At most this many, 1 to 1000. @default 10 */
  readonly limit?: number;
  readonly kind?: string;
  /** Only memories that carry every one of these. */
  readonly tags?: readonly string[];
}

/** What `recordDecision` is given. */
export interface DecisionToRecord {
  readonly title: string;
  readonly choice: string;
  readonly reasons: readonly string[];
  readonly alternatives?: readonly string[];
}

export interface Decision {
  readonly title: string;
  readonly choice: string;
  readonly reasons: readonly string[];
  readonly alternatives: readonly string[];
}

export interface RecordedDecision extends Decision {
  readonly id: number;
  /** As a memory's; absent when no query was given. */
  readonly score?: number;
  /** ISO 8601. */
  readonly at: string;
}

export interface PersistentMemoryStats {
  /** Decisions included. */
  readonly memories: number;
  readonly decisions: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Length of all texts in UTF-8, without the index. */
  readonly textSizeBytes: number;
  /** ISO 8601; absent while nothing is kept. */
  readonly oldestAt?: string;
  readonly newestAt?: string;
}
