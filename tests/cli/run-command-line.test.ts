import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { JournalWriter } from '../../src/recording/journal-writer.js';
import { createSessionDirectory, sessionDirectory } from '../../src/session/session-directories.js';
import { SessionLog } from '../../src/session/session-log.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { command } from '../support/command-line.js';
import { sampleActivity, sessionStart } from '../support/sample-activity.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const { sessionId } = sessionStart;

/** A folder with a database that holds one finished session of two activities, one of which failed. */
function folderWithSession(): string {
  const directory = temporaryDirectory();
  const store = new SessionStore(join(directory, '.realworld/realworld_testing.db'));
  store.startSession(sessionStart);
  store.ingestFor(sessionId).ingest([
    { entry: 'activity', activity: sampleActivity({ activityId: 'a' }) },
    { entry: 'activity', activity: sampleActivity({ activityId: 'b', outcome: 'failed' }) },
  ]);
  store.finishSession(sessionId, {
    status: 'completed',
    endedAtMs: sessionStart.startedAtMs + 5,
    stopReason: null,
  });
  store.saveScore(sessionId, 71.25);
  store.close();
  return directory;
}

/** A folder with the journals of a session that ended and could not be stored. */
function folderWithOrphan(database = 'own.db'): string {
  const directory = temporaryDirectory();
  const journals = sessionDirectory(join(directory, '.realworld/journal'), sessionId);
  createSessionDirectory(journals, {
    database: join(directory, database),
    start: sessionStart,
    retention: null,
  });
  const writer = new JournalWriter(journals, { workerPid: 2 ** 22 + 1, onFailure: () => {} });
  writer.close();
  const end = { status: 'completed', endedAtMs: sessionStart.startedAtMs + 5, stopReason: null } as const;
  const log = new SessionLog(journals);
  log.append({ fact: 'end', end });
  log.append({ fact: 'left' });
  return directory;
}

describe('a command line', () => {
  test('that is not right ends with 2 and names what is', async () => {
    const directory = folderWithSession();
    writeFileSync(join(directory, 'a-file'), '');
    for (const [words, advice] of [
      [[], 'Name a command. Commands: init, run, watch, report, sessions,'],
      [['recovr'], 'Unknown command "recovr". Did you mean "recover"?'],
      [['recover', '--jsn'], 'Unknown option "--jsn" of vitest-realworld recover. Did you mean "--json"?'],
      [['sessions', '--output', 'x'], 'Unknown option "--output" of vitest-realworld sessions.'],
      [['report', '--db'], 'option `--db <path>` value is missing'],
      [['report', '--db', 'a', '--db', 'b'], 'Option "--db" is given more than once.'],
      [['report', '--format', 'jso'], 'Unknown format "jso". Did you mean "json"?'],
      [['report', `${sessionId}x`], `Did you mean ${sessionId}?`],
      [['report', 'nowhere'], 'The newest are'],
      [['report', '--output', 'a-file/x'], 'Name another file.'],
      [['report', '--output', '.'], 'it is a folder. Name a file in it.'],
      [['report', '--json', '--format', 'text'], 'contradict each other'],
      [['sessions', '--db', 'none.db'], 'There is no database'],
      [['sessions', 'latest'], 'Unused args'],
    ] as const) {
      const end = await command(directory, ...words);
      expect([words, end.exitCode]).toEqual([words, 2]);
      expect(end.complaints).toContain(advice);
      expect(end.output).toBe('');
    }
    expect(existsSync(join(directory, 'none.db'))).toBe(false);
  });

  test.each([
    [],
    ['recover'],
    ['sessions'],
    ['report'],
    ['run'],
    ['config'],
    ['init'],
    ['verify'],
    ['demo'],
    ['watch'],
  ])('%s --help shows examples', async (...words) => {
    const end = await command(temporaryDirectory(), ...words, '--help');
    expect(end.exitCode).toBe(0);
    expect(end.output).toMatch(/Examples:\n.*vitest-realworld \w/);
  });
});

describe('sessions', () => {
  test('lists each with status, activities, errors and score', async () => {
    const end = await command(folderWithSession(), 'sessions');
    expect(end.exitCode).toBe(0);
    const [header, row] = end.output.split('\n');
    expect(header).toMatch(/^session +started +status +activities +errors +score$/);
    expect(row).toMatch(new RegExp(`^${sessionId} +\\S+ \\S+ +completed +2 +1 +71\\.3$`));
  });

  test('prints the same as JSON', async () => {
    const end = await command(folderWithSession(), 'sessions', '--json');
    expect(JSON.parse(end.output)).toMatchObject([
      { sessionId, status: 'completed', activities: 2, errors: 1, score: 71.25 },
    ]);
  });
});

