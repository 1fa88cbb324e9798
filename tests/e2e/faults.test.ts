import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FaultProject, SmallDisk, sorted, whyNoSmallDisk } from './fault-project.js';
import { waitFor } from './inner-project.js';

const noSmallDisk = whyNoSmallDisk();

interface IssueRow {
  readonly severity: string;
  readonly description: string;
  readonly reproducible: number | null;
  readonly evidence_activity_id: string | null;
}

function readIssues(project: FaultProject, type: string): readonly IssueRow[] {
  return project.query<IssueRow>(
    `SELECT severity, description, reproducible, evidence_activity_id FROM issues i
      JOIN test_sessions s USING (session_id) WHERE issue_type = ? ORDER BY s.rowid`,
    type,
  );
}

describe('a worker that ends in the middle of a scenario', () => {
  test.each([
    ['by process.reallyExit', 'process.reallyExit(3)', ''],
    ['by a signal', "process.kill(process.pid, 'SIGKILL')", ''],
    [
      'by running out of memory',
      'const all: number[][] = []; for (;;) all.push(new Array(100_000).fill(all.length + 0.5))',
      "execArgv: ['--max-old-space-size=96']",
    ],
  ])('%s keeps every flushed activity once', async (_how, death, configuration) => {
    using project = new FaultProject({
      scenario: `greet(100); await gate('one'); ${death};`,
      test: configuration,
    });
    const run = project.startRun();
    await project.reached('one');
    const acknowledged = await project.acknowledges(100);
    project.open('one');
    const end = await run.ended;
    expect(end.exitCode, end.output).toBe(1);
    expect(sorted(project.stored())).toEqual(sorted(acknowledged));
    expect(project.query('SELECT status, total_activities FROM test_sessions')).toEqual([
      { status: 'error', total_activities: 100 },
    ]);
    const [crash, ...others] = readIssues(project, 'worker_crash');
    expect(others).toEqual([]);
    expect(crash).toMatchObject({ severity: 'critical', reproducible: null });
    expect(crash?.description).toContain(
      `during scenario "passes the gates". Last activities: ${Array(5).fill('greeter.greet succeeded').join(', ')}.`,
    );
    expect(crash?.evidence_activity_id).toBe(acknowledged.at(-1));
  });

  test('names the call that it died in as the last of its activities', async () => {
    using project = new FaultProject({
      scenario: `greet(2); const waiting = hub.greeter.wait(600_000); await gate('one'); await waiting;`,
    });
    const run = project.startRun();
    const workerPid = await project.reached('one');
    await project.acknowledges(2);
    const noted = (): boolean => project.journals().some((path) => readText(path).includes('["r",'));
    await waitFor('the note of the running call', noted);
    process.kill(workerPid, 'SIGKILL');
    await run.ended;
    const [crash] = readIssues(project, 'worker_crash');
    expect(crash?.description).toContain('greeter.greet succeeded, greeter.wait crashed.');
    expect(
      project.query(
        'SELECT activity_type FROM activities WHERE activity_id = ?',
        crash?.evidence_activity_id,
      ),
    ).toEqual([{ activity_type: 'wait' }]);
  });

  test('in two sessions in a row is reproducible in the second', async () => {
    using project = new FaultProject({ scenario: "greet(1); await gate('one'); process.reallyExit(3);" });
    project.open('one');
    await project.run();
    await project.run();
    expect(readIssues(project, 'worker_crash').map(({ reproducible }) => reproducible)).toEqual([null, 1]);
  });
});

describe('a test that calls process.exit', () => {
  test('fails by itself, and everything that it did is recorded', async () => {
    using project = new FaultProject({ scenario: 'greet(100); process.exit(0);' });
    const end = await project.run();
    expect(end.exitCode, end.output).toBe(1);
    expect(project.stored()).toHaveLength(100);
    expect(project.query('SELECT status FROM test_sessions')).toEqual([{ status: 'completed' }]);
    expect(project.query('SELECT outcome FROM scenarios')).toEqual([{ outcome: 'failed' }]);
  });
});

describe('a main process that is killed', () => {
  test('leaves journals from which recover stores every whole line once, and tells of damaged ones', async () => {
    using project = new FaultProject();
    const run = project.startRun();
    const workerPid = await project.reached('one');
    const acknowledged = await project.acknowledges(100);
    run.child.kill('SIGKILL');
    await run.ended;
    killIfAlive(workerPid);
    for (const path of project.journals()) {
      appendFileSync(path, '["a",1,"broken in the mid\n');
      appendFileSync(path, `${JSON.stringify(['metric', 1, metric])}\n`);
      appendFileSync(path, '["a",7777,"cut o');
    }
    const recovery = await project.command('recover', '--json');
    expect(recovery.exitCode, recovery.output).toBe(0);
    expect(sorted(project.stored())).toEqual(sorted(acknowledged));
    expect(project.query('SELECT value FROM performance_metrics WHERE metric_type = ?', 'after')).toEqual([
      { value: 42 },
    ]);
    expect(readIssues(project, 'damaged_journal')).toMatchObject([
      { severity: 'medium', description: expect.stringMatching(/^2 journal lines could not be read/) },
    ]);
    expect(project.query('SELECT status, total_activities FROM test_sessions')).toEqual([
      { status: 'error', total_activities: 100 },
    ]);
    expect(readIssues(project, 'worker_crash')).toHaveLength(1);
    const again = await project.command('recover');
    expect(again.stdout).toContain('There is nothing to recover');
  });
});

