import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueryOptimizer } from '../capabilities/query_optimizer/index.js';
import { signTestProbability } from '../capabilities/query_optimizer/measure-workload.js';
import { queryOptimizerWorkload } from '../scenarios/workloads/query_optimizer.js';

const optimizer = new QueryOptimizer();
let directory: string;
let database: string;

const schema = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
  CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INT, total REAL, placed_at TEXT, is_open INT);
  WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 4000)
  INSERT INTO users SELECT n, 'name ' || n, 'city ' || n % 400 FROM counter;
  WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 30000)
  INSERT INTO orders SELECT n, n * 7 % 4000, n % 997, '2026-' || n % 12, n % 2 FROM counter;
`;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'query-optimizer-test-'));
  database = join(directory, 'shop.db');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function makeShop(journalMode = 'delete'): void {
  const shop = new Database(database);
  shop.pragma(`journal_mode = ${journalMode}`);
  shop.exec(schema);
  shop.close();
}

/** Every file of the folder with a hash of what is in it. */
function contents(): readonly string[] {
  return readdirSync(directory)
    .sort()
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex')}`,
    );
}

describe('explain', () => {
  it.each([
    ["SELECT * FROM users WHERE name = 'a'", [['full-scan', 'users', 4_000]]],
    ['SELECT * FROM users WHERE id = 5', []],
    ['SELECT u.name FROM orders AS o JOIN users u ON u.id = o.user_id', [['full-scan', 'orders', 30_000]]],
    [
      'SELECT city, count(*) FROM users GROUP BY city',
      [
        ['full-scan', 'users', 4_000],
        ['temp-b-tree', undefined, undefined],
      ],
    ],
    [
      'SELECT DISTINCT total FROM orders',
      [
        ['full-scan', 'orders', 30_000],
        ['temp-b-tree', undefined, undefined],
      ],
    ],
    [
      'SELECT name FROM users ORDER BY name LIMIT ?',
      [
        ['full-scan', 'users', 4_000],
        ['temp-b-tree', undefined, undefined],
      ],
    ],
    ['UPDATE users SET name = :name WHERE city = $city', [['full-scan', 'users', 4_000]]],
    ['SELECT 1', []],
    [
      'SELECT (SELECT total FROM orders WHERE orders.id = u.id) FROM users AS u',
      [
        ['full-scan', 'users', 4_000],
        ['correlated-subquery', undefined, undefined],
      ],
    ],
    [
      'SELECT * FROM orders a JOIN orders b ON a.placed_at = b.placed_at AND a.total = b.total',
      [
        ['full-scan', 'orders', 30_000],
        ['automatic-index', 'orders', 30_000],
      ],
    ],
  ])('finds what costs in %s', async (sql, wanted) => {
    const { findings, plan, source } = await optimizer.explain(sql, { schema });
    expect(findings.map(({ kind, table, rows }) => [kind, table, rows])).toEqual(wanted);
    expect(plan.length).toBeGreaterThan(0);
    expect(source).toBe(sql);
  });

  it('nests the steps of a plan', async () => {
    const { plan } = await optimizer.explain('SELECT name FROM users UNION SELECT total FROM orders', {
      schema,
    });
    expect(JSON.stringify(plan)).toMatch(/"children":\[\{"detail"/);
  });
});

describe('advice', () => {
  it('names the indexes that made the workload faster, and what they saved', {
    timeout: 120_000,
  }, async () => {
    makeShop();
    const { advice, candidates, rejected } = await optimizer.adviseIndexes(
      [
        { sql: 'SELECT * FROM orders WHERE user_id = ? ORDER BY placed_at', parameters: [77], weight: 10 },
        { sql: 'SELECT name FROM users WHERE city = @city', parameters: { city: 'city 5' } },
        { sql: 'SELECT * FROM users WHERE id = 5' },
      ],
      { database },
    );
    if (process.env.HUB_FIGURES !== undefined) console.log(advice, rejected);
    expect(candidates).toBeGreaterThan(2);
    expect(advice.map(({ table, columns, statements }) => [table, columns[0], statements]).sort()).toEqual([
      ['orders', 'user_id', [0]],
      ['users', 'city', [1]],
    ]);
    const shop = new Database(database);
    for (const { ddl, before, after } of advice) {
      expect(after.value).toBeLessThan(0.9 * before.value);
      shop.exec(ddl);
    }
    const plan = shop.prepare('EXPLAIN QUERY PLAN SELECT name FROM users WHERE city = ?').all('x');
    expect(JSON.stringify(plan)).toContain('advised_users_city');
    shop.close();
  });

  it('is not given for an index that the plan takes and that makes it slower', {
    timeout: 120_000,
  }, async () => {
    const { advice, rejected } = await optimizer.adviseIndexes(
      [{ sql: 'SELECT sum(total) FROM orders WHERE is_open = 1' }],
      { schema },
    );
    expect(advice).toEqual([]);
    expect(rejected).toMatchObject([
      {
        ddl: 'CREATE INDEX "advised_orders_is_open" ON "orders" ("is_open")',
        reason: expect.stringMatching(/took .* ms without and .* ms with it/),
      },
    ]);
  });

  it('is not given for what no plan would use', async () => {
    const { advice, rejected } = await optimizer.adviseIndexes([{ sql: 'SELECT total FROM orders' }], {
      schema,
    });
    expect({ advice, rejected }).toEqual({ advice: [], rejected: [] });
  });
});

describe('the database', () => {
  it.each(['delete', 'wal'])(
    'is as it was before, in journal mode %s',
    { timeout: 120_000 },
    async (mode) => {
      makeShop(mode);
      const before = contents();
      await optimizer.explain('DELETE FROM users', { database });
      await optimizer.adviseIndexes(
        [
          { sql: "DELETE FROM users WHERE city = 'city 1'" },
          { sql: "UPDATE orders SET total = 0 WHERE placed_at = '2026-3'" },
          { sql: "INSERT INTO users VALUES (9999, 'x', 'y')" },
        ],
        { database },
        { rounds: 7 },
      );
      expect(contents()).toEqual(before);
    },
  );

  it('is copied with what another connection wrote and still holds open', async () => {
    makeShop('wal');
    const writer = new Database(database);
    try {
      writer.exec('CREATE TABLE fresh (a INT); INSERT INTO fresh VALUES (1), (2)');
      const { findings } = await optimizer.explain('SELECT * FROM fresh', { database });
      expect(findings).toMatchObject([{ table: 'fresh', rows: 2 }]);
    } finally {
      writer.close();
    }
  });

  it('leaves no copy behind, not even when a statement fails', async () => {
    makeShop();
    const copies = join(directory, 'copies');
    mkdirSync(copies);
    vi.stubEnv('TMPDIR', copies);
    vi.stubEnv('TEMP', copies);
    try {
      const scan = { sql: "SELECT * FROM users WHERE city = 'city 1'" };
      const failing = { sql: 'INSERT INTO users (id) VALUES (1)' };
      await optimizer.adviseIndexes([scan], { database }, { rounds: 7 });
      await expect(optimizer.adviseIndexes([scan, failing], { database })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('UNIQUE'),
      });
      await expect(optimizer.explain('SELECT * FROM nothing', { database })).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
      expect(readdirSync(copies)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('what cannot be right', () => {
  it.each([
    'DROP TABLE users',
    'ATTACH DATABASE "/tmp/other.db" AS other',
    'PRAGMA journal_mode = WAL',
    'VACUUM INTO "/tmp/other.db"',
    '-- a comment\nCREATE TABLE x (a)',
    '',
    'SELECT 1; DROP TABLE users',
    'SELECT FROM',
    'SELECT nothing FROM users',
  ])('is the statement %j', async (sql) => {
    await expect(optimizer.explain(sql, { schema })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(optimizer.adviseIndexes([{ sql }], { schema })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is a database that is not there, is none, or a schema that fails', async () => {
    await expect(optimizer.explain('SELECT 1', { database })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    writeFileSync(database, 'not a database at all '.repeat(100));
    await expect(optimizer.explain('SELECT 1', { database })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    for (const broken of ['CREATE', "ATTACH 'x' AS y"]) {
      await expect(optimizer.explain('SELECT 1', { schema: broken })).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
    }
  });

  it('is an empty workload, a weight of 0 or too few rounds', async () => {
    const sql = 'SELECT 1';
    await expect(optimizer.adviseIndexes([], { schema })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(optimizer.adviseIndexes([{ sql, weight: 0 }], { schema })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(optimizer.adviseIndexes([{ sql }], { schema }, { rounds: 6 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});

// Starting PostgreSQL takes seconds, on a busy machine the most of a minute.
describe('PostgreSQL', { timeout: 240_000 }, () => {
  const postgres = new QueryOptimizer();
  const postgresql = `
    CREATE TABLE users (id INT PRIMARY KEY, name TEXT, city TEXT, is_open INT);
    INSERT INTO users SELECT n, 'name ' || n, 'city ' || n % 400, n % 2 FROM generate_series(1, 20000) AS n;
  `;

  afterAll(() => postgres.dispose(), 60_000);

  it('is explained, whatever the parameters', async () => {
    const { dialect, plan, findings } = await postgres.explain(
      'SELECT name FROM users WHERE city = $1 ORDER BY name',
      { postgresql },
    );
    expect(dialect).toBe('postgresql');
    expect(plan).toMatchObject([{ detail: 'Sort', children: [{ detail: 'Seq Scan on users' }] }]);
    expect(findings).toMatchObject([{ kind: 'sort' }, { kind: 'full-scan', table: 'users', rows: 20_000 }]);
    const byKey = await postgres.explain('SELECT name FROM users WHERE id = $1', { postgresql });
    expect(byKey.findings).toEqual([]);
    expect(byKey.plan[0]?.detail).toBe('Index Scan using users_pkey on users');
  });

  it('is given the indexes with which a workload touches fewer blocks, and no other', async () => {
    const { advice, rejected, candidates } = await postgres.adviseIndexes(
      [
        { sql: 'SELECT name FROM users WHERE city = $1', parameters: ['city 5'] },
        { sql: 'SELECT count(name) FROM users WHERE is_open = 1' },
        { sql: "UPDATE users SET name = 'x' WHERE id = 7" },
      ],
      { postgresql },
    );
    if (process.env.HUB_FIGURES !== undefined) console.log(JSON.stringify({ advice, rejected }));
    expect(candidates).toBeGreaterThan(1);
    expect(advice.map(({ columns, statements }) => [columns, statements])).toEqual([[['city'], [0]]]);
    expect(advice[0]?.before).toMatchObject({ unit: 'blocks' });
    expect(advice[0]?.after.value).toBeLessThan((advice[0]?.before.value ?? 0) / 1.5);
    // All was rolled back: the script can make its tables once more.
    expect((await postgres.explain('SELECT 1 FROM users', { postgresql })).findings).toHaveLength(1);
  });

  it('refuses what is wrong and works on', async () => {
    const wrong = [
      ['SELECT nothing FROM users', postgresql],
      ['SELECT 1; SELECT 2', postgresql],
      ['SELECT 1', 'CREATE'],
      ['SELECT 1', 'COMMIT'],
      ['DROP TABLE users', postgresql],
    ] as const;
    for (const [sql, script] of wrong) {
      await expect(postgres.explain(sql, { postgresql: script })).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
    }
    const failing = [{ sql: 'INSERT INTO users (id) VALUES (1)' }];
    await expect(postgres.adviseIndexes(failing, { postgresql })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    expect((await postgres.explain('SELECT 1', { postgresql })).findings).toEqual([]);
  });
});

it('takes chance for what it is: 10 wins of 11 come by chance in 12 of 2,048 cases', () => {
  expect(signTestProbability(10, 11)).toBeCloseTo(12 / 2_048, 12);
  expect(signTestProbability(0, 7)).toBeCloseTo(1, 12);
});

it('does the rounds of the workload, and fails when the advice is missing', async () => {
  const context = {
    root: directory,
    scratchDirectory: directory,
    seed: 1,
    signal: new AbortController().signal,
  };
  const { round } = await queryOptimizerWorkload.prepare({
    ...context,
    hub: { query_optimizer: optimizer } as never,
  });
  for (let number = 0; number < 3; number += 1) await round(number);
  const silent = {
    explain: optimizer.explain.bind(optimizer),
    adviseIndexes: async () => ({ advice: [] }),
  };
  const broken = await queryOptimizerWorkload.prepare({
    ...context,
    hub: { query_optimizer: silent } as never,
  });
  await expect(Promise.resolve().then(() => broken.round(0))).rejects.toThrow('no index');
});
