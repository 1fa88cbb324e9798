import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { FaultProject, SmallDisk, sorted, whyNoSmallDisk } from './fault-project.js';
import { type StartedRun, waitFor } from './inner-project.js';

const shortLockTimeout = { REALWORLD_INTERNAL_LOCK_TIMEOUT_MS: '300' };
const noSmallDisk = whyNoSmallDisk();

/** Everything a run has printed so far. */
function listen({ child }: StartedRun): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  }
  return () => chunks.join('');
}

/** Holds the write lock of a database until the block ends. */
function lock(path: string): Disposable & { release(): void } {
  const database = new Database(path);
  database.exec('BEGIN IMMEDIATE');
  return {
    release: () => void database.close(),
    [Symbol.dispose]: () => void database.close(),
  };
}

function expectSpilled(output: string): void {
  expect(output).toContain('END OF REPORT');
  expect(output).toContain('this session could not be stored in the database');
  expect(output).toMatch(/Its data are in \S+ and stay there\./);
  expect(output).toContain('npx vitest-realworld recover');
}

function readEnds(project: FaultProject): unknown {
  return project.query('SELECT status, stop_reason, total_activities FROM test_sessions');
}

describe('a database that another process holds', () => {
  test('until the run is over leaves everything in the journals, from which recover stores it once', async () => {
    using project = new FaultProject();
    const run = project.startRun([], shortLockTimeout);
    await project.reached('one');
    await waitFor('the first rows', () => project.stored().length === 100);
    using held = lock(project.database);
    project.open('one');
    await project.reached('two');
    const acknowledged = await project.acknowledges(200);
    project.open('two');
    const end = await run.ended;
    expect(end.exitCode, end.output).toBe(0);
    expectSpilled(end.output);
    expect(end.output).toContain('Total Activities: 200');
    expect(sorted(project.acknowledged())).toEqual(sorted(acknowledged));
    held.release();
    const recovery = await project.command('recover', '--json');
    expect(recovery.exitCode, recovery.output).toBe(0);
    expect(JSON.parse(recovery.stdout)).toMatchObject({ sessions: [{ activities: 100, failure: null }] });
    expect(sorted(project.stored())).toEqual(sorted(acknowledged));
    expect(readEnds(project)).toEqual([{ status: 'completed', stop_reason: null, total_activities: 200 }]);
    expect(project.query('SELECT outcome FROM scenarios')).toEqual([{ outcome: 'passed' }]);
    expect(readdirSync(project.path('.realworld/journal'))).toEqual([]);
  });

  test('for a while is filled when it is free again, and both is said once', async () => {
    using project = new FaultProject();
    const run = project.startRun();
    const heard = listen(run);
    await project.reached('one');
    await waitFor('the first rows', () => project.stored().length === 100);
    using held = lock(project.database);
    project.open('one');
    await project.reached('two');
    const acknowledged = await project.acknowledges(200);
    await waitFor('word of the trouble', () => heard().includes('the database cannot be written'));
    expect(project.stored()).toHaveLength(100);
    held.release();
    await waitFor('word of its end', () => heard().includes('the database can be written again'));
    project.open('two');
    const end = await run.ended;
    expect(end.exitCode, end.output).toBe(0);
    expect(end.output.split('the database cannot be written')).toHaveLength(2);
    expect(end.output).not.toContain('could not be stored');
    expect(sorted(project.stored())).toEqual(sorted(acknowledged));
  });
});

describe('a database that is deleted while the run goes on', () => {
  test('is made anew, and holds what came before and after', async () => {
    using project = new FaultProject();
    const run = project.startRun();
    await project.reached('one');
    await waitFor('the first rows', () => project.stored().length === 100);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${project.database}${suffix}`, { force: true });
    await waitFor('the new file', () => existsSync(project.database) && statSync(project.database).size > 0);
    project.open('one');
    await project.reached('two');
    const acknowledged = await project.acknowledges(200);
    project.open('two');
    const end = await run.ended;
    expect(end.exitCode, end.output).toBe(0);
    expect(sorted(project.stored())).toEqual(sorted(acknowledged));
    expect(readEnds(project)).toEqual([{ status: 'completed', stop_reason: null, total_activities: 200 }]);
    expect(project.query('SELECT outcome FROM scenarios')).toEqual([{ outcome: 'passed' }]);
  });

  test('by the last of its scenarios is made anew at the end', async () => {
    using project = new FaultProject({
      scenario: `greet(50); await gate('one'); greet(50);
        const { rmSync } = await import('node:fs');
        for (const suffix of ['', '-wal', '-shm']) rmSync('.realworld/realworld_testing.db' + suffix, { force: true });`,
    });
    const run = project.startRun();
    await project.reached('one');
    await waitFor('the first rows', () => project.stored().length === 50);
    project.open('one');
    const end = await run.ended;
    expect(end.exitCode, end.output).toBe(0);
    expect(project.stored()).toHaveLength(100);
    expect(readEnds(project)).toMatchObject([{ status: 'completed', total_activities: 100 }]);
  });
});

describe('a database that is damaged while the run goes on', () => {
  // SQLite writes what its log holds over the damage when the run ends, so that the file alone is whole again then.
  test.each([
    ['with its log leaves everything in the journals, for a new file', ['', '-wal', '-shm'], 2],
    ['alone leaves everything in the journals, until it is whole', [''], 0],
  ])('%s', async (_what, suffixes, firstRecovery) => {
    using project = new FaultProject();
    const run = project.startRun();
    await project.reached('one');
    await waitFor('the first rows', () => project.stored().length === 100);
    for (const suffix of suffixes) overwrite(`${project.database}${suffix}`);
    project.open('one');
    await project.reached('two');
    const acknowledged = await project.acknowledges(200);
    project.open('two');
    const end = await run.ended;
    expect(end.exitCode, end.output).toBe(0);
    expectSpilled(end.output);
    expect(end.output).toContain('Move the damaged file away');
    const recovery = await project.command('recover');
    expect(recovery.exitCode, recovery.output).toBe(firstRecovery);
    if (firstRecovery !== 0) {
      expect(sorted(project.acknowledged())).toEqual(sorted(acknowledged));
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${project.database}${suffix}`, { force: true });
      expect((await project.command('recover')).exitCode).toBe(0);
    }
    expect(sorted(project.stored())).toEqual(sorted(acknowledged));
  });
});

describe.skipIf(noSmallDisk !== null)(`a full disk${noSmallDisk === null ? '' : ` (${noSmallDisk})`}`, () => {
  test('under the database leaves everything in the journals until there is room', async () => {
    using project = new FaultProject({ options: "database: './small/real.db'" });
    using disk = new SmallDisk(project.path('small'), 1_024);
    const database = project.path('small/real.db');
    const run = project.startRun();
    await project.reached('one');
    await waitFor('the first rows', () => project.stored(database).length === 100);
    disk.fill();
    project.open('one');
    await project.reached('two');
    const acknowledged = await project.acknowledges(200);
    project.open('two');
    const end = await run.ended;
    expect(end.exitCode, end.output).toBe(0);
    expectSpilled(end.output);
    disk.free();
    const recovery = await project.command('recover');
    expect(recovery.exitCode, recovery.output).toBe(0);
    expect(sorted(project.stored(database))).toEqual(sorted(acknowledged));
  });
});

function overwrite(path: string): void {
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, Buffer.alloc(statSync(path).size, 'damage '));
  closeSync(descriptor);
}
