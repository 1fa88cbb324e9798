import type { Database } from 'better-sqlite3';
import type { CiRun, CiRunKind, TestResult } from './ci-types.js';

/** Tables of ci_monitor. `at` is milliseconds since the epoch. */
export const ciSchema = `
  CREATE TABLE IF NOT EXISTS ci_monitor_deliveries (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS ci_monitor_runs (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    name TEXT NOT NULL,
    repository TEXT NOT NULL,
    commit_hash TEXT,
    conclusion TEXT,
    run TEXT NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, id, attempt)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS ci_monitor_reports (
    digest TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS ci_monitor_tests (
    suite TEXT NOT NULL,
    name TEXT NOT NULL,
    commit_hash TEXT NOT NULL,
    outcome TEXT NOT NULL,
    failed_attempts INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ci_monitor_tests_by_name ON ci_monitor_tests (suite, name, commit_hash);
`;

/** Notes a delivery; false when it was taken before. */
export function takeDelivery(database: Database, id: string, atMs: number): boolean {
  return (
    database.prepare('INSERT OR IGNORE INTO ci_monitor_deliveries (id, at) VALUES (?, ?)').run(id, atMs)
      .changes === 1
  );
}

/** Keeps a run; what is told of a run that has ended is not put back by a message that comes late. */
export function keepRun(database: Database, run: CiRun, source: string, atMs: number): void {
  database
    .prepare(
      `INSERT INTO ci_monitor_runs (kind, id, attempt, name, repository, commit_hash, conclusion, run, source, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (kind, id, attempt) DO UPDATE SET name = excluded.name, commit_hash = excluded.commit_hash,
         conclusion = excluded.conclusion, run = excluded.run, source = excluded.source, at = excluded.at
       WHERE conclusion IS NULL OR excluded.conclusion IS NOT NULL`,
    )
    .run(
      run.kind,
      run.id,
      run.attempt,
      run.name,
      run.repository,
      run.commit ?? null,
      run.conclusion ?? null,
      JSON.stringify(run),
      source,
      atMs,
    );
}

/** Notes a report by the digest of what it says; false when it was taken before. */
export function takeReport(database: Database, digest: string, source: string, atMs: number): boolean {
  return (
    database
      .prepare('INSERT OR IGNORE INTO ci_monitor_reports (digest, source, at) VALUES (?, ?, ?)')
      .run(digest, source, atMs).changes === 1
  );
}

export function keepTests(
  database: Database,
  tests: readonly TestResult[],
  commit: string,
  source: string,
  atMs: number,
): void {
  const insert = database.prepare(
    `INSERT INTO ci_monitor_tests (suite, name, commit_hash, outcome, failed_attempts, duration_ms, source, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { suite, name, outcome, failedAttempts, durationMs } of tests) {
    insert.run(suite, name, commit, outcome, failedAttempts, durationMs, source, atMs);
  }
}

export function listRuns(database: Database, limit: number): readonly CiRun[] {
  return database
    .prepare<[number], { run: string }>(
      'SELECT run FROM ci_monitor_runs ORDER BY at DESC, rowid DESC LIMIT ?',
    )
    .all(limit)
    .map(({ run }) => JSON.parse(run) as CiRun);
}

/** Passes and failures of one thing on one commit. */
export interface CommitOutcomes {
  readonly kind: 'test' | CiRunKind;
  readonly suite: string;
  readonly name: string;
  readonly commit: string;
  readonly passes: number;
  readonly failures: number;
  /** JSON. */
  readonly sources: string;
}

/** What ran at least twice on a commit. */
export function repeatedOutcomes(database: Database): readonly CommitOutcomes[] {
  return database
    .prepare<[], CommitOutcomes>(
      `SELECT 'test' AS kind, suite, name, commit_hash AS "commit", sum(outcome = 'passed') AS passes,
         sum(outcome IN ('failed', 'errored')) + sum(failed_attempts) AS failures,
         json_group_array(DISTINCT source) AS sources
       FROM ci_monitor_tests WHERE outcome <> 'skipped' GROUP BY suite, name, commit_hash HAVING passes + failures >= 2
       UNION ALL
       SELECT kind, repository, name, commit_hash, sum(conclusion = 'success'),
         sum(conclusion IN ('failure', 'timed_out', 'error')), json_group_array(DISTINCT source)
       FROM ci_monitor_runs WHERE commit_hash IS NOT NULL AND conclusion IN ('success', 'failure', 'timed_out', 'error')
       GROUP BY kind, repository, name, commit_hash HAVING count(*) >= 2`,
    )
    .all();
}
