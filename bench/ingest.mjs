// How fast journals become rows, parsing included, against better-sqlite3 inserting the same rows of the same schema.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import { JournalReader } from '../dist/src/recording/journal-reader.js';
import { SessionStore } from '../dist/src/storage/session-store.js';
import { figure, interleave, ratios, tell } from './support/measure.mjs';
import { openRig, temporaryDirectory } from './support/rig.mjs';
import { sessionStart, steadySystem } from './support/session-start.mjs';

const activities = 100_000;
const rowsPerTransaction = 5_000;
const sessionId = 'bench';
const directory = temporaryDirectory();
const path = join(directory, 'ingest.db');

const rig = openRig({ directory: join(directory, 'journal'), sessionId });
for (let index = 0; index < activities; index++) rig.capability.find();
rig.scenario.end();
rig.journal.close();

function freshStore() {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  const store = new SessionStore(path);
  store.startSession(sessionStart(sessionId, directory));
  return store;
}

function rowsPerSecond(startedMs) {
  return activities / ((performance.now() - startedMs) / 1_000);
}

function ingestJournal() {
  const store = freshStore();
  const startedMs = performance.now();
  const reader = new JournalReader(rig.directory);
  const ingest = store.ingestFor(sessionId, { systemAt: steadySystem });
  for (let more = true; more; ) {
    const read = reader.readNew();
    ingest.ingest(read.entries);
    more = read.more;
  }
  const figureOfRound = rowsPerSecond(startedMs);
  store.close();
  return figureOfRound;
}

/** What the journal became, with a value for every column that ingest fills. */
function readRows() {
  ingestJournal();
  const database = new Database(path, { readonly: true });
  const rows = database.prepare('SELECT * FROM activities ORDER BY rowid').all();
  // Columns that are computed from others cannot be written.
  const computed = new Set(
    database
      .pragma('table_xinfo(activities)')
      .filter(({ hidden }) => hidden !== 0)
      .map(({ name }) => name),
  );
  database.close();
  if (rows.length !== activities) throw new Error(`${rows.length} of ${activities} activities were stored.`);
  // What is null in every row was not written by ingest either.
  const columns = Object.keys(rows[0]).filter((column) => column !== 'created_at' && !computed.has(column));
  return { columns, values: rows.map((row) => columns.map((column) => row[column])) };
}

const rows = readRows();

function insertRows() {
  const store = freshStore();
  store.close();
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  // The scenario that the rows belong to.
  database.exec(`INSERT INTO scenarios (scenario_id, session_id, task_id, name, file, kind, outcome)
    VALUES (1, '${sessionId}', 'task', 'scenario', 'file', 'load', 'passed')`);
  const startedMs = performance.now();
  const places = rows.columns.map(() => '?').join(', ');
  const insert = database.prepare(`INSERT INTO activities (${rows.columns.join(', ')}) VALUES (${places})`);
  const insertBatch = database.transaction((from) => {
    for (const values of rows.values.slice(from, from + rowsPerTransaction)) insert.run(values);
  });
  for (let from = 0; from < activities; from += rowsPerTransaction) insertBatch(from);
  const figureOfRound = rowsPerSecond(startedMs);
  database.close();
  return figureOfRound;
}

const figures = await interleave({ ingested: ingestJournal, inserted: insertRows }, { rounds: 7 });
tell([
  figure('ingest of a journal, parsing included', figures.ingested, 'activities/s'),
  figure('better-sqlite3, the same rows', figures.inserted, 'rows/s'),
  figure('ingest against better-sqlite3', ratios(figures.ingested, figures.inserted), 'times', {
    least: 0.8,
  }),
]);
