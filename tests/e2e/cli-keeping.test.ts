import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createSessionDirectory, sessionDirectory } from '../../src/session/session-directories.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { builtCommand } from '../support/built-command.js';
import { readSessionRows } from '../support/database-rows.js';
import { sessionStart } from '../support/sample-activity.js';
import { SessionsOfRuns } from '../support/sessions-of-runs.js';

const defaultDatabase = '.realworld/realworld_testing.db';

interface Kept {
  readonly directory: string;
  /** Absolute path of the database, which nobody has open. */
  readonly database: string;
}

function runs(count: number): Kept {
  const sessions = new SessionsOfRuns();
  sessions.addAll(Array.from({ length: count }, (_, index) => 10 + index));
  for (let index = 1; index <= count; index++) {
    sessions.store.saveIssues(`run-0${index}`, [
      {
        issueId: `run-0${index}:told`,
        taskId: null,
        atMs: sessionStart.startedAtMs,
        severity: 'low',
        capability: 'shop',
        issueType: 'told',
        description: 'a scenario told this',
        suggestedFix: null,
        reproducible: null,
        evidenceActivityId: null,
      },
    ]);
  }
  sessions.store.close();
  return { directory: sessions.directory, database: sessions.store.path };
}

describe('the built backup and restore', () => {
  test('bring a database back as it was, and keep the one that is replaced', async () => {
    const { directory, database } = runs(3);
    const ids = ['run-01', 'run-02', 'run-03'];
    const before = readSessionRows(database, ids);
    const backup = await builtCommand(directory, 'backup', 'backups/a b.db', '--json');
    expect(backup).toMatchObject({ exitCode: 0, complaints: '' });
    expect(JSON.parse(backup.output)).toMatchObject({
      database,
      path: join(directory, 'backups/a b.db'),
      rows: { test_sessions: 3, scenarios: 3, activities: 75 },
    });
    expect(readdirSync(join(directory, 'backups'))).toEqual(['a b.db']);
    const again = await builtCommand(directory, 'backup', 'backups/a b.db', '--db', defaultDatabase);
    expect(again.exitCode).toBe(2);
    expect(again.complaints).toContain('there is a file of this name');
    new Database(database).exec("DELETE FROM activities WHERE session_id = 'run-02'").close();
    const restored = await builtCommand(directory, 'restore', 'backups/a b.db');
    expect(restored).toEqual({
      exitCode: 0,
      complaints: '',
      output: `Database ${database} is restored from ${join(directory, 'backups/a b.db')}.\nWhat was there before is kept in ${database}.replaced.\n`,
    });
    expect(readSessionRows(database, ids)).toEqual(before);
    expect(readSessionRows(`${database}.replaced`, ['run-02'])).toMatchObject({ activities: [[]] });
    const second = await builtCommand(directory, 'restore', 'backups/a b.db', '--json');
    expect(JSON.parse(second.output)).toMatchObject({ replaced: `${database}.replaced-2` });
    const beside = await builtCommand(directory, 'restore', 'backups/a b.db', '--db', 'new/other.db');
    expect(beside).toMatchObject({ exitCode: 0 });
    expect(readSessionRows(join(directory, 'new/other.db'), ids)).toEqual(before);
  });

  test('backup without a name writes beside the database', async () => {
    const { directory, database } = runs(1);
    const end = await builtCommand(directory, 'backup');
    expect(end.exitCode).toBe(0);
    expect(end.output).toMatch(/backup-\d{8}-\d{6} \([\d.]+ KB, 1 sessions, 25 activities; checked\)\.\n$/);
    expect(readdirSync(dirname(database))).toHaveLength(2);
  });

  test('restore refuses while a session is running, and while another process has the database open', async () => {
    const { directory, database } = runs(1);
    await builtCommand(directory, 'backup', 'b.db');
    const open = new SessionStore(database);
    const inUse = await builtCommand(directory, 'restore', 'b.db');
    open.close();
    expect(inUse.exitCode).toBe(2);
    expect(inUse.complaints).toContain('is in use');
    createSessionDirectory(sessionDirectory(join(directory, 'tool/journal'), sessionStart.sessionId), {
      database,
      start: sessionStart,
      retention: null,
    });
    const running = await builtCommand(directory, 'restore', 'b.db', '--directory', 'tool');
    expect(running.exitCode).toBe(2);
    expect(running.complaints).toContain(`Session ${sessionStart.sessionId} is running`);
    expect(readdirSync(dirname(database))).toEqual(['realworld_testing.db']);
  });

  test('restore takes nothing but a sound database of this tool that it knows', async () => {
    const { directory, database } = runs(1);
    const before = readFileSync(database);
    writeFileSync(join(directory, 'letter.txt'), 'Dear reader');
    new Database(join(directory, 'foreign.db')).exec('CREATE TABLE customers (name TEXT)').close();
    await builtCommand(directory, 'backup', 'future.db');
    const future = new Database(join(directory, 'future.db'));
    future.pragma('user_version = 999');
    future.close();
    await builtCommand(directory, 'backup', 'damaged.db');
    const damaged = readFileSync(join(directory, 'damaged.db'));
    damaged.fill(0xaa, 4_096 * 3, 4_096 * 9);
    writeFileSync(join(directory, 'damaged.db'), damaged);
    mkdirSync(join(directory, 'folder'));
    for (const [file, sentence] of [
      ['letter.txt', `The file ${join(directory, 'letter.txt')} is not a readable SQLite database`],
      ['foreign.db', `${join(directory, 'foreign.db')} belongs to another program`],
      ['future.db', 'has schema version 999'],
      ['damaged.db', 'is damaged'],
      ['folder', 'is a directory'],
      ['missing.db', 'There is no file'],
      [defaultDatabase, 'is the database itself'],
    ] as const) {
      const end = await builtCommand(directory, 'restore', file);
      expect([file, end.exitCode, end.output]).toEqual([file, 2, '']);
      expect(end.complaints).toContain(sentence);
    }
    expect(readFileSync(database).equals(before)).toBe(true);
    expect(readdirSync(dirname(database))).toEqual(['realworld_testing.db']);
  });
});