describe('Ctrl-C in the middle of a scenario', () => {
  test('keeps every flushed activity once, and is no crash', async () => {
    using project = new FaultProject();
    const run = project.startRun();
    const workerPid = await project.reached('one');
    const acknowledged = await project.acknowledges(100);
    run.child.kill('SIGINT');
    const end = await run.ended;
    expect(end.output).toContain('END OF REPORT');
    killIfAlive(workerPid);
    expect((await project.command('recover')).exitCode).toBe(0);
    expect(sorted(project.stored())).toEqual(sorted(acknowledged));
    expect(project.query('SELECT status, total_activities FROM test_sessions')).toEqual([
      { status: 'stopped', total_activities: 100 },
    ]);
    expect(project.query('SELECT outcome FROM scenarios')).toEqual([{ outcome: 'stopped' }]);
    expect(readIssues(project, 'worker_crash')).toEqual([]);
  });
});

describe('a folder of journals that cannot be written', () => {
  test('is said once, fails no test, and the count of unwritten lines is an issue', async () => {
    using project = new FaultProject({
      options: "directory: './package.json/inside', database: './.realworld/realworld_testing.db'",
      scenario: 'greet(100);',
    });
    const end = await project.run();
    expect(end.exitCode, end.output).toBe(0);
    expect(end.output.split('The test goes on unrecorded.')).toHaveLength(2);
    expect(end.output).toContain('END OF REPORT');
    expect(end.output).toContain('Report: not saved');
    expect(project.stored()).toEqual([]);
    // Beside the calls: the lines of the worker, and of the beginning and the end of the scenario.
    expect(readIssues(project, 'unwritten_journal')).toMatchObject([
      { severity: 'high', description: expect.stringMatching(/^103 journal lines of worker \d+ could not/) },
    ]);
    expect(project.query('SELECT outcome FROM scenarios')).toEqual([{ outcome: 'passed' }]);
  });
});

describe.skipIf(noSmallDisk !== null)(`a full disk${noSmallDisk === null ? '' : ` (${noSmallDisk})`}`, () => {
  const options = "directory: './small', database: './.realworld/realworld_testing.db'";

  test('under the journals loses nothing when there is room again soon', async () => {
    using project = new FaultProject({ options });
    using disk = new SmallDisk(project.path('small'), 4_096);
    const run = project.startRun();
    await project.reached('one');
    await project.acknowledges(100, 'small');
    disk.fill();
    project.open('one');
    await project.reached('two');
    disk.free();
    const acknowledged = await project.acknowledges(200, 'small');
    project.open('two');
    const end = await run.ended;
    expect(end.exitCode, end.output).toBe(0);
    expect(acknowledged).toHaveLength(200);
    expect(sorted(project.stored())).toEqual(sorted(acknowledged));
  });

  test('under the journals drops what is too much to be kept, and counts it exactly', async () => {
    const calls = 5_000;
    using project = new FaultProject({
      options,
      scenario: `greet(100); await gate('one'); greet(${calls}); await gate('two');`,
    });
    using disk = new SmallDisk(project.path('small'), 4_096);
    const run = project.startRun();
    await project.reached('one');
    await project.acknowledges(100, 'small');
    disk.fill();
    project.open('one');
    await project.reached('two');
    disk.free();
    await waitFor('the word of the gap', () =>
      project.journals('small').some((path) => readText(path).includes('"unwritten_journal"')),
    );
    const acknowledged = project.acknowledged('small');
    project.open('two');
    const end = await run.ended;
    expect(end.exitCode, end.output).toBe(0);
    expect(end.output.split('The test goes on unrecorded.')).toHaveLength(2);
    expect(sorted(project.stored())).toEqual(sorted(acknowledged));
    const [gap, ...others] = readIssues(project, 'unwritten_journal');
    expect(others).toEqual([]);
    const lost = Number(/^(\d+) journal lines/.exec(gap?.description ?? '')?.[1]);
    expect(lost).toBeGreaterThan(0);
    expect(acknowledged.length + lost).toBe(100 + calls);
    expect(existsSync(project.path('.realworld/realworld_testing.db'))).toBe(true);
  });
});

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}

const metric = {
  entry: 'metric',
  metric: {
    metricId: 'after-the-damage',
    taskId: null,
    atMs: 1_700_000_000_000,
    capability: 'load',
    metricType: 'after',
    value: 42,
    unit: 'count',
    context: {},
  },
};
