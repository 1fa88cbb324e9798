import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/storage/open-database.js';
import { migrations, newestVersion } from '../../src/storage/schema.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { thrownBy } from '../support/thrown-by.js';

const [first] = migrations;

/** A database as the first version of the schema left it, with one session and enough rows to fill pages. */
function oldDatabase(): string {
  const path = join(temporaryDirectory(), 'old.db');
  const database = new Database(path);
  database.exec(first?.sql ?? '');
  database.exec(`INSERT INTO test_sessions (session_id, project_path, start_time, duration_minutes, status)
    VALUES ('s', 'p', '2025-01-01T00:00:00Z', 1, 'completed')`);
  const insert = database.prepare(`INSERT INTO activities
    (activity_id, session_id, timestamp, capability, activity_type, result_data) VALUES (?, 's', 't', 'c', 'm', ?)`);
  for (let index = 0; index < 500; index++) insert.run(`a${index}`, 'x'.repeat(400));
  database.close();
  return path;
}

const filesBeside = (path: string): readonly string[] =>
  readdirSync(dirname(path)).filter((name) => name !== basename(path) && !/-(?:wal|shm)$/.test(name));

describe('a database of an older version', () => {
  test('is copied into a backup beside it before it is changed, and that is said once', () => {
    const path = oldDatabase();
    const notices: string[] = [];
    openDatabase(path, { onNotice: (sentence) => notices.push(sentence) }).close();
    openDatabase(path, { onNotice: (sentence) => notices.push(sentence) }).close();
    expect(notices).toEqual([
      `The database ${path} was brought up to date; as it was before it is kept in ${path}.backup-v0.`,
    ]);
    expect(filesBeside(path)).toEqual(['old.db.backup-v0']);
    const backup = new Database(`${path}.backup-v0`, { readonly: true });
    expect(backup.pragma('user_version', { simple: true })).toBe(0);
    expect(backup.prepare('SELECT count(*) FROM activities').pluck().get()).toBe(500);
    expect(backup.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'scenarios'").pluck().get()).toBe(
      0,
    );
    backup.close();
  });

  test('never writes over a backup that is there', () => {
    const path = oldDatabase();
    writeFileSync(`${path}.backup-v0`, 'of an earlier day');
    openDatabase(path).close();
    expect(filesBeside(path)).toEqual(['old.db.backup-v0', 'old.db.backup-v0-2']);
    expect(readFileSync(`${path}.backup-v0`, 'utf8')).toBe('of an earlier day');
  });

  test('is refused and left untouched when it is damaged', () => {
    const path = oldDatabase();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4_096 * 8, 4_096 * 20);
    writeFileSync(path, bytes);
    const error = thrownBy(() => openDatabase(path));
    expect(error.code).toBe('DATABASE_CORRUPT');
    expect(error.message).toContain(`The database ${path} is damaged (`);
    expect(error.message).toContain('It was left as it is; move it away');
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(filesBeside(path)).toEqual([]);
  });
});

describe('a database that needs no migration', () => {
  test.each(['new', 'of this version'])('has no backup when it is %s', (state) => {
    const path = join(temporaryDirectory(), 'new.db');
    if (state !== 'new') openDatabase(path).close();
    const database = openDatabase(path);
    expect(database.pragma('user_version', { simple: true })).toBe(newestVersion);
    database.close();
    expect(filesBeside(path)).toEqual([]);
  });
});