describe('the built maintain', () => {
  test('says first what it would do, and changes nothing', async () => {
    const { directory, database } = runs(3);
    const before = readFileSync(database);
    const end = await builtCommand(directory, 'maintain');
    expect(end.exitCode).toBe(0);
    expect(end.output).toMatch(
      /^3 sessions with 75 activities would be archived in \S+realworld_testing-archive-2026-02\.db\nThat is about [\d.]+ KB/,
    );
    const plan = JSON.parse((await builtCommand(directory, 'maintain', '--json')).output) as {
      bytes: number;
    };
    expect(plan).toMatchObject({ done: false, archives: [{ sessionIds: ['run-01', 'run-02', 'run-03'] }] });
    expect(plan.bytes).toBeGreaterThan(0);
    expect(plan.bytes).toBeLessThan(before.length);
    expect(readFileSync(database).equals(before)).toBe(true);
    const young = await builtCommand(directory, 'maintain', '--older-than', '36500');
    expect(young.output).toContain('No session that can be archived is older than 36500 days.');
    expect(readdirSync(dirname(database))).toEqual(['realworld_testing.db']);
  });

  test('with --yes moves whole sessions into the archive, once, and leaves running ones and those of baselines', async () => {
    const { directory, database } = runs(4);
    await builtCommand(directory, 'analyze', 'run-02');
    await builtCommand(directory, 'baseline', 'set', 'run-04');
    const store = new SessionStore(database);
    store.startSession(sessionStart);
    store.close();
    const ids = ['run-01', 'run-02', 'run-03'];
    const before = readSessionRows(database, ids);
    const stays = [sessionStart.sessionId, 'run-04'];
    const staying = readSessionRows(database, stays);
    const archive = join(directory, 'old/runs.db');
    const words = ['maintain', '--db', defaultDatabase, '--archive', archive, '--directory', 'tool', '--yes'];
    const end = await builtCommand(directory, ...words);
    expect(end).toMatchObject({ exitCode: 0, complaints: '' });
    expect(end.output).toContain(`3 sessions with 75 activities archived in ${archive}`);
    expect(end.output).toContain(`Session ${sessionStart.sessionId} is not over and stays.`);
    expect(end.output).toContain('1 of the old sessions are those of a baseline and stay.');
    expect(readSessionRows(archive, ids)).toEqual(before);
    expect(readSessionRows(database, stays)).toEqual(staying);
    expect(readSessionRows(database, ids)).toMatchObject({
      test_sessions: [[], [], []],
      activities: [[], [], []],
    });
    expect((await builtCommand(directory, 'report', 'run-02', '--db', archive)).exitCode).toBe(0);
    const again = await builtCommand(directory, ...words, '--json');
    expect(JSON.parse(again.output)).toMatchObject({ done: true, plan: { archives: [] }, tidied: true });
    expect(readSessionRows(archive, ids)).toEqual(before);
    const back = await builtCommand(directory, 'merge', archive);
    expect(back.exitCode, back.complaints).toBe(0);
    expect(readSessionRows(database, ids)).toEqual(before);
  });

  test('does not give the room back while a session is running', async () => {
    const { directory, database } = runs(1);
    createSessionDirectory(sessionDirectory(join(directory, '.realworld/journal'), 'at-work'), {
      database,
      start: { ...sessionStart, sessionId: 'at-work' },
      retention: null,
    });
    const end = await builtCommand(directory, 'maintain', '--yes');
    expect(end.exitCode).toBe(0);
    expect(end.output).toContain('The room is not given back to the disk while a session is running');
  });
});

