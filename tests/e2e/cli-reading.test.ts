import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createSessionDirectory, sessionDirectory } from '../../src/session/session-directories.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { builtCommand } from '../support/built-command.js';
import { sampleActivity, sessionStart } from '../support/sample-activity.js';
import { levelsAround, SessionsOfRuns } from '../support/sessions-of-runs.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const defaultDatabase = '.realworld/realworld_testing.db';

/** Six completed runs, the newest with failures. */
function sixRuns(): SessionsOfRuns {
  const sessions = new SessionsOfRuns();
  sessions.addAll(levelsAround(10, 5), { commit: 'aaa111' });
  sessions.add({ levelMs: 10, commit: 'bbb222', failing: 9 });
  return sessions;
}

/** A folder whose newest session began and is not over. */
function folderWithRunning(): { readonly directory: string; readonly database: string } {
  const directory = temporaryDirectory();
  const database = join(directory, defaultDatabase);
  const store = new SessionStore(database);
  store.startSession(sessionStart);
  store
    .ingestFor(sessionStart.sessionId)
    .ingest([{ entry: 'activity', activity: sampleActivity({ activityId: 'a' }) }]);
  store.close();
  return { directory, database };
}

describe('the built report', () => {
  test('prints the latest session, one by its beginning, and writes either format to a file', async () => {
    const { directory } = sixRuns();
    const text = await builtCommand(directory, 'report');
    expect(text).toMatchObject({ exitCode: 0, complaints: '' });
    expect(text.output).toContain('Session ID: run-06');
    expect((await builtCommand(directory, 'report', 'run-03')).output).toContain('Session ID: run-03');
    const json = await builtCommand(directory, 'report', 'latest', '--json');
    expect(JSON.parse(json.output)).toMatchObject({ session: { sessionId: 'run-06' } });
    const target = join(directory, 'a new folder', 'Bericht für Ä 報告.json');
    const written = await builtCommand(directory, 'report', '--format', 'json', '--output', target);
    expect(written).toEqual({ exitCode: 0, output: '', complaints: `Report: ${target}\n` });
    expect(readFileSync(target, 'utf8')).toBe(json.output);
  });

  test('finds a database whose path has spaces and letters of other scripts', async () => {
    const directory = join(temporaryDirectory(), 'a b', 'данные');
    mkdirSync(directory, { recursive: true });
    const store = new SessionStore(join(directory, 'söme db.db'));
    store.startSession(sessionStart);
    store.close();
    const end = await builtCommand(directory, 'sessions', '--db', 'söme db.db', '--json');
    expect(end.exitCode).toBe(0);
    expect(JSON.parse(end.output)).toMatchObject([{ sessionId: sessionStart.sessionId }]);
  });

  test('ends as the gate says with --gate', async () => {
    const { directory, store } = sixRuns();
    expect((await builtCommand(directory, 'report', '--gate')).exitCode).toBe(3);
    store.saveGate('run-06', { mode: 'report', verdict: 'failed', conditions: [], alerts: [] });
    expect((await builtCommand(directory, 'report', '--gate')).exitCode).toBe(1);
    expect((await builtCommand(directory, 'report')).exitCode).toBe(0);
  });

  test('says that the session is at work, was killed, or is unknown to its journals', async () => {
    const { directory, database } = folderWithRunning();
    const { sessionId } = sessionStart;
    const nowhere = await builtCommand(directory, 'report');
    expect(nowhere.exitCode).toBe(0);
    expect(nowhere.complaints).toContain('is still running, or was killed elsewhere');
    const journals = sessionDirectory(join(directory, 'tool/journal'), sessionId);
    createSessionDirectory(journals, { database, start: sessionStart, retention: null });
    const atWork = await builtCommand(directory, 'report', '--directory', 'tool');
    expect(atWork).toMatchObject({
      exitCode: 0,
      complaints: `Session ${sessionId} is still running. This is what it has stored so far.\n`,
    });
    expect(atWork.output).toContain('END OF REPORT');
    const owner = JSON.parse(readFileSync(join(journals, 'owner.json'), 'utf8')) as object;
    writeFileSync(join(journals, 'owner.json'), JSON.stringify({ ...owner, pid: 2 ** 22 + 1 }));
    const killed = await builtCommand(directory, 'report', '--directory', 'tool');
    expect(killed.exitCode).toBe(0);
    expect(killed.complaints).toContain(`The run of session ${sessionId} was killed.`);
    expect(killed.complaints).toContain('vitest-realworld recover');
  });

  test('says that the session crashed, and why', async () => {
    const sessions = new SessionsOfRuns();
    const id = sessions.add({ levelMs: 10, status: 'error' });
    sessions.store.finishSession(id, { status: 'error', endedAtMs: Date.now(), stopReason: 'a worker died' });
    const end = await builtCommand(sessions.directory, 'report');
    expect(end.exitCode).toBe(0);
    expect(end.complaints).toBe('Session run-01 crashed: a worker died. This is what it had recorded.\n');
  });
});

