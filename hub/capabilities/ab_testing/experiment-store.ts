import type { Database } from 'better-sqlite3';
import type { Arm } from './assign-arm.js';
import type { ArmSummary } from './compare-arms.js';

/** Tables of ab_testing. `at` is milliseconds since the epoch. */
export const experimentSchema = `
  CREATE TABLE IF NOT EXISTS ab_testing_experiments (
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ab_testing_users (
    experiment TEXT NOT NULL REFERENCES ab_testing_experiments (name) ON DELETE CASCADE,
    user TEXT NOT NULL,
    arm TEXT NOT NULL,
    outcome REAL,
    source TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (experiment, user)
  ) STRICT, WITHOUT ROWID;
`;

export interface StoredDefinition {
  readonly metric: 'conversion' | 'mean';
  readonly arms: readonly Required<Arm>[];
  readonly salt: string;
}

export interface ArmCount extends ArmSummary {
  readonly assigned: number;
}

export function readDefinition(database: Database, experiment: string): StoredDefinition | undefined {
  const row = database
    .prepare<[string], { definition: string }>('SELECT definition FROM ab_testing_experiments WHERE name = ?')
    .get(experiment);
  return row === undefined ? undefined : (JSON.parse(row.definition) as StoredDefinition);
}

export function insertDefinition(database: Database, experiment: string, definition: StoredDefinition): void {
  database
    .prepare('INSERT INTO ab_testing_experiments (name, definition, at) VALUES (?, ?, ?)')
    .run(experiment, JSON.stringify(definition), Date.now());
}

/** Keeps that a user takes part; of one who does already nothing changes. */
export function insertUser(database: Database, experiment: string, user: string, arm: string): void {
  database
    .prepare('INSERT OR IGNORE INTO ab_testing_users (experiment, user, arm, at) VALUES (?, ?, ?, ?)')
    .run(experiment, user, arm, Date.now());
}

/** Keeps the outcome of a user; false when the user does not take part. */
export function updateOutcome(
  database: Database,
  experiment: string,
  user: string,
  outcome: number,
  source: string | undefined,
): boolean {
  return (
    database
      .prepare('UPDATE ab_testing_users SET outcome = ?, source = ? WHERE experiment = ? AND user = ?')
      .run(outcome, source ?? null, experiment, user).changes === 1
  );
}

/** The variance is summed around the mean, so that large values with small differences keep their digits. */
const countArm = `
  WITH valued AS (
    SELECT CASE WHEN @missingIsZero THEN coalesce(outcome, 0) ELSE outcome END AS value
    FROM ab_testing_users WHERE experiment = @experiment AND arm = @arm),
  centre AS (SELECT avg(value) AS mean FROM valued)
  SELECT count(*) AS assigned, count(value) AS n, coalesce(avg(value), 0) AS mean,
    coalesce(sum((value - centre.mean) * (value - centre.mean)), 0) AS squares
  FROM valued, centre`;

/** How an arm did. @param missingIsZero whether a user without an outcome counts as 0, or not at all */
export function summariseArm(
  database: Database,
  experiment: string,
  arm: string,
  missingIsZero: boolean,
): ArmCount {
  const row = database
    .prepare<
      [{ experiment: string; arm: string; missingIsZero: number }],
      { assigned: number; n: number; mean: number; squares: number }
    >(countArm)
    .get({ experiment, arm, missingIsZero: missingIsZero ? 1 : 0 });
  const { assigned, n, mean, squares } = row ?? { assigned: 0, n: 0, mean: 0, squares: 0 };
  return { assigned, n, mean, variance: n > 1 ? squares / (n - 1) : 0 };
}
