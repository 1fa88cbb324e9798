import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveSessions } from '../../src/storage/archive-sessions.js';
import { readArchivePlan } from '../../src/storage/maintain-database.js';
import type { ArchivePlan } from '../../src/storage/plan-archive.js';
import { compileSources } from '../support/compiled-sources.js';
import { readSessionRows } from '../support/database-rows.js';
import { runProgram } from '../support/run-program.js';
import { SessionsOfRuns } from '../support/sessions-of-runs.js';
import { thrownBy } from '../support/thrown-by.js';

const ids = ['run-01', 'run-02'];

function twoRuns(): { readonly path: string; readonly archive: string; readonly plan: ArchivePlan } {
  const sessions = new SessionsOfRuns();
  sessions.addAll([10, 20]);
  sessions.store.close();
  const { path } = sessions.store;
  const archive = join(sessions.directory, 'archive.db');
  const plan = readArchivePlan(path, { before: '9999', archivePathOf: () => archive });
  return { path, archive, plan };
}

let compiled = '';
beforeAll(() => {
  compiled = compileSources(mkdtempSync(join(tmpdir(), 'realworld-compiled-')));
}, 60_000);
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

describe('archiving', () => {
  test('that dies after the archive was written loses nothing and is made good by the next', async () => {
    const { path, archive, plan } = twoRuns();
    const before = readSessionRows(path, ids);
    const killed = await runProgram(
      dirname(archive),
      'archive',
      `import { archiveSessions } from ${JSON.stringify(join(compiled, 'src/storage/archive-sessions.js'))};
      archiveSessions(${JSON.stringify(path)}, ${JSON.stringify(plan)}, {
        onArchived: () => process.kill(process.pid, 'SIGKILL'),
      });`,
    );
    expect(killed).toMatchObject({ signal: 'SIGKILL', errorOutput: '' });
    expect(readSessionRows(path, ids)).toEqual(before);
    expect(readSessionRows(archive, ids)).toEqual(before);
    archiveSessions(path, plan);
    expect(readSessionRows(archive, ids)).toEqual(before);
    expect(readSessionRows(path, ids)).toMatchObject({ test_sessions: [[], []], scenarios: [[], []] });
  });

  test('takes nothing away of a session that was changed meanwhile', () => {
    const { path, plan } = twoRuns();
    const thrown = thrownBy(() =>
      archiveSessions(path, plan, {
        onArchived: () => {
          new Database(path).exec("DELETE FROM activities WHERE activity_id = 'run-02-sell-3'").close();
        },
      }),
    );
    expect(thrown).toMatchObject({ code: 'ARCHIVE_FAILED' });
    expect(readSessionRows(path, ['run-01'])).toMatchObject({ test_sessions: [[expect.anything()]] });
  });

  test('numbers scenarios anew where an archive has sessions already', () => {
    const { path, archive, plan } = twoRuns();
    const other = twoRuns();
    const rename = new Database(other.path);
    rename.pragma('foreign_keys = OFF');
    for (const table of ['test_sessions', 'scenarios', 'activities', 'activity_aggregates']) {
      rename.exec(`UPDATE ${table} SET session_id = 'other-' || session_id`);
    }
    rename.exec("UPDATE activities SET activity_id = 'other-' || activity_id");
    rename.close();
    const otherIds = ids.map((id) => `other-${id}`);
    const otherBefore = readSessionRows(other.path, otherIds);
    archiveSessions(path, plan);
    archiveSessions(
      other.path,
      readArchivePlan(other.path, { before: '9999', archivePathOf: () => archive }),
    );
    expect(readSessionRows(archive, otherIds)).toEqual(otherBefore);
    const read = new Database(archive, { readonly: true });
    expect(read.pragma('foreign_key_check')).toEqual([]);
    expect(read.prepare('SELECT count(DISTINCT scenario_id) FROM scenarios').pluck().get()).toBe(4);
    read.close();
  });

  test('refuses an archive that is another program’s file, and leaves both as they are', () => {
    const { path, archive, plan } = twoRuns();
    writeFileSync(archive, 'a letter, and no database');
    const before = readSessionRows(path, ids);
    expect(thrownBy(() => archiveSessions(path, plan))).toMatchObject({
      code: 'ARCHIVE_FAILED',
      message: expect.stringContaining('Nothing was taken out of the database'),
    });
    expect(readSessionRows(path, ids)).toEqual(before);
    expect(readFileSync(archive, 'utf8')).toBe('a letter, and no database');
  });

  test('gives each month its own archive, and none to a path that a time spells', () => {
    const { path } = twoRuns();
    const database = new Database(path);
    database.exec("UPDATE test_sessions SET start_time = '../../evil' WHERE session_id = 'run-01'");
    database.close();
    const { archives } = readArchivePlan(path, {
      before: '9999',
      archivePathOf: (month) => `/x/${month}.db`,
    });
    expect(archives.map(({ archivePath }) => archivePath)).toEqual(['/x/unknown.db', '/x/2026-02.db']);
    expect(existsSync('/x')).toBe(false);
  });
});
