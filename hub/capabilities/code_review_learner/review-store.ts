import type { Database } from 'better-sqlite3';
import type { Phrase } from './phrases.js';
import type { StyleEvidence } from './style-features.js';

/** Tables of code_review_learner. `at` is milliseconds since the epoch. */
export const reviewSchema = `
  CREATE TABLE IF NOT EXISTS code_review_learner_texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    comments TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS code_review_learner_evidence (
    text_id INTEGER NOT NULL REFERENCES code_review_learner_texts (id) ON DELETE CASCADE,
    convention TEXT NOT NULL,
    kept INTEGER NOT NULL,
    broken INTEGER NOT NULL,
    corrected INTEGER NOT NULL,
    PRIMARY KEY (text_id, convention)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS code_review_learner_evidence_by_convention
    ON code_review_learner_evidence (convention, corrected);
  CREATE TABLE IF NOT EXISTS code_review_learner_phrases (
    text_id INTEGER NOT NULL REFERENCES code_review_learner_texts (id) ON DELETE CASCADE,
    before TEXT NOT NULL,
    after TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS code_review_learner_contradictions (
    before TEXT PRIMARY KEY,
    places INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** What all accepted texts together say about a convention. */
export interface EvidenceRow {
  readonly convention: string;
  readonly kept: number;
  readonly broken: number;
  readonly texts: number;
  readonly corrections: number;
}

export interface PhraseRow {
  readonly before: string;
  readonly after: string;
  readonly source: string;
  readonly comments: string;
  readonly contradictions: number;
}

/** Keeps what one text taught; call it in a transaction. */
export function insertReview(
  database: Database,
  review: {
    readonly source: string;
    readonly comments: readonly string[];
    readonly evidence: readonly StyleEvidence[];
    readonly taught: ReadonlySet<string>;
    readonly phrases: readonly Phrase[];
  },
): void {
  const { lastInsertRowid } = database
    .prepare('INSERT INTO code_review_learner_texts (source, comments, at) VALUES (?, ?, ?)')
    .run(review.source, JSON.stringify(review.comments), Date.now());
  const addEvidence = database.prepare(
    'INSERT INTO code_review_learner_evidence (text_id, convention, kept, broken, corrected) VALUES (?, ?, ?, ?, ?)',
  );
  for (const { convention, kept, broken } of review.evidence) {
    const corrected = review.taught.has(convention.id) ? 1 : 0;
    if (kept + broken.length + corrected === 0) continue;
    addEvidence.run(lastInsertRowid, convention.id, kept, broken.length, corrected);
  }
  const addPhrase = database.prepare(
    'INSERT INTO code_review_learner_phrases (text_id, before, after) VALUES (?, ?, ?)',
  );
  for (const { before, after } of review.phrases) addPhrase.run(lastInsertRowid, before, after);
}

export function addContradictions(database: Database, phrase: string, places: number): void {
  database
    .prepare(
      `INSERT INTO code_review_learner_contradictions (before, places) VALUES (?, ?)
       ON CONFLICT (before) DO UPDATE SET places = places + excluded.places`,
    )
    .run(phrase, places);
}

export function evidenceRows(database: Database): readonly EvidenceRow[] {
  return database
    .prepare<[], EvidenceRow>(
      `SELECT convention, sum(kept) AS kept, sum(broken) AS broken, sum(kept + broken > 0) AS texts, sum(corrected) AS corrections
       FROM code_review_learner_evidence GROUP BY convention`,
    )
    .all();
}

/** Where a convention was learnt: reviews that corrected it first, then the texts with most places. */
export function conventionSources(database: Database, convention: string, limit: number): readonly string[] {
  return database
    .prepare<[string, number], { source: string }>(
      `SELECT text.source FROM code_review_learner_evidence AS evidence
       JOIN code_review_learner_texts AS text ON text.id = evidence.text_id
       WHERE evidence.convention = ? AND (evidence.kept > 0 OR evidence.corrected > 0)
       GROUP BY text.source ORDER BY max(evidence.corrected) DESC, max(evidence.kept) DESC, text.source LIMIT ?`,
    )
    .all(convention, limit)
    .map(({ source }) => source);
}

export function phraseRows(database: Database): readonly PhraseRow[] {
  return database
    .prepare<[], PhraseRow>(
      `SELECT phrase.before, phrase.after, text.source, text.comments, coalesce(contradiction.places, 0) AS contradictions
       FROM code_review_learner_phrases AS phrase
       JOIN code_review_learner_texts AS text ON text.id = phrase.text_id
       LEFT JOIN code_review_learner_contradictions AS contradiction ON contradiction.before = phrase.before
       ORDER BY text.id`,
    )
    .all();
}
