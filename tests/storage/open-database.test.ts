import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type SqliteDatabase } from '../../src/storage/open-database.js';
import { applicationId, newestVersion } from '../../src/storage/schema.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { compileSources } from '../support/compiled-sources.js';
import { runProgram } from '../support/run-program.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { thrownBy } from '../support/thrown-by.js';

/** Every column that the customer's SQL may name: name, declared type, whether it must have a value. */
const customerColumns: Readonly<Record<string, readonly string[]>> = {
  test_sessions: [
    'session_id TEXT key',
    'project_path TEXT required',
    'start_time TEXT required',
    'end_time TEXT',
    'duration_minutes INTEGER required',
    'status TEXT required',
    'total_activities INTEGER = 0',
    'total_errors INTEGER = 0',
    'avg_response_time REAL = 0',
    'avg_cpu_usage REAL = 0',
    'avg_memory_usage REAL = 0',
    'overall_score REAL = 0',
    'created_at TIMESTAMP = CURRENT_TIMESTAMP',
  ],
  activities: [
    'activity_id TEXT key',
    'session_id TEXT required',
    'timestamp TEXT required',
    'capability TEXT required',
    'activity_type TEXT required',
    'description TEXT',
    'response_time_ms REAL',
    'cpu_before REAL',
    'cpu_after REAL',
    'memory_before_mb REAL',
    'memory_after_mb REAL',
    'success BOOLEAN',
    'error_message TEXT',
    'result_data TEXT',
    'created_at TIMESTAMP = CURRENT_TIMESTAMP',
  ],
  performance_metrics: [
    'metric_id TEXT key',
    'session_id TEXT required',
    'timestamp TEXT required',
    'capability TEXT required',
    'metric_type TEXT required',
    'value REAL required',
    'unit TEXT required',
    'context TEXT',
    'created_at TIMESTAMP = CURRENT_TIMESTAMP',
  ],
  issues: [
    'issue_id TEXT key',
    'session_id TEXT required',
    'timestamp TEXT required',
    'severity TEXT required',
    'capability TEXT required',
    'issue_type TEXT required',
    'description TEXT',
    'suggested_fix TEXT',
    'reproducible BOOLEAN',
    'created_at TIMESTAMP = CURRENT_TIMESTAMP',
  ],
  improvement_suggestions: [
    'suggestion_id INTEGER key',
    'session_id TEXT required',
    'timestamp TEXT required',
    'category TEXT required',
    'priority TEXT required',
    'suggestion TEXT required',
    'rationale TEXT',
    'estimated_impact TEXT',
    'created_at TIMESTAMP = CURRENT_TIMESTAMP',
  ],
};

const customerIndexes: Readonly<Record<string, string>> = {
  idx_activities_session: 'activities(session_id)',
  idx_activities_capability: 'activities(capability)',
  idx_metrics_session: 'performance_metrics(session_id)',
  idx_issues_session: 'issues(session_id)',
  idx_issues_severity: 'issues(severity)',
};

function describeColumns(database: SqliteDatabase, table: string): readonly string[] {
  const columns = database.pragma(`table_info(${table})`) as {
    name: string;
    type: string;
    notnull: number;
    dflt_value: string | null;
    pk: number;
  }[];
  return columns.map(({ name, type, notnull, dflt_value, pk }) =>
    [
      name,
      type,
      pk > 0 ? 'key' : '',
      notnull > 0 ? 'required' : '',
      dflt_value === null ? '' : `= ${dflt_value}`,
    ]
      .filter((part) => part !== '')
      .join(' '),
  );
}

function hashes(directory: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(directory)
      // The shared-memory index beside a database is no part of it; SQLite makes it for every reader.
      .filter((name) => !name.endsWith('-shm'))
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex'),
      ]),
  );
}

let compiled = '';
beforeAll(() => {
  compiled = compileSources(mkdtempSync(join(tmpdir(), 'realworld-compiled-')));
  return () => rmSync(compiled, { recursive: true, force: true });
});

/** Writes a database with a plain connection, in a process of its own, as another program would. */
async function writeDatabase(path: string, statements: string, kill = false): Promise<void> {
  const end = await runProgram(
    compiled,
    'write',
    `
    import Database from 'better-sqlite3';
    const database = new Database(process.argv[2]);
    database.exec(process.argv[3]);
    if (process.argv[4] === 'true') process.kill(process.pid, 'SIGKILL');
    database.close();
    `,
    [path, statements, String(kill)],
  );
  if (end.exitCode !== 0 && !kill) throw new Error(end.errorOutput);
}

