import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BackPressure } from '../../src/recording/back-pressure.js';
import { ProgressListener, ProgressTeller } from '../../src/recording/read-progress.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const limits = { backlogMaxBytes: 1_000, patienceMs: 50, askAgainBytes: 1_000 };

function openJournal(): { readonly path: string; readonly teller: ProgressTeller } {
  const path = join(temporaryDirectory(), '5-abc.ndjson');
  const teller = new ProgressTeller(path);
  onTestFinished(() => teller.close());
  return { path, teller };
}

/** Tells from another thread while this one waits, as the main process does. */
function tellLater(path: string, storedBytes: number): Worker {
  const code = `
    const { openSync, writeSync } = require('node:fs');
    const { workerData } = require('node:worker_threads');
    setTimeout(() => {
      writeSync(openSync(workerData.path, 'w'), String(workerData.storedBytes).padStart(16, '0'), 0);
    }, 30);`;
  return new Worker(code, {
    eval: true,
    workerData: { path: path.replace('.ndjson', '.read'), storedBytes },
  });
}

describe('the progress of a journal', () => {
  test('is heard as it was told, and only forwards', () => {
    const { path, teller } = openJournal();
    const listener = new ProgressListener(path);
    expect(listener.storedBytes()).toBeNull();
    teller.tell(5_000);
    teller.tell(400);
    expect(listener.storedBytes()).toBe(5_000);
    teller.tell(12_345_678_901);
    expect(listener.storedBytes()).toBe(12_345_678_901);
    listener.close();
  });
});

describe('back-pressure', () => {
  test('lets a worker go on while its backlog is small', () => {
    const { path, teller } = openJournal();
    const pressure = new BackPressure(path, limits);
    pressure.afterWrite(1_000);
    teller.tell(1_000);
    pressure.afterWrite(2_000);
    expect(pressure.waitedMs).toBe(0);
    pressure.close();
  });

  test('holds a worker up until the main process has caught up', async () => {
    const { path, teller } = openJournal();
    teller.tell(500);
    const pressure = new BackPressure(path, { ...limits, patienceMs: 20_000 });
    const other = tellLater(path, 4_500);
    pressure.afterWrite(5_000);
    expect(new ProgressListener(path).storedBytes()).toBe(4_500);
    expect(pressure.waitedMs).toBeGreaterThan(0);
    await other.terminate();
    pressure.close();
  });

  test('gives up on a main process that stores nothing, and waits again once it stores', () => {
    const { path, teller } = openJournal();
    const pressure = new BackPressure(path, limits);
    pressure.afterWrite(5_000);
    const { waitedMs } = pressure;
    expect(waitedMs).toBeGreaterThan(limits.patienceMs);
    pressure.afterWrite(6_000);
    expect(pressure.waitedMs).toBe(waitedMs);
    teller.tell(2_000);
    pressure.afterWrite(7_000);
    expect(pressure.waitedMs).toBeGreaterThan(waitedMs);
    pressure.close();
  });
});
