import type { Database } from 'better-sqlite3';
import type { Snippet, StoredSnippet } from './library-types.js';

/** Tables of code_library. `at` is milliseconds since the epoch. */
export const librarySchema = `
  CREATE TABLE IF NOT EXISTS code_library_snippets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    language TEXT NOT NULL,
    source TEXT NOT NULL,
    tags TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (source, name)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS code_library_changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    snippet_id INTEGER NOT NULL
  ) STRICT;
`;

interface SnippetRow {
  readonly id: number;
  readonly name: string;
  readonly code: string;
  readonly language: string;
  readonly source: string;
  readonly tags: string;
  readonly at: number;
}

/** Keeps a snippet in the place of one with its name and source; call it in a transaction. */
export function upsertSnippet(
  database: Database,
  snippet: Snippet,
): { readonly id: number; readonly isNew: boolean } {
  const { name, code, language, source, tags = [] } = snippet;
  const known = database
    .prepare<[string, string], { id: number }>(
      'SELECT id FROM code_library_snippets WHERE source = ? AND name = ?',
    )
    .get(source, name);
  const row = database
    .prepare<[string, string, string, string, string, number], { id: number }>(
      `INSERT INTO code_library_snippets (name, code, language, source, tags, at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (source, name) DO UPDATE SET code = excluded.code, language = excluded.language, tags = excluded.tags, at = excluded.at
       RETURNING id`,
    )
    .get(name, code, language, source, JSON.stringify([...new Set(tags)]), Date.now());
  const id = row?.id ?? 0;
  noteChange(database, id);
  return { id, isNew: known === undefined };
}

export function deleteSnippet(database: Database, id: number): boolean {
  const { changes } = database.prepare('DELETE FROM code_library_snippets WHERE id = ?').run(id);
  if (changes === 1) noteChange(database, id);
  return changes === 1;
}

function noteChange(database: Database, id: number): void {
  database.prepare('INSERT INTO code_library_changes (snippet_id) VALUES (?)').run(id);
}

/** Snippets that changed after a change, in all processes; the number of the last change, and undefined for what is gone. */
export function changesSince(
  database: Database,
  number: number,
): { readonly last: number; readonly snippets: ReadonlyMap<number, StoredSnippet | undefined> } {
  const changes = database
    .prepare<[number], { number: number; snippet_id: number }>(
      'SELECT number, snippet_id FROM code_library_changes WHERE number > ? ORDER BY number',
    )
    .all(number);
  const find = database.prepare<[number], SnippetRow>('SELECT * FROM code_library_snippets WHERE id = ?');
  const ids = new Set(changes.map(({ snippet_id }) => snippet_id));
  return {
    last: changes.at(-1)?.number ?? number,
    snippets: new Map([...ids].map((id) => [id, toSnippet(find.get(id))])),
  };
}

function toSnippet(row: SnippetRow | undefined): StoredSnippet | undefined {
  if (row === undefined) return undefined;
  return { ...row, tags: JSON.parse(row.tags) as string[], at: new Date(row.at).toISOString() };
}