describe('a built reading command', () => {
  test('says that there is no session, and what to do', async () => {
    const directory = temporaryDirectory();
    new SessionStore(join(directory, 'none.db')).close();
    writeFileSync(join(directory, 'empty.db'), '');
    for (const db of ['none.db', 'empty.db']) {
      for (const name of ['report', 'trend', 'analyze', 'export']) {
        const end = await builtCommand(directory, name, '--db', db);
        expect([name, db, end.exitCode, end.output]).toEqual([name, db, 3, '']);
        expect(end.complaints).toMatch(/^There is no session yet, so there is no.*Run the scenarios first/);
      }
      const listed = await builtCommand(directory, 'sessions', '--db', db);
      expect(listed.exitCode).toBe(0);
      expect(listed.output).toContain('Run the scenarios first');
    }
  });

  test('ends with 2 and the nearest ids for a session that is not there', async () => {
    const { directory } = sixRuns();
    for (const words of [
      ['report', 'run-60'],
      ['trend', 'run-60'],
      ['analyze', 'run-60'],
      ['export', 'run-60'],
      ['compare', 'run-60', 'latest'],
    ]) {
      const end = await builtCommand(directory, ...words);
      expect([words, end.exitCode, end.output]).toEqual([words, 2, '']);
      expect(end.complaints).toContain('There is no session "run-60". Did you mean run-06');
    }
    const ambiguous = await builtCommand(directory, 'report', 'run-');
    expect(ambiguous.exitCode).toBe(2);
    expect(ambiguous.complaints).toContain('6 sessions begin with "run-"');
  });

  test('ends with 2 and a sentence for a file that is no database of this tool', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'letter.db'), 'Dear reader, this is no database.');
    new Database(join(directory, 'foreign.db')).exec('CREATE TABLE customers (name TEXT)').close();
    new SessionStore(join(directory, 'future.db')).close();
    const future = new Database(join(directory, 'future.db'));
    future.pragma('user_version = 999');
    future.close();
    mkdirSync(join(directory, 'folder.db'));
    for (const [db, sentence] of [
      ['letter.db', 'is not a readable SQLite database'],
      ['foreign.db', 'belongs to another program'],
      ['future.db', 'has schema version 999'],
      ['folder.db', 'is a directory'],
      ['missing.db', 'There is no database'],
    ] as const) {
      const others = db === 'letter.db' ? ['sessions', 'trend', 'analyze', 'export', 'maintain'] : [];
      for (const name of ['report', 'backup', ...others]) {
        const end = await builtCommand(directory, name, '--db', db);
        expect([name, db, end.exitCode, end.output]).toEqual([name, db, 2, '']);
        expect(end.complaints).toContain(sentence);
        expect(end.complaints).not.toMatch(/\n\s+at /);
      }
    }
  });
});