describe('the built merge', () => {
  test('adds the sessions of other databases, renumbers their scenarios, and skips what is there', async () => {
    const one = runs(2);
    const other = runs(3);
    const beforeOther = readFileSync(other.database);
    const end = await builtCommand(one.directory, 'merge', other.database);
    expect(end.exitCode, end.complaints).toBe(0);
    expect(end.output).toBe(
      [
        `${other.database}: 1 session merged, 25 activities.`,
        '  run-01: in the database already, skipped',
        '  run-02: in the database already, skipped',
        `Merged into ${one.database}.\n`,
      ].join('\n'),
    );
    expect(readSessionRows(one.database, ['run-03'])).toEqual(readSessionRows(other.database, ['run-03']));
    expect(readFileSync(other.database).equals(beforeOther)).toBe(true);
    const shards = await builtCommand(
      one.directory,
      ...['merge', one.database, other.database, '--db', 'fresh/all.db', '--json'],
    );
    expect(readdirSync(join(one.directory, 'fresh'))).toEqual(['all.db']);
    expect(JSON.parse(shards.output)).toMatchObject({
      files: [
        { merged: ['run-01', 'run-02', 'run-03'], known: [] },
        { merged: [], known: ['run-01', 'run-02', 'run-03'] },
      ],
    });
    const all = ['run-01', 'run-02', 'run-03'];
    expect(readSessionRows(join(one.directory, 'fresh/all.db'), all)).toEqual(
      readSessionRows(one.database, all),
    );
  });

  test('skips what is not over, and merges nothing when one of the files cannot be', async () => {
    const { directory, database } = runs(1);
    const shard = join(directory, 'shard.db');
    const store = new SessionStore(shard);
    store.startSession(sessionStart);
    store.close();
    const skipped = await builtCommand(directory, 'merge', 'shard.db');
    expect(skipped.exitCode).toBe(0);
    expect(skipped.output).toContain(`${sessionStart.sessionId}: not over, skipped`);
    const good = runs(3);
    writeFileSync(join(directory, 'letter.db'), 'Dear reader');
    const refused = await builtCommand(directory, 'merge', good.database, 'letter.db');
    expect(refused).toMatchObject({ exitCode: 2, output: '' });
    expect(refused.complaints).toContain(`The file ${join(directory, 'letter.db')} is not a readable SQLite`);
    expect(readSessionRows(database, ['run-03'])).toMatchObject({ test_sessions: [[]] });
    for (const [words, sentence] of [
      [[], 'Name the databases to merge'],
      [[defaultDatabase], 'cannot be merged into itself'],
      [['missing.db'], 'There is no file'],
    ] as const) {
      const end = await builtCommand(directory, 'merge', ...words);
      expect([words, end.exitCode]).toEqual([words, 2]);
      expect(end.complaints).toContain(sentence);
    }
    expect(existsSync(join(directory, 'missing.db'))).toBe(false);
  });
});