describe('a new database', () => {
  test('has the five tables with the columns of the customer first', () => {
    const database = openDatabase(join(temporaryDirectory(), 'deep', 'new.db'));
    for (const [table, columns] of Object.entries(customerColumns)) {
      expect(describeColumns(database, table).slice(0, columns.length), table).toEqual(columns);
    }
    database.close();
  });

  test('has the five indexes on their columns', () => {
    const database = openDatabase(join(temporaryDirectory(), 'new.db'));
    for (const [index, target] of Object.entries(customerIndexes)) {
      const table = database
        .prepare("SELECT tbl_name FROM sqlite_master WHERE type = 'index' AND name = ?")
        .pluck()
        .get(index);
      const columns = (database.pragma(`index_info(${index})`) as { name: string }[]).map(({ name }) => name);
      expect(`${table}(${columns.join(', ')})`).toBe(target);
    }
    database.close();
  });

  test('refers to its session from every table', () => {
    const database = openDatabase(join(temporaryDirectory(), 'new.db'));
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    for (const table of Object.keys(customerColumns).filter((name) => name !== 'test_sessions')) {
      const keys = database.pragma(`foreign_key_list(${table})`) as {
        table: string;
        from: string;
        to: string;
      }[];
      expect(keys).toContainEqual(
        expect.objectContaining({ table: 'test_sessions', from: 'session_id', to: 'session_id' }),
      );
    }
    database.close();
  });

  test('says whose it is and which version it has, and opens again', () => {
    const path = join(temporaryDirectory(), 'new.db');
    openDatabase(path).close();
    const database = openDatabase(path);
    expect(database.pragma('application_id', { simple: true })).toBe(applicationId);
    expect(database.pragma('user_version', { simple: true })).toBe(newestVersion);
    database.close();
  });

  test('can begin as an empty file', () => {
    const path = join(temporaryDirectory(), 'empty.db');
    writeFileSync(path, '');
    const database = openDatabase(path);
    expect(database.pragma('user_version', { simple: true })).toBe(newestVersion);
    database.close();
  });
});

describe('a database that is not ours', () => {
  test('is refused when it is a folder', () => {
    const path = join(temporaryDirectory(), 'folder');
    mkdirSync(path);
    const error = thrownBy(() => openDatabase(path));
    expect(error.code).toBe('DATABASE_UNWRITABLE');
    expect(error.message).toBe(
      `The database path ${path} is a directory. Name a file, such as ${path}/realworld_testing.db.`,
    );
    expect(readdirSync(path)).toEqual([]);
  });

  test('is refused when its folder is a file', () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, 'text');
    expect(thrownBy(() => openDatabase(join(file, 'x.db'))).code).toBe('DATABASE_UNWRITABLE');
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  test.each([
    ['a text', 'this is a letter and no database\n'.repeat(40)],
    ['a short text', 'x'],
    ['a damaged database', `SQLite format 3\0${'\u0001'.repeat(600)}`],
  ])('is refused and left untouched when it is %s', (_what, content) => {
    const directory = temporaryDirectory();
    const path = join(directory, 'letter.db');
    writeFileSync(path, content);
    const before = hashes(directory);
    expect(thrownBy(() => openDatabase(path)).code).toBe('DATABASE_NOT_SQLITE');
    expect(hashes(directory)).toEqual(before);
  });

  test.each([
    ['has tables of its own', 'CREATE TABLE customers (id INTEGER); INSERT INTO customers VALUES (1);'],
    ['has an application id', 'PRAGMA application_id = 77; CREATE TABLE t (a);'],
    ['has a version and no tables', 'PRAGMA user_version = 3;'],
    ['has only some of the tables', 'CREATE TABLE activities (a); CREATE TABLE issues (a);'],
    ['has the tables and a version', `${customerTablesSql()} PRAGMA user_version = 9;`],
  ])('is refused and left untouched when it %s', async (_what, statements) => {
    const directory = temporaryDirectory();
    const path = join(directory, 'foreign.db');
    await writeDatabase(path, statements);
    const before = hashes(directory);
    const error = thrownBy(() => openDatabase(path));
    expect(error.code).toBe('DATABASE_FOREIGN');
    expect(error.message).toBe(
      `The database ${path} belongs to another program. It was left as it is; set \`database\` to another path.`,
    );
    expect(hashes(directory)).toEqual(before);
  });

  test('keeps the write-ahead log that its program left behind', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'foreign.db');
    await writeDatabase(
      path,
      'PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);',
      true,
    );
    expect(existsSync(`${path}-wal`)).toBe(true);
    const before = hashes(directory);
    expect(thrownBy(() => openDatabase(path)).code).toBe('DATABASE_FOREIGN');
    expect(hashes(directory)).toEqual(before);
  });

  test('is refused and left untouched when a newer version wrote it', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'newer.db');
    openDatabase(path).close();
    await writeDatabase(path, `PRAGMA user_version = ${newestVersion + 1};`);
    const before = hashes(directory);
    const error = thrownBy(() => openDatabase(path));
    expect(error.code).toBe('DATABASE_NEWER');
    expect(error.message).toContain(`schema version ${newestVersion + 1}; `);
    expect(hashes(directory)).toEqual(before);
  });
});

