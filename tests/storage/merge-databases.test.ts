import { copyFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { mergeDatabases } from '../../src/storage/merge-databases.js';
import { customerTables, migrations } from '../../src/storage/schema.js';
import { readSessionRows } from '../support/database-rows.js';
import { SessionsOfRuns } from '../support/sessions-of-runs.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function runs(count: number): SessionsOfRuns {
  const sessions = new SessionsOfRuns();
  sessions.addAll(Array.from({ length: count }, (_, index) => 10 + index));
  return sessions;
}

describe('merging', () => {
  test('takes over a database of the first schema without changing it', async () => {
    const directory = temporaryDirectory();
    const old = join(directory, 'old.db');
    const database = new Database(old);
    database.exec(migrations[0]?.sql ?? '');
    database.exec(`INSERT INTO test_sessions (session_id, project_path, start_time, end_time, duration_minutes, status)
      VALUES ('s', 'p', '2025-01-01T00:00:00', '2025-01-01T00:01:00', 1, 'completed');
      INSERT INTO activities (activity_id, session_id, timestamp, capability, activity_type, success)
      VALUES ('a', 's', '2025-01-01T00:00:01', 'search', 'find', 1);
      INSERT INTO improvement_suggestions (session_id, timestamp, category, priority, suggestion)
      VALUES ('s', '2025-01-01T00:00:02', 'performance', 'high', 'index it')`);
    database.close();
    const target = join(directory, 'all.db');
    const [file] = await mergeDatabases(target, [old]);
    expect(file).toMatchObject({ merged: ['s'], activities: 1 });
    expect(readSessionRows(target, ['s'])).toMatchObject({
      activities: [[{ activity_id: 'a', capability: 'search' }]],
      improvement_suggestions: [[{ suggestion: 'index it' }]],
    });
    const left = new Database(old, { readonly: true });
    expect(left.pragma('user_version', { simple: true })).toBe(0);
    expect(left.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table'").pluck().get()).toBe(
      customerTables.length + 1,
    );
    left.close();
    expect(readdirSync(directory).filter((name) => name.startsWith('.realworld-copy'))).toEqual([]);
  });

  test('reads what a process that has the source open committed last', async () => {
    const source = runs(2);
    const target = join(temporaryDirectory(), 'all.db');
    // The store is open, so that its rows are in the write-ahead log and not yet in the file.
    expect(readdirSync(dirname(source.store.path))).toContain('realworld_testing.db-wal');
    const [file] = await mergeDatabases(target, [source.store.path]);
    expect(file?.merged).toEqual(['run-01', 'run-02']);
    source.add({ levelMs: 5 });
  });

  test('merges all or nothing: ids of activities that are taken end it', async () => {
    const [one, other] = [runs(1), runs(1)];
    one.store.close();
    other.store.close();
    const conflicting = join(other.directory, 'conflicting.db');
    copyFileSync(other.store.path, conflicting);
    const database = new Database(conflicting);
    database.pragma('foreign_keys = OFF');
    for (const table of ['test_sessions', 'scenarios', 'activities', 'activity_aggregates']) {
      database.exec(`UPDATE ${table} SET session_id = 'another'`);
    }
    database.close();
    const third = runs(3);
    third.store.close();
    await expect(mergeDatabases(one.store.path, [third.store.path, conflicting])).rejects.toMatchObject({
      code: 'MERGE_CONFLICT',
      message: expect.stringMatching(/Session another of .*conflicting\.db cannot be merged: UNIQUE/),
    });
    expect(readSessionRows(one.store.path, ['run-02'])).toMatchObject({ test_sessions: [[]] });
  });
});
