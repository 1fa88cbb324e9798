import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InnerProject, smallProject, waitFor } from './inner-project.js';

const longScenario: Readonly<Record<string, string>> = {
  'greeter.realworld.ts': `
    import { writeFileSync } from 'node:fs';
    import { realWorldTest as realWorld } from 'vitest-realworld';
    realWorld.scenario('waits for ever', { kind: 'monitoring' }, async ({ hub, task }) => {
      for (let index = 0; index < 50; index++) hub.greeter.greet('visitor ' + index);
      await hub.greeter.wait(300);
      writeFileSync('started.txt', String(process.pid));
      await hub.greeter.wait(60_000);
    });`,
};

interface SessionRow {
  readonly status: string;
  readonly total_activities: number;
  readonly stop_reason: string | null;
}

const readSessions = (project: InnerProject): readonly SessionRow[] =>
  project.query<SessionRow>('SELECT status, total_activities, stop_reason FROM test_sessions ORDER BY rowid');

describe('a worker that is killed', () => {
  test('ends its session with status error, keeps its activities, and is a critical issue', async () => {
    using project = new InnerProject({ ...smallProject, ...longScenario });
    const { ended } = project.startRun();
    await waitFor('the scenario', () => existsSync(project.path('started.txt')));
    // Both waits take longer than a flush, so both are noted; the first one has ended.
    await waitFor('the note of the running call', () => notesOfRunningCalls(project) === 2);
    process.kill(Number(readFileSync(project.path('started.txt'), 'utf8')), 'SIGKILL');
    const run = await ended;
    expect(run.exitCode, run.output).toBe(1);
    expect(readSessions(project)).toEqual([
      { status: 'error', total_activities: 52, stop_reason: 'a worker died' },
    ]);
    expect(project.query('SELECT outcome FROM scenarios')).toEqual([{ outcome: 'crashed' }]);
    expect(
      project.query('SELECT activity_type, outcome, success FROM activities WHERE outcome IS NOT NULL'),
    ).toEqual([{ activity_type: 'wait', outcome: 'crashed', success: 0 }]);
    const critical = project.query<{ issue_type: string }>(
      "SELECT issue_type FROM issues WHERE severity = 'critical'",
    );
    expect(critical.map(({ issue_type }) => issue_type).sort()).toEqual(['crash', 'worker_crash']);
    expect(run.stdout).toContain('END OF REPORT');
  });
});

describe('a run whose main process is killed', () => {
  test('is completed by the next run, with nothing lost that was flushed', async () => {
    using project = new InnerProject({ ...smallProject, ...longScenario });
    const { child, ended } = project.startRun();
    await waitFor('the scenario', () => existsSync(project.path('started.txt')));
    await waitFor('the note of the running call', () => notesOfRunningCalls(project) === 2);
    const workerPid = Number(readFileSync(project.path('started.txt'), 'utf8'));
    child.kill('SIGKILL');
    await ended;
    killIfAlive(workerPid);
    project.write({
      'greeter.realworld.ts': smallProject['greeter.realworld.ts'] ?? '',
    });
    const next = await project.run();
    expect(next.exitCode, next.output).toBe(0);
    expect(next.stdout).toMatch(/Recovered session test_\w+ of a run that was killed: \d+ activities/);
    expect(readSessions(project)).toEqual([
      {
        status: 'error',
        total_activities: 52,
        stop_reason: 'the run was killed; its journals were read by a later one',
      },
      { status: 'completed', total_activities: 2, stop_reason: null },
    ]);
    expect(readdirSync(project.path('.realworld/journal'))).toEqual([]);
  });
});

describe('a run that is interrupted', () => {
  test('by SIGINT ends with status stopped and a report', async () => {
    using project = new InnerProject({ ...smallProject, ...longScenario });
    const { child, ended } = project.startRun();
    await waitFor('the scenario', () => existsSync(project.path('started.txt')));
    child.kill('SIGINT');
    const run = await ended;
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout).toContain('END OF REPORT');
    const [session] = readSessions(project);
    expect(session).toMatchObject({ status: 'stopped', stop_reason: 'the run was interrupted' });
    expect(session?.total_activities).toBeGreaterThanOrEqual(51);
  });
});

describe('a scenario that times out', () => {
  test('leaves its running call as timed out and the next scenario is recorded', async () => {
    using project = new InnerProject({
      ...smallProject,
      'greeter.realworld.ts': `
        import { realWorldTest as realWorld } from 'vitest-realworld';
        realWorld.scenario('hangs', { kind: 'load', timeout: 300 }, async ({ hub }) => { await hub.greeter.wait(60_000); });
        realWorld.scenario('goes on', { kind: 'load' }, ({ hub }) => { hub.greeter.greet('x'); });`,
    });
    const run = await project.run();
    expect(run.exitCode).toBe(1);
    expect(project.query('SELECT activity_type, outcome FROM activities ORDER BY timestamp')).toEqual([
      { activity_type: 'wait', outcome: 'timed_out' },
      { activity_type: 'greet', outcome: null },
    ]);
    expect(readSessions(project)[0]).toMatchObject({ status: 'completed' });
    expect(
      project.query(
        "SELECT issue_type FROM issues WHERE issue_type <> 'insufficient_data' AND capability <> 'system' ORDER BY 1",
      ),
    ).toEqual([{ issue_type: 'scenario_failed' }, { issue_type: 'timeout' }]);
  });
});

describe('a test process that calls process.exit', () => {
  test('keeps what was recorded before', async () => {
    using project = new InnerProject({
      ...smallProject,
      'greeter.realworld.ts': `
        import { realWorldTest as realWorld } from 'vitest-realworld';
        realWorld.scenario('leaves', { kind: 'load' }, ({ hub }) => {
          for (let index = 0; index < 20; index++) hub.greeter.greet('x');
          process.reallyExit(3);
        });`,
    });
    const run = await project.run();
    expect(run.exitCode).toBe(1);
    expect(project.query('SELECT outcome FROM scenarios')).toEqual([{ outcome: 'crashed' }]);
    expect(readSessions(project)[0]).toMatchObject({ status: 'error' });
  });
});

function notesOfRunningCalls(project: InnerProject): number {
  return journalText(project).split('["r",').length - 1;
}

function journalText(project: InnerProject): string {
  const root = project.path('.realworld/journal');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ndjson'))
    .map((name) => readFileSync(`${root}/${name}`, 'utf8'))
    .join('');
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}
