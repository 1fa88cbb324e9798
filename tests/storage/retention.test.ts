import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Activity, JournalEntry, MethodFigures } from '../../src/model.js';
import { SessionIngest } from '../../src/storage/ingest.js';
import { readSessionFigures } from '../../src/storage/method-figures.js';
import { openDatabase, type SqliteDatabase } from '../../src/storage/open-database.js';
import { Retention } from '../../src/storage/retention.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { SessionSums } from '../../src/storage/session-sums.js';
import { sampleActivity, sessionStart, startedAtMs } from '../support/sample-activity.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const { sessionId } = sessionStart;
const options = { callsMax: 1_000, sampleShare: 0.02, seed: 7 };

function openFresh(): SqliteDatabase {
  const path = join(temporaryDirectory(), 'store.db');
  const store = new SessionStore(path);
  store.startSession(sessionStart);
  store.close();
  const database = openDatabase(path);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

/** 50,000 quick calls, every 5,000th failed, every 7,000th twenty times slower, and the last one under a fault. */
function manyActivities(): readonly Activity[] {
  return Array.from({ length: 50_000 }, (_, index) => {
    const failed = index % 5_000 === 4_999;
    return sampleActivity({
      activityId: `many-${index.toString(36)}`,
      durationMs: index % 7_000 === 6_999 ? 200 : 8 + (index % 5),
      outcome: failed ? 'failed' : 'succeeded',
      error: failed ? { name: 'Error', message: 'no' } : null,
      fault: index === 49_999 ? 'disk_full' : null,
    });
  });
}

function readMethods(database: SqliteDatabase): readonly MethodFigures[] {
  return readSessionFigures(database, sessionId).methods;
}

function ingestAll(
  database: SqliteDatabase,
  activities: readonly Activity[],
  retention: Retention | null,
): void {
  const ingest = new SessionIngest(database, sessionId, { retention, sums: new SessionSums(startedAtMs) });
  for (let start = 0; start < activities.length; start += 5_000) {
    const batch = activities.slice(start, start + 5_000);
    ingest.ingest(batch.map((activity): JournalEntry => ({ entry: 'activity', activity })));
  }
  ingest.settleCrashed();
  ingest.saveSums();
}

describe('retention', () => {
  test('keeps every failure, every outlier and about the sample of the rest, and says how many', () => {
    const database = openFresh();
    ingestAll(database, manyActivities(), new Retention(options));
    const count = (where: string): number =>
      database.prepare(`SELECT count(*) FROM activities WHERE ${where}`).pluck().get() as number;
    expect(count('NOT success')).toBe(10);
    expect(count('response_time_ms = 200')).toBe(7);
    // The first batch is taken whole because nothing was counted when it came; of 45,000 further calls 2 % are drawn.
    const sampled = count('true') - 5_000 - 10 - 7;
    expect(sampled).toBeGreaterThan(780);
    expect(sampled).toBeLessThan(1_020);
    expect(readMethods(database)).toMatchObject([{ calls: 50_000, rowsKept: count('true') }]);
  });

  test('knows an outlier as soon as it does not keep every row any more', () => {
    const retention = new Retention({ callsMax: 100, sampleShare: 0, seed: 7 });
    const kept: number[] = [];
    for (let call = 0; call < 2_000; call++) {
      const activity = sampleActivity({
        activityId: `call${call}`,
        durationMs: call % 300 === 199 ? 200 : 1,
      });
      if (retention.keeps(activity) && call >= 100) kept.push(call);
      retention.count(activity);
    }
    expect(kept).toEqual([199, 499, 799, 1_099, 1_399, 1_699, 1_999]);
  });

  test('gives the same counts and sums as keeping everything, and percentiles within 0.3 percent', () => {
    const thinned = openFresh();
    const whole = openFresh();
    ingestAll(thinned, manyActivities(), new Retention(options));
    ingestAll(whole, manyActivities(), null);
    const [sums] = readMethods(thinned);
    const [exact] = readMethods(whole);
    if (sums === undefined || exact === undefined) throw new Error('No figures were read.');
    const { rowsKept, medianMs, p95Ms, p99Ms, latency, ...sumsRest } = sums;
    const { rowsKept: allRows, medianMs: _m, p95Ms: _p, p99Ms: _q, latency: all, ...exactRest } = exact;
    expect(JSON.stringify(sumsRest)).toBe(JSON.stringify(exactRest));
    expect([latency.count, latency.atRank(1)]).toEqual([all.count, expect.closeTo(all.atRank(1), 1)]);
    expect(rowsKept).toBeLessThan(allRows / 5);
    expect(Math.abs(medianMs / exact.medianMs - 1)).toBeLessThan(0.003);
    expect(Math.abs(p99Ms / exact.p99Ms - 1)).toBeLessThan(0.003);
    expect(Math.abs(p95Ms / exact.p95Ms - 1)).toBeLessThan(0.003);
  });

  test('draws the same rows by the same seed, others by another', () => {
    const draw = (seed: number): readonly string[] => {
      const database = openFresh();
      ingestAll(database, manyActivities(), new Retention({ ...options, seed }));
      return database.prepare('SELECT activity_id FROM activities ORDER BY 1').pluck().all() as string[];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(8)).not.toEqual(draw(7));
  });

  test('keeps every row of a method that is called rarely', () => {
    const database = openFresh();
    ingestAll(database, manyActivities().slice(0, 900), new Retention(options));
    expect(readMethods(database)).toMatchObject([{ calls: 900, rowsKept: 900 }]);
  });

  test('counts a batch once that is rolled back and comes again', () => {
    const database = openFresh();
    const retention = new Retention(options);
    const ingest = new SessionIngest(database, sessionId, { retention, sums: new SessionSums(startedAtMs) });
    const good: JournalEntry = { entry: 'activity', activity: sampleActivity({ activityId: 'a' }) };
    // A row without a capability breaks the table's rule in the middle of the batch.
    const broken = {
      entry: 'activity',
      activity: { ...sampleActivity({ activityId: 'b' }), capability: null },
    };
    expect(() => ingest.ingest([good, broken as unknown as JournalEntry])).toThrow();
    ingest.ingest([good]);
    ingest.settleCrashed();
    ingest.saveSums();
    expect(readMethods(database)).toMatchObject([{ method: 'index', calls: 1, rowsKept: 1 }]);
  });
});
