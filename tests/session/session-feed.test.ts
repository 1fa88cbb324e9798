import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../src/model.js';
import { encodeEntry } from '../../src/recording/journal-codec.js';
import { JournalWriter } from '../../src/recording/journal-writer.js';
import { SessionFeed } from '../../src/session/session-feed.js';
import { SessionLog } from '../../src/session/session-log.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { sessionStart } from '../support/sample-activity.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const { sessionId } = sessionStart;

/** A store, the journal of one worker, and the feed between them. */
function feedOf(directory: string) {
  const path = join(directory, 'real.db');
  const store = new SessionStore(path);
  const journals = join(directory, 'journals');
  const journal = new JournalWriter(journals, { workerPid: 5, onFailure: () => {} });
  const log = new SessionLog(journals);
  const heard: JournalEntry[] = [];
  const feed = new SessionFeed({
    store,
    start: sessionStart,
    directory: journals,
    log,
    retention: null,
    onEntries: (entries) => heard.push(...entries),
  });
  const write = (name: string): void => {
    journal.append(encodeEntry({ entry: 'metric', metric: { ...metric, metricId: name } }));
    journal.flush();
  };
  const stored = (): readonly unknown[] => {
    const database = new Database(path, { readonly: true });
    try {
      return database.prepare('SELECT metric_id FROM performance_metrics ORDER BY 1').pluck().all();
    } finally {
      database.close();
    }
  };
  return { path, store, log, heard, feed, write, stored };
}

const metric = {
  taskId: null,
  atMs: sessionStart.startedAtMs,
  capability: 'load',
  metricType: 'throughput',
  value: 1,
  unit: 'ops/s',
  context: {},
};

const scenario = {
  taskId: 't',
  name: 'a scenario',
  file: 'a.realworld.ts',
  line: 1,
  kind: 'load',
  durationMs: 1,
  outcome: 'passed',
  errorMessage: null,
} as const;

describe('a feed whose database is locked', () => {
  test('keeps what it has read, reads no further, and goes on when the lock is gone', () => {
    const { path, feed, write, stored, heard, log } = feedOf(temporaryDirectory());
    feed.drain(0);
    write('one');
    log.append({ fact: 'scenario', scenario });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => feed.pump(0)).toThrow(/locked/);
    write('two');
    expect(() => feed.pump(0)).toThrow(/locked/);
    expect(heard).toHaveLength(1);
    other.close();
    feed.drain(0);
    expect(stored()).toEqual(['one', 'two']);
    expect(heard).toHaveLength(2);
  });
});

describe('a feed whose database is deleted', () => {
  test('fills a new one from the beginning, and tells what it has read only once', () => {
    const { path, store, feed, write, stored, heard, log } = feedOf(temporaryDirectory());
    write('one');
    log.append({ fact: 'scenario', scenario });
    feed.drain(0);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    write('two');
    feed.drain(0);
    expect(stored()).toEqual(['one', 'two']);
    expect(heard).toHaveLength(2);
    expect(store.readFacts(sessionId).scenarios).toMatchObject([{ taskId: 't', outcome: 'passed' }]);
  });

  test('does not take the log away from a database that another process has put there', () => {
    const { path, feed, write, stored } = feedOf(temporaryDirectory());
    write('one');
    feed.drain(0);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    const other = new SessionStore(path);
    other.startSession({ ...sessionStart, sessionId: 'theirs' });
    write('two');
    feed.drain(0);
    other.startSession({ ...sessionStart, sessionId: 'theirs too' });
    expect(stored()).toEqual(['one', 'two']);
    const fresh = new SessionStore(path);
    expect(fresh.listSessions().map(({ sessionId: id }) => id)).toEqual(
      expect.arrayContaining([sessionId, 'theirs', 'theirs too']),
    );
    fresh.close();
    other.close();
  });
});

describe('a log that cannot be written', () => {
  test('keeps its facts in memory, for every reading from the beginning', () => {
    const log = new SessionLog(join(temporaryDirectory(), 'nowhere'));
    log.append({ fact: 'scenario', scenario });
    expect(log.readNew()).toHaveLength(1);
    expect(log.readNew()).toEqual([]);
    log.rewind();
    expect(log.readNew()).toEqual([{ fact: 'scenario', scenario }]);
  });
});