describe('a database of the program that the customer came with', () => {
  test('is taken over with its rows', async () => {
    const path = join(temporaryDirectory(), 'history.db');
    await writeDatabase(
      path,
      `${customerTablesSql()}
      INSERT INTO test_sessions (session_id, project_path, start_time, duration_minutes, status)
        VALUES ('test_20250101_080000', 'old', '2025-01-01T08:00:00', 30, 'completed');
      INSERT INTO activities (activity_id, session_id, timestamp, capability, activity_type, response_time_ms, success, error_message)
        VALUES ('a1', 'test_20250101_080000', '2025-01-01T08:00:01', 'search', 'index', 120.5, 1, NULL),
               ('a2', 'test_20250101_080000', '2025-01-01T08:00:02', 'search', 'index', 80.5, 0, 'no index');
      INSERT INTO issues (issue_id, session_id, timestamp, severity, capability, issue_type, description)
        VALUES ('i1', 'test_20250101_080000', '2025-01-01T08:00:03', 'high', 'search', 'error', 'fails');`,
    );
    const store = new SessionStore(path);
    const facts = store.readFacts('test_20250101_080000');
    expect(facts.session).toMatchObject({ status: 'completed', seed: 0, durationMinutes: 30 });
    expect(facts.session.environment.node).toBe('unknown');
    expect(facts.methods).toMatchObject([
      {
        capability: 'search',
        method: 'index',
        calls: 2,
        errors: 1,
        errorsUnderFault: 0,
        timeouts: 0,
        crashes: 0,
        meanMs: 100.5,
        slowestActivityId: 'a1',
        failedActivityId: 'a2',
      },
    ]);
    expect(facts.errorGroups).toEqual([
      {
        capability: 'search',
        method: 'index',
        errorType: 'Error',
        fingerprint: 'no index',
        message: 'no index',
        count: 1,
        activityId: 'a2',
      },
    ]);
    expect(facts.reportedIssues).toMatchObject([{ issueId: 'i1', description: 'fails', taskId: null }]);
    store.close();
    const database = openDatabase(path);
    for (const [index, target] of Object.entries(customerIndexes)) {
      expect(database.pragma(`index_list(${target.split('(')[0]})`)).toContainEqual(
        expect.objectContaining({ name: index }),
      );
    }
    database.close();
  });
});

describe('several processes that open a new database at once', () => {
  test('all succeed, and the schema is made once', async () => {
    const path = join(temporaryDirectory(), 'shared.db');
    const program = `
      import { openDatabase } from './src/storage/open-database.js';
      while (Date.now() < Number(process.argv[3])) {}
      const database = openDatabase(process.argv[2]);
      process.stdout.write(String(database.pragma('user_version', { simple: true })));
      database.close();
      `;
    const startAtMs = String(Date.now() + 700);
    const ends = await Promise.all(
      ['one', 'two', 'three'].map((name) => runProgram(compiled, name, program, [path, startAtMs])),
    );
    expect(ends.map(({ output, errorOutput }) => [output, errorOutput])).toEqual(
      ends.map(() => [String(newestVersion), '']),
    );
    const database = openDatabase(path);
    expect(
      describeColumns(database, 'activities').filter((column) => column.startsWith('fault ')),
    ).toHaveLength(1);
    database.close();
  });
});

/** The tables as another program could have made them, without indexes. */
function customerTablesSql(): string {
  return Object.entries(customerColumns)
    .map(([table, columns]) => {
      const definitions = columns.map((column) =>
        column.replace(' key', ' PRIMARY KEY').replace(' required', ' NOT NULL').replace(' = ', ' DEFAULT '),
      );
      return `CREATE TABLE ${table} (${definitions.join(', ')});`;
    })
    .join('\n');
}
