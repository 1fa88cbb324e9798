import type { Database } from 'better-sqlite3';
import type { RawAnswer } from './request-once.js';

/** Table of realtime_internet. Times are milliseconds since the epoch. */
export const cacheSchema = `
  CREATE TABLE IF NOT EXISTS realtime_internet_answers (
    key TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    redirects TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS realtime_internet_answers_by_use ON realtime_internet_answers (used_at);
`;

export interface KeptAnswer extends RawAnswer {
  readonly fetchedAtMs: number;
}

interface AnswerRow {
  readonly source: string;
  readonly status: number;
  readonly headers: string;
  readonly body: Buffer;
  readonly redirects: string;
  readonly fetchedAt: number;
}

export function findAnswer(database: Database, key: string): KeptAnswer | undefined {
  const row = database
    .prepare<[string], AnswerRow>(
      `SELECT source, status, headers, body, redirects, fetched_at AS fetchedAt
       FROM realtime_internet_answers WHERE key = ?`,
    )
    .get(key);
  if (row === undefined) return undefined;
  return {
    source: row.source,
    status: row.status,
    headers: JSON.parse(row.headers) as Record<string, string>,
    body: new Uint8Array(row.body),
    redirects: JSON.parse(row.redirects) as string[],
    fetchedAtMs: row.fetchedAt,
  };
}

/** Keeps an answer and drops those used longest ago beyond the bound; call it in a transaction. */
export function keepAnswer(
  database: Database,
  key: string,
  answer: RawAnswer,
  atMs: number,
  maxCacheBytes: number,
): void {
  database
    .prepare(
      `INSERT OR REPLACE INTO realtime_internet_answers (key, source, status, headers, body, redirects, fetched_at, used_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      key,
      answer.source,
      answer.status,
      JSON.stringify(answer.headers),
      Buffer.from(answer.body),
      JSON.stringify(answer.redirects),
      atMs,
      atMs,
    );
  database
    .prepare(
      `DELETE FROM realtime_internet_answers WHERE key IN (
         SELECT key FROM (
           SELECT key, sum(length(body) + 512) OVER (ORDER BY used_at DESC, key) AS total FROM realtime_internet_answers)
         WHERE total > ?)`,
    )
    .run(maxCacheBytes);
}

/** Notes that a kept answer still holds. */
export function confirmAnswer(database: Database, key: string, atMs: number): void {
  database
    .prepare('UPDATE realtime_internet_answers SET fetched_at = ?, used_at = ? WHERE key = ?')
    .run(atMs, atMs, key);
}

export interface CacheSize {
  readonly answers: number;
  readonly bytes: number;
}

export function cacheSize(database: Database): CacheSize {
  return (
    database
      .prepare<[], CacheSize>(
        'SELECT count(*) AS answers, coalesce(sum(length(body)), 0) AS bytes FROM realtime_internet_answers',
      )
      .get() ?? { answers: 0, bytes: 0 }
  );
}
