import type { Database } from 'better-sqlite3';
import type { Memory } from './memory-types.js';
import { searchWords } from './search-words.js';

/** Tables of persistent_memory. `at` is milliseconds since the epoch. */
export const memorySchema = `
  CREATE TABLE IF NOT EXISTS persistent_memory_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    tags TEXT NOT NULL,
    source TEXT,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS persistent_memory_items_by_kind ON persistent_memory_items (kind);
  CREATE TABLE IF NOT EXISTS persistent_memory_decisions (
    item_id INTEGER PRIMARY KEY REFERENCES persistent_memory_items (id) ON DELETE CASCADE,
    decision TEXT NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE IF NOT EXISTS persistent_memory_words
    USING fts5 (text, tags, tokenize = 'porter unicode61 remove_diacritics 2');
`;

export interface NewItem {
  readonly text: string;
  readonly kind: string;
  readonly tags: readonly string[];
  readonly source: string | undefined;
}

export interface ItemRow {
  readonly id: number;
  readonly text: string;
  readonly kind: string;
  readonly tags: string;
  readonly source: string | null;
  readonly at: number;
  readonly rank: number;
}

/** Keeps an item and its words; call it in a transaction. */
export function insertItem(database: Database, item: NewItem): number {
  const { lastInsertRowid } = database
    .prepare('INSERT INTO persistent_memory_items (text, kind, tags, source, at) VALUES (?, ?, ?, ?, ?)')
    .run(item.text, item.kind, JSON.stringify(item.tags), item.source ?? null, Date.now());
  const id = Number(lastInsertRowid);
  database
    .prepare('INSERT INTO persistent_memory_words (rowid, text, tags) VALUES (?, ?, ?)')
    .run(id, searchWords(item.text).join(' '), searchWords(item.tags.join(' ')).join(' '));
  return id;
}

/** A tag that is asked for weighs twice a word of the text. */
const findItems = `
  SELECT item.id, item.text, item.kind, item.tags, item.source, item.at, bm25(persistent_memory_words, 1.0, 2.0) AS rank
  FROM persistent_memory_words AS words JOIN persistent_memory_items AS item ON item.id = words.rowid
  WHERE persistent_memory_words MATCH @match
    AND (@kind IS NULL OR item.kind = @kind)
    AND NOT EXISTS (
      SELECT 1 FROM json_each(@tags) AS wanted
      WHERE wanted.value NOT IN (SELECT value FROM json_each(item.tags)))
  ORDER BY rank, item.id DESC LIMIT @limit`;

export interface ItemQuery {
  readonly match: string;
  readonly kind: string | null;
  readonly tags: string;
  readonly limit: number;
}

export function findItemRows(database: Database, query: ItemQuery): ItemRow[] {
  return database.prepare<[ItemQuery], ItemRow>(findItems).all(query);
}

export function toMemory(row: ItemRow): Memory {
  return {
    id: row.id,
    text: row.text,
    // SQLite gives the better match the smaller number.
    score: -row.rank,
    kind: row.kind,
    tags: JSON.parse(row.tags) as string[],
    ...(row.source === null ? {} : { source: row.source }),
    at: new Date(row.at).toISOString(),
  };
}

/** Removes an item with its words and decision; call it in a transaction. */
export function deleteItem(database: Database, id: number): boolean {
  database.prepare('DELETE FROM persistent_memory_words WHERE rowid = ?').run(id);
  return database.prepare('DELETE FROM persistent_memory_items WHERE id = ?').run(id).changes === 1;
}