describe('the built sessions, trend, compare, baseline and recover', () => {
  test('list, show and compare what is there, also as JSON', async () => {
    const sessions = new SessionsOfRuns();
    const { directory } = sessions;
    sessions.addAll(levelsAround(10, 12), { commit: 'aaa111' });
    sessions.addAll(levelsAround(30, 8), { commit: 'bbb222' });
    expect((await builtCommand(directory, 'sessions')).output).toContain('run-20');
    const trend = await builtCommand(
      directory,
      ...[
        'trend',
        'latest',
        '--file',
        'shop.realworld.ts',
        '--scenario',
        'sells',
        '--capability',
        'shop',
        '--json',
      ],
    );
    expect(trend.exitCode).toBe(0);
    expect(JSON.parse(trend.output)).toMatchObject({ comparableSessions: 19 });
    const set = await builtCommand(
      directory,
      ...['baseline', 'set', '--name', 'release', '--commit', 'aaa111', '--note', 'before'],
    );
    expect(set).toMatchObject({ exitCode: 0, complaints: '' });
    expect((await builtCommand(directory, 'baseline', 'set', '--last', '5')).exitCode).toBe(0);
    const listed = await builtCommand(directory, 'baseline', 'list', '--json', '--db', defaultDatabase);
    expect(JSON.parse(listed.output)).toMatchObject([
      { name: 'default' },
      { name: 'release', note: 'before' },
    ]);
    const compared = await builtCommand(
      directory,
      ...['compare', 'commit:aaa', 'commit:bbb', '--db', defaultDatabase, '--format', 'markdown'],
      ...['--output', 'a/compare.md', '--min-effect', '0.1', '--across-environments'],
    );
    expect(compared).toEqual({
      exitCode: 1,
      output: '',
      complaints: `Comparison: ${join(directory, 'a/compare.md')}\n`,
    });
    const json = await builtCommand(directory, 'compare', 'commit:aaa', 'commit:bbb', '--json');
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.output)).toMatchObject({ verdict: 'regressed' });
  });

  test('recover stores what was left', async () => {
    const directory = temporaryDirectory();
    const end = await builtCommand(directory, 'recover', '--db', 'x.db', '--directory', 'tool', '--json');
    expect(end).toEqual({
      exitCode: 0,
      output: '{\n  "sessions": [],\n  "unreadable": []\n}\n',
      complaints: '',
    });
  });
});

describe('the built analyze', () => {
  test('stores the analysis and says what it changed, and then that nothing did', async () => {
    const { directory, store } = sixRuns();
    const first = await builtCommand(directory, 'analyze', '--db', defaultDatabase);
    expect(first).toMatchObject({ exitCode: 0, complaints: '' });
    expect(first.output).toContain('Session run-06 was analysed again');
    expect(first.output).toMatch(/ {2}\+ \[\w+\] shop: /);
    const { issues, suggestions, score } = store.readAnalysis('run-06');
    expect(issues.length).toBeGreaterThan(0);
    expect(suggestions.length).toBeGreaterThan(0);
    expect(score).toBeGreaterThan(0);
    const again = JSON.parse((await builtCommand(directory, 'analyze', 'run-06', '--json')).output) as object;
    expect(again).toMatchObject({
      sessionId: 'run-06',
      issuesAdded: [],
      issuesGone: [],
      issuesChanged: [],
      suggestionsNew: 0,
      scoreBefore: score,
      scoreAfter: score,
    });
    expect(store.readAnalysis('run-06').issues).toEqual(issues);
  });

  test('says what an older version had found otherwise', async () => {
    const { directory, store } = sixRuns();
    await builtCommand(directory, 'analyze');
    const [issue] = store.readAnalysis('run-06').issues;
    if (issue === undefined) throw new Error('The session has no issue.');
    store.replaceRuleIssues('run-06', [
      { ...issue, severity: 'info' },
      { ...issue, issueId: 'old', description: 'an issue of a rule that is gone' },
    ]);
    store.saveScore('run-06', 12.5);
    const end = await builtCommand(directory, 'analyze');
    expect(end.output).toContain('before 12.5');
    expect(end.output).toContain('an issue of a rule that is gone');
    expect(end.output).toContain('(was info)');
  });

  test('refuses a session that is not over', async () => {
    const { directory } = folderWithRunning();
    const end = await builtCommand(directory, 'analyze');
    expect(end.exitCode).toBe(2);
    expect(end.complaints).toContain('is not over');
  });
});