describe('report', () => {
  test('prints the latest session when none is named', async () => {
    const end = await command(folderWithSession(), 'report');
    expect(end.exitCode).toBe(0);
    expect(end.output).toContain(`Session ID: ${sessionId}`);
    expect(end.output).toContain('END OF REPORT');
  });

  test('knows a session by the beginning of its id', async () => {
    const end = await command(folderWithSession(), 'report', sessionId.slice(0, 8));
    expect(end.output).toContain(`Session ID: ${sessionId}`);
  });

  test('writes JSON into a file', async () => {
    const directory = folderWithSession();
    const end = await command(directory, 'report', sessionId, '--format', 'json', '--output', 'out.json');
    expect(end.exitCode).toBe(0);
    expect(end.complaints).toBe(`Report: ${join(directory, 'out.json')}\n`);
    expect(JSON.parse(readFileSync(join(directory, 'out.json'), 'utf8'))).toMatchObject({
      session: { sessionId },
      totals: { activities: 2, errors: 1 },
    });
  });

  test.each([
    ['passed', 0],
    ['failed', 1],
    ['inconclusive', 3],
    [null, 3],
  ] as const)('with --gate ends as its gate says: %s', async (verdict, exitCode) => {
    const directory = folderWithSession();
    if (verdict !== null) {
      const store = new SessionStore(join(directory, '.realworld/realworld_testing.db'));
      store.saveGate(sessionId, { mode: 'report', verdict, conditions: [], alerts: [] });
      store.close();
    }
    expect((await command(directory, 'report', '--gate')).exitCode).toBe(exitCode);
    expect((await command(directory, 'report')).exitCode).toBe(0);
  });

  test('is inconclusive when there is no session', async () => {
    const directory = temporaryDirectory();
    new SessionStore(join(directory, 'empty.db')).close();
    const end = await command(directory, 'report', '--db', 'empty.db');
    expect(end.exitCode).toBe(3);
    expect(end.complaints).toBe(
      'There is no session yet, so there is nothing to report. Run the scenarios first: npx vitest run --project realworld\n',
    );
  });
});

describe('recover', () => {
  test('has nothing to do where nothing was left', async () => {
    const end = await command(temporaryDirectory(), 'recover');
    expect(end).toMatchObject({ exitCode: 0, complaints: '' });
    expect(end.output).toContain('There is nothing to recover in ');
  });

  test('stores a session in the database that it was meant for, once', async () => {
    const directory = folderWithOrphan();
    const end = await command(directory, 'recover');
    expect(end.exitCode, end.complaints).toBe(0);
    expect(end.output).toBe(
      `Recovered session ${sessionId}: 0 activities that were not in ${join(directory, 'own.db')} before.\n`,
    );
    expect(readdirSync(join(directory, '.realworld/journal'))).toEqual([]);
    expect(
      JSON.parse((await command(directory, 'sessions', '--db', 'own.db', '--json')).output),
    ).toMatchObject([{ sessionId, status: 'completed' }]);
    expect((await command(directory, 'recover', '--json')).output).toBe(
      '{\n  "sessions": [],\n  "unreadable": []\n}\n',
    );
  });

  test('stores into another database when one is named', async () => {
    const directory = folderWithOrphan();
    expect((await command(directory, 'recover', '--db', 'other.db')).exitCode).toBe(0);
    expect(existsSync(join(directory, 'own.db'))).toBe(false);
    expect((await command(directory, 'sessions', '--db', 'other.db')).output).toContain(sessionId);
  });

  test('ends with 2 and keeps the journals when the database cannot be used', async () => {
    const directory = folderWithOrphan();
    writeFileSync(join(directory, 'own.db'), 'a letter, and no database');
    const end = await command(directory, 'recover');
    expect(end.exitCode).toBe(2);
    expect(end.complaints).toContain('is not a readable SQLite database');
    expect(readdirSync(join(directory, '.realworld/journal'))).toEqual([sessionId]);
  });

  test('fails for journals of which it is not known whose they are', async () => {
    const directory = temporaryDirectory();
    const journals = join(directory, '.realworld/journal/lost');
    mkdirSync(journals, { recursive: true });
    writeFileSync(join(journals, '1-abc.ndjson'), '');
    const end = await command(directory, 'recover');
    expect(end.exitCode).toBe(1);
    expect(end.complaints).toContain('have no readable owner.json');
    expect(existsSync(journals)).toBe(true);
  });
});
