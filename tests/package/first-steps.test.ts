import { describe, expect, test } from 'vitest';
import { EmptyProject, firstSteps } from './empty-project.js';

const vitest = 'vitest/vitest.mjs';

function expectRecorded(project: EmptyProject): void {
  const activities = project.query(
    'SELECT capability, activity_type, success FROM activities ORDER BY timestamp',
  );
  expect(activities).toEqual([
    { capability: 'counter', activity_type: 'add', success: 1 },
    { capability: 'counter', activity_type: 'later', success: 1 },
  ]);
  expect(project.query('SELECT status FROM test_sessions')).toEqual([{ status: 'completed' }]);
}

describe('the packed package in an empty project', () => {
  // `npm run test:package` sets nothing; `npm run test:compat` asks for the newer pair.
  test.skipIf(process.env.REALWORLD_COMPAT)('records and reports with Vitest 4.1 on this Node', async () => {
    using project = new EmptyProject();
    await project.install(await project.pack(), 'vitest@4.1.12', 'typescript@6', '@types/node@20');
    project.write(firstSteps);
    const run = await project.execute(vitest, 'run', '--project', 'realworld');
    expect(run.exitCode, run.output).toBe(0);
    expect(run.output).toContain('END OF REPORT');
    expectRecorded(project);
    const types = await project.execute('typescript/bin/tsc', '-p', '.', '--skipLibCheck');
    expect(types.output.trim()).toBe('');
    const wrong =
      'import { realWorldTest as realWorld } from "vitest-realworld";\nrealWorld.scenario("x", { kind: "load" }, ({ hub }) => { hub.counter.ad(1); });\n';
    project.write({ 'wrong.realworld.ts': wrong });
    const refused = await project.execute('typescript/bin/tsc', '-p', '.', '--skipLibCheck');
    expect(refused.output).toContain("Property 'ad' does not exist on type 'Counter'");
    const listed = await project.execute(vitest, 'list', '--project', 'realworld');
    expect(listed.output).toContain('counter.realworld.ts > counts');
    const sessions = await project.execute('.bin/vitest-realworld', 'sessions');
    expect(sessions.exitCode, sessions.output).toBe(0);
    expect(sessions.output).toMatch(/test_\w+ .* completed +2 /);
    const report = await project.execute('.bin/vitest-realworld', 'report', 'latest');
    expect(report.output).toContain('END OF REPORT');
  });

  test.runIf(process.env.REALWORLD_COMPAT)('records and reports with Vitest 5.1 on Node 24', async () => {
    using project = new EmptyProject();
    await project.useNode('24');
    await project.install(await project.pack(), 'vitest@5.1.1');
    project.write(firstSteps);
    const run = await project.execute(vitest, 'run', '--project', 'realworld');
    expect(run.exitCode, run.output).toBe(0);
    expect(run.output).toContain('END OF REPORT');
    expectRecorded(project);
    const [session] = project.query<{ environment: string }>('SELECT environment FROM test_sessions');
    expect(JSON.parse(session?.environment ?? '{}')).toMatchObject({
      vitest: '5.1.1',
      node: expect.stringMatching(/^24\./),
    });
    const listed = await project.execute(vitest, 'list', '--project', 'realworld');
    expect(listed.output).toContain('counter.realworld.ts > counts');
    const beside = await project.execute(vitest, 'run', '--reporter=json');
    expect(beside.exitCode, beside.output).toBe(0);
    project.write({
      'twice.realworld.ts':
        'import { realWorldTest as realWorld } from "vitest-realworld";\nrealWorld.scenario("same", { kind: "load" }, () => {});\nrealWorld.scenario("same", { kind: "load" }, () => {});\n',
      'crash.realworld.ts':
        'import { realWorldTest as realWorld } from "vitest-realworld";\nrealWorld.scenario("dies", { kind: "recovery" }, ({ hub }) => { hub.counter.add(1); process.kill(process.pid, "SIGKILL"); });\n',
    });
    const broken = await project.execute(vitest, 'run', '--project', 'realworld');
    expect(broken.exitCode).toBe(1);
    expect(broken.output).toContain('There are two scenarios named "same" in one suite');
    const outcomes = project.query("SELECT name, outcome FROM scenarios WHERE outcome <> 'passed'");
    expect(outcomes).toEqual([{ name: 'dies', outcome: 'crashed' }]);
  });
});
