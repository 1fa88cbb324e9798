import type { Database } from 'better-sqlite3';
import type { Example } from './mistake-types.js';

/** The examples are the state; what is learnt follows from them. `bad` and `good` may each be absent, not both. */
export const exampleSchema = `
  CREATE TABLE IF NOT EXISTS mistake_learner_examples (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    rule TEXT NOT NULL,
    bad TEXT,
    good TEXT,
    source TEXT
  ) STRICT;
`;

export type StoredExample = Example & { readonly number: number };

interface ExampleRow {
  readonly number: number;
  readonly rule: string;
  readonly bad: string | null;
  readonly good: string | null;
  readonly source: string | null;
}

/** Differs whenever another process taught or forgot something: numbers are never given twice. */
export function exampleVersion(database: Database): string {
  const row = database
    .prepare<[], { count: number; last: number | null }>(
      'SELECT count(*) AS count, max(number) AS last FROM mistake_learner_examples',
    )
    .get();
  return `${row?.count ?? 0}:${row?.last ?? 0}`;
}

export function insertExample(database: Database, example: Example): number {
  const { lastInsertRowid } = database
    .prepare('INSERT INTO mistake_learner_examples (rule, bad, good, source) VALUES (?, ?, ?, ?)')
    .run(example.rule, example.bad ?? null, example.good ?? null, example.source ?? null);
  return Number(lastInsertRowid);
}

export function storedExamples(database: Database): readonly StoredExample[] {
  return database
    .prepare<[], ExampleRow>(
      'SELECT number, rule, bad, good, source FROM mistake_learner_examples ORDER BY number',
    )
    .all()
    .map(({ number, rule, bad, good, source }) => ({
      number,
      rule,
      ...(bad === null ? {} : { bad }),
      ...(good === null ? {} : { good }),
      ...(source === null ? {} : { source }),
    }));
}

export function deleteExamples(database: Database, rule: string): boolean {
  return database.prepare('DELETE FROM mistake_learner_examples WHERE rule = ?').run(rule).changes > 0;
}
