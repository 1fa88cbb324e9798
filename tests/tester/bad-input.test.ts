import { existsSync, mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RealWorldTester } from 'vitest-realworld/core';
import { configured, TesterProject } from './tester-project.js';

describe('an option', () => {
  test.each([
    [{ databse: 'x.db' }, 'Unknown option "databse" of new RealWorldTester(). Did you mean "database"?'],
    [{ resourceLimit: {} }, 'Did you mean "resourceLimits"?'],
    [{ limits: {} }, 'Did you mean "resourceLimits"?'],
    [{ dbPath: 'x.db' }, 'Did you mean "database"?'],
    [{ workspace: '.' }, 'what startTestSession(projectPath) is given'],
    [{ resourceLimits: { cpuPercentMx: 80 } }, 'Did you mean "cpuPercentMax"?'],
    [{ resourceLimits: { cpuPercentMax: 800 } }, 'Option "resourceLimits.cpuPercentMax"'],
    [{ seed: 'seven' }, 'Option "seed"'],
    [{ root: 7 }, 'Option "root"'],
    [{ root: './no/such/folder' }, 'there is no folder'],
    [{ onOutput: 'loud' }, 'Option "onOutput"'],
    [null, 'takes an object'],
    [[], 'takes an object'],
  ])('that is not usable is refused by name: %j', (options, sentence) => {
    expect(() => new RealWorldTester(options as object)).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(sentence) }),
    );
  });

  test('that names limits later is checked as well, and changes nothing when it is refused', () => {
    using project = new TesterProject('watching');
    const tester = project.tester({ resourceLimits: { cpuPercentMax: 80 } });
    expect(() => {
      tester.resourceLimits = { cpuPercentMax: 0 };
    }).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }));
    expect(tester.resourceLimits.cpuPercentMax).toBe(80);
  });
});

describe('a session is not started', () => {
  test('on a path that is a file, or an empty folder, or for a time that is none', async () => {
    using project = new TesterProject('watching');
    mkdirSync(project.path('empty'));
    await using tester = project.tester();
    await expect(tester.startTestSession(project.path('hub.ts'))).rejects.toMatchObject({
      code: 'WORKSPACE_MISSING',
      message: expect.stringContaining('hub.ts cannot be read as a folder'),
    });
    await expect(tester.startTestSession(project.path('empty'))).rejects.toMatchObject({
      code: 'WORKSPACE_EMPTY',
    });
    for (const durationMinutes of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(tester.startTestSession(project.workspace, { durationMinutes })).rejects.toMatchObject({
        code: 'OPTIONS_INVALID',
        message: expect.stringContaining('"durationMinutes"'),
      });
    }
    expect(existsSync(tester.database)).toBe(false);
  });

  test('without scenarios', async () => {
    using project = new TesterProject('watching');
    await using tester = project.tester({ include: ['nowhere/*.realworld.ts'] });
    await expect(tester.startTestSession(project.workspace)).rejects.toMatchObject({
      name: 'RealWorldError',
      code: 'SCENARIOS_MISSING',
      message: expect.stringContaining(`There are no scenarios in ${project.root}`),
    });
  });

  test('with a Vitest configuration that throws, whose words are told', async () => {
    using project = new TesterProject('watching', {
      'vitest.config.ts': "throw new Error('the configuration is broken');",
    });
    await using tester = project.tester();
    await expect(tester.startTestSession(project.workspace)).rejects.toMatchObject({
      code: 'RUN_NOT_STARTED',
      message: expect.stringContaining('the configuration is broken'),
    });
  });

  test('with a hub that does not exist, or a database that is none', async () => {
    using project = new TesterProject('watching');
    await using lost = project.tester({ hub: './no-hub.ts' });
    await expect(lost.startTestSession(project.workspace)).rejects.toMatchObject({ code: 'HUB_MISSING' });
    await using foreign = project.tester({ database: 'hub.ts' });
    await expect(foreign.startTestSession(project.workspace)).rejects.toMatchObject({
      code: 'DATABASE_NOT_SQLITE',
    });
  });
});

describe('a session', () => {
  test('that is unknown is refused with the nearest id, and without any, with the way to one', async () => {
    using project = new TesterProject('watching', configured);
    await using tester = project.tester();
    for (const ask of [
      tester.analyzeSessionResults('test_1'),
      tester.generateImprovementReport('test_1'),
      tester.stopSession('test_1'),
      tester.waitForSession('test_1'),
    ]) {
      await expect(ask).rejects.toMatchObject({
        code: 'SESSION_UNKNOWN',
        message: expect.stringContaining('There are no sessions yet; start one with startTestSession()'),
      });
    }
    expect(existsSync(tester.database)).toBe(false);

    const sessionId = await tester.startTestSession(project.workspace);
    await tester.waitForSession(sessionId);
    await expect(tester.analyzeSessionResults(`${sessionId.slice(0, -1)}!`)).rejects.toMatchObject({
      code: 'SESSION_UNKNOWN',
      message: expect.stringContaining(`Did you mean ${sessionId}?`),
    });
  });

  test('that is stopped twice, at once or later, stays as it ended', async () => {
    using project = new TesterProject('watching');
    await using tester = project.tester();
    const sessionId = await tester.startTestSession(project.workspace, { durationMinutes: 5 });
    const [first, second] = await Promise.all([tester.stopSession(sessionId), tester.stopSession(sessionId)]);
    expect(first.status).toBe('stopped');
    expect(second).toEqual(first);
    expect(await tester.stopSession(sessionId)).toEqual(first);
  });

  test('of another tester is not stopped, and can be read', async () => {
    using project = new TesterProject('watching');
    await using owner = project.tester();
    await using other = project.tester();
    const sessionId = await owner.startTestSession(project.workspace, { durationMinutes: 5 });
    await expect(other.stopSession(sessionId)).rejects.toMatchObject({ code: 'SESSION_ELSEWHERE' });
    expect((await other.analyzeSessionResults(sessionId)).session.status).toBe('running');
    expect((await other.monitorActivities()).activeSessions).toEqual([]);
    expect((await owner.stopSession(sessionId)).status).toBe('stopped');
  });
});

test('a tester that was disposed of refuses everything', async () => {
  using project = new TesterProject('watching');
  const tester = project.tester();
  await tester[Symbol.asyncDispose]();
  await tester[Symbol.asyncDispose]();
  for (const ask of [
    tester.startTestSession(project.workspace),
    tester.monitorActivities(),
    tester.collectMetrics(),
    tester.analyzeSessionResults('test_1'),
    tester.generateImprovementReport('test_1'),
    tester.stopSession('test_1'),
    tester.waitForSession('test_1'),
  ]) {
    await expect(ask).rejects.toMatchObject({
      code: 'TESTER_DISPOSED',
      message:
        'This RealWorldTester was disposed of, and its sessions are stopped. Make another: new RealWorldTester().',
    });
  }
});
