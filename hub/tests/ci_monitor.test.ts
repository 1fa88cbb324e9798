import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CiMonitor } from '../capabilities/ci_monitor/index.js';
import { ciMonitorWorkload } from '../scenarios/workloads/ci_monitor.js';
import { prepareWith } from './support/prepare-workload.js';

const require = createRequire(import.meta.url);
const vitestCommand = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
const secret = "It's a Secret to Everybody";

interface Example {
  readonly name: string;
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}

/** Messages that GitHub publishes as examples of its webhooks, of the service and of five versions of its server. */
const published = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'].flatMap(
  (edition) =>
    (require(`@octokit/webhooks-examples/${edition}/index.json`) as readonly Example[]).flatMap(
      ({ name, examples }) =>
        examples.map((payload, index) => ({ name, payload, delivery: `${edition}-${name}-${index}` })),
    ),
);

let stateDirectory: string;
let monitor: CiMonitor;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'ci-monitor-'));
  monitor = new CiMonitor({ stateDirectory, webhookSecret: secret });
});

afterEach(() => {
  monitor.dispose();
  rmSync(stateDirectory, { recursive: true, force: true });
});

function ingest(event: string, payload: unknown, delivery?: string) {
  const body = JSON.stringify(payload);
  const digest = createHmac('sha256', secret).update(body).digest('hex');
  return monitor.ingestWebhook(
    {
      'X-GitHub-Event': event,
      ...(delivery === undefined ? {} : { 'x-github-delivery': delivery }),
      'X-Hub-Signature-256': `sha256=${digest}`,
    },
    Buffer.from(body),
  );
}

describe('published messages', () => {
  const kinds = ['workflow_run', 'workflow_job', 'check_run', 'check_suite', 'status', 'deployment_status'];
  const ofRuns = published.filter(({ name }) => kinds.includes(name));
  const others = published.filter(({ name }) => !kinds.includes(name));

  it('of runs are all read with what they say', () => {
    const runs = new Set<string>();
    for (const { name, payload, delivery } of ofRuns) {
      const taken = ingest(name, payload, delivery);
      const subject = (name === 'status' ? payload : payload[name]) as Record<string, unknown>;
      const deployment = payload.deployment as Record<string, unknown> | undefined;
      expect(taken).toMatchObject({
        outcome: 'recorded',
        source: `webhook ${name} ${delivery}`,
        run: {
          kind: name,
          id: String(subject.id),
          commit: subject.head_sha ?? subject.sha ?? deployment?.sha,
          repository: (payload.repository as { full_name: string }).full_name,
        },
      });
      if (taken.outcome === 'recorded' && 'conclusion' in subject) {
        expect(taken.run.conclusion ?? null).toBe(subject.conclusion);
        expect(taken.run.status).toBe(subject.status);
      }
      runs.add(`${name} ${subject.id} ${subject.run_attempt ?? 1}`);
    }
    expect(new Set(ofRuns.map(({ name }) => name))).toEqual(new Set(kinds));
    expect(ofRuns).toHaveLength(81);
    expect(monitor.runs(1_000)).toHaveLength(runs.size);
  });

  it('of anything else are ignored with the reason', () => {
    for (const { name, payload, delivery } of others) {
      expect(ingest(name, payload, delivery)).toMatchObject({
        outcome: 'ignored',
        reason: `Event "${name}" tells of no run.`,
      });
    }
    expect(others).toHaveLength(645);
  });
});

describe('a message', () => {
  const payload = {
    action: 'completed',
    workflow_job: {
      id: 7,
      name: 'build',
      head_sha: 'abc',
      head_branch: 'main',
      status: 'completed',
      conclusion: 'failure',
      started_at: '2026-01-01T10:00:00Z',
      completed_at: '2026-01-01T10:01:30Z',
      steps: [
        { name: 'Set up', conclusion: 'success' },
        { name: 'Test', conclusion: 'failure' },
      ],
    },
    repository: { full_name: 'octo/repo' },
  };

  it('tells how long a job took and which steps failed, once for each delivery', () => {
    expect(ingest('workflow_job', payload, 'd1')).toMatchObject({
      outcome: 'recorded',
      action: 'completed',
      run: { durationMs: 90_000, failedSteps: ['Test'], branch: 'main' },
    });
    expect(ingest('workflow_job', payload, 'd1')).toMatchObject({ outcome: 'duplicate' });
    expect(monitor.runs()).toHaveLength(1);
  });

  it('that comes late does not put a run back that has ended', () => {
    ingest('workflow_job', payload, 'd1');
    const begun = { ...payload.workflow_job, status: 'in_progress', conclusion: null };
    ingest('workflow_job', { ...payload, workflow_job: begun }, 'd0');
    expect(monitor.runs()).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
  });

  it('is signed as GitHub documents it', () => {
    // The example of GitHub's documentation on validating deliveries; its body is no JSON.
    const headers = {
      'x-github-event': 'ping',
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    expect(() => monitor.ingestWebhook(headers, 'Hello, World!')).toThrow('The message is no JSON.');
    expect(() => monitor.ingestWebhook(headers, 'Hello, World?')).toThrow('does not fit its body');
  });

  it('is refused unsigned, signed otherwise, without a secret, without an event, or when it is no object', () => {
    const sign = (body: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const refused = (headers: Record<string, string>, body: string, options?: { secret: string }) =>
      expect(() => monitor.ingestWebhook(headers, body, options)).toThrow(
        expect.objectContaining({ code: 'BAD_INPUT' }),
      );
    const event = { 'x-github-event': 'ping' };
    refused(event, '{}');
    refused({ ...event, 'x-hub-signature-256': 'sha256=00' }, '{}');
    refused({ ...event, 'x-hub-signature-256': sign('{"a":1}') }, '{}');
    refused({ ...event, 'x-hub-signature-256': sign('{}') }, '{}', { secret: 'another' });
    refused({ ...event, 'x-hub-signature-256': sign('{}') }, '{}', { secret: '' });
    refused({ 'x-hub-signature-256': sign('{}') }, '{}');
    for (const body of ['[]', 'null', '1', '{', ''])
      refused({ ...event, 'x-hub-signature-256': sign(body) }, body);
    expect(ingest('workflow_run', {})).toMatchObject({ outcome: 'ignored' });
  });
});

describe('reports that Vitest writes', () => {
  let project: string;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'ci-monitor-project-'));
    mkdirSync(join(project, 'tests'));
    writeFileSync(
      join(project, 'tests/sums.test.js'),
      `describe('sums', () => {
        test('adds', () => expect(1 + 1).toBe(2));
        test('depends on the weather', () => expect(process.env.WEATHER).toBe('fine'));
        test('always fails with <tags> & "quotes"', () => { throw new Error('broken ]]> <b>&amp;'); });
        test.skip('is left out', () => {});
        test.each([1, 1])('has a name that comes twice', (n) => expect(n).toBe(1));
      });`,
    );
  });

  afterEach(() => rmSync(project, { recursive: true, force: true }));

  function report(weather: string): string {
    const file = join(project, `${weather}.xml`);
    const { status, stderr } = spawnSync(
      process.execPath,
      [vitestCommand, 'run', '--root', project, '--globals', '--reporter=junit', `--outputFile=${file}`],
      { env: { ...process.env, WEATHER: weather }, encoding: 'utf8' },
    );
    expect(status, stderr).toBe(1);
    return readFileSync(file, 'utf8');
  }

  it('are counted, and what passes and fails on the same commit is flaky', async () => {
    const fine = report('fine');
    expect(await monitor.ingestJUnit(fine, { commit: 'c1', source: 'run 1' })).toMatchObject({
      outcome: 'recorded',
      tests: 6,
      passed: 4,
      failed: 1,
      errored: 0,
      skipped: 1,
      failures: [
        {
          name: 'sums > always fails with <tags> & "quotes"',
          suite: 'tests/sums.test.js',
          message: 'broken ]]> <b>&amp;',
        },
      ],
    });
    expect(await monitor.ingestJUnit(fine, { commit: 'c1', source: 'run 1' })).toMatchObject({
      outcome: 'duplicate',
    });
    const foul = report('foul');
    await monitor.ingestJUnit(foul, { commit: 'c2', source: 'run 2' });
    expect(monitor.flaky()).toEqual([]);
    await monitor.ingestJUnit(foul, { commit: 'c1', source: 'run 3' });
    await monitor.ingestJUnit(fine, { commit: 'c1', source: 'run 4' });
    const [flaky, ...others] = monitor.flaky();
    expect(others).toEqual([]);
    expect(flaky).toMatchObject({
      kind: 'test',
      name: 'sums > depends on the weather',
      passes: 2,
      failures: 1,
      failureRate: 1 / 3,
      commits: ['c1'],
      commitsRepeated: 1,
      sources: ['run 1', 'run 3', 'run 4'],
    });
    // 1 in 3 put into Wilson's formula by hand.
    expect(flaky?.interval[0]).toBeCloseTo(0.0615, 4);
    expect(flaky?.interval[1]).toBeCloseTo(0.7923, 4);
  });
});

describe('reports of other tools', () => {
  it('are read with nested suites, errors, times with commas, and attempts before the last', async () => {
    const xml = `<?xml version="1.0"?><testsuite name="outer"><properties/><testsuite name="inner">
      <testcase name="a" classname="A" time="1,234.5"/><testcase name="b"><error type="Boom">at line 3</error></testcase>
      <testcase name="c" classname="A"><flakyFailure message="first time"/></testcase></testsuite>
      <testcase name="d"><skipped/></testcase></testsuite>`;
    expect(await monitor.ingestJUnit(xml, { commit: 'c', source: 's' })).toMatchObject({
      tests: 4,
      passed: 2,
      errored: 1,
      skipped: 1,
      durationMs: 1_234_500,
      failures: [{ name: 'b', suite: 'inner', outcome: 'errored', message: 'at line 3' }],
    });
    expect(monitor.flaky()).toMatchObject([{ name: 'c', suite: 'A', passes: 1, failures: 1 }]);
  });

  const entities = `<!DOCTYPE a [<!ENTITY x0 "ha">${Array.from({ length: 20 }, (_, n) => `<!ENTITY x${n + 1} "&x${n};&x${n};">`).join('')}]>`;
  it.each([
    ['entities that grow without bound', `${entities}<testsuite name="&x20;"/>`],
    [
      'entities that name a file',
      '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><testsuite name="&f;"/>',
    ],
    ['a document type in lower case', '<!doctype a><testsuite/>'],
    ['elements without end', '<testsuite><testcase></testsuite>'],
    ['nesting without end', '<testsuite>'.repeat(5_000) + '</testsuite>'.repeat(5_000)],
    ['a page', '<html><body>not found</body></html>'],
    ['text', 'all tests passed'],
    ['nothing', ''],
  ])('are refused with %s', async (_what, xml) => {
    await expect(monitor.ingestJUnit(xml, { commit: 'c', source: 's' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});

it('finds a check that failed and passed on the same commit', () => {
  const checkRun = (id: number, conclusion: string, commit = 'c1') => ({
    check_run: { id, name: 'lint', head_sha: commit, status: 'completed', conclusion },
    repository: { full_name: 'octo/repo' },
  });
  ingest('check_run', checkRun(1, 'failure'));
  ingest('check_run', checkRun(2, 'success'));
  ingest('check_run', checkRun(3, 'failure', 'c2'));
  expect(monitor.flaky()).toMatchObject([
    { kind: 'check_run', name: 'lint', suite: 'octo/repo', passes: 1, failures: 1, commits: ['c1'] },
  ]);
});

describe('parseWorkflow', () => {
  it('gives jobs and steps, and errors at their lines', async () => {
    const yaml = `name: CI
on:
  push: { branches: [main] }
  schedule: [{ cron: '0 3 * * *' }]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Test
        id: test
        run: npm test
  deploy:
    needs: [build, nothere]
    if: github.ref == 'refs/heads/main'
    runs-on: \${{ matrix.os }}
    steps:
      - run: echo \${{ secrets.( }}
  call:
    uses: octo/repo/.github/workflows/x.yml@main
    unknown: 1
`;
    expect(await monitor.parseWorkflow(yaml, { path: '.github/workflows/ci.yml' })).toEqual({
      source: '.github/workflows/ci.yml',
      name: 'CI',
      events: ['push', 'schedule'],
      jobs: [
        {
          id: 'build',
          name: 'build',
          needs: [],
          if: expect.any(String),
          runsOn: 'ubuntu-latest',
          steps: [
            { uses: 'actions/checkout@v4', if: expect.any(String) },
            { id: 'test', name: 'Test', run: 'npm test', if: expect.any(String) },
          ],
        },
        {
          id: 'deploy',
          name: 'deploy',
          needs: ['build', 'nothere'],
          if: expect.stringContaining("github.ref == 'refs/heads/main'"),
          runsOn: `\${{ matrix.os }}`,
          steps: [{ run: `echo \${{ secrets.( }}`, if: expect.any(String) }],
        },
        {
          id: 'call',
          name: 'call',
          needs: [],
          if: expect.any(String),
          calls: 'octo/repo/.github/workflows/x.yml@main',
          steps: [],
        },
      ],
      errors: [
        { message: "Unexpected symbol: '('", line: 18, column: 19 },
        { message: "Unexpected value 'unknown'", line: 21, column: 5 },
        { message: "Job 'deploy' depends on unknown job 'nothere'.", line: 14, column: 20 },
      ],
    });
  });

  it.each([
    ['no YAML', 'on: [push'],
    ['no mapping', '- a\n- b'],
    ['nothing', ''],
    ['no jobs', 'on: push'],
    ['a job without a machine', 'on: push\njobs:\n  a:\n    steps: []'],
    [
      'a step of both kinds',
      'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: a\n        uses: b/c@v1',
    ],
    [
      'needs in a circle',
      'on: push\njobs:\n  a:\n    needs: b\n    runs-on: x\n    steps: [{run: a}]\n  b:\n    needs: a\n    runs-on: x\n    steps: [{run: a}]',
    ],
  ])('says what is wrong with a file that has %s', async (_what, yaml) => {
    const { errors } = await monitor.parseWorkflow(yaml);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every(({ message }) => message !== '')).toBe(true);
  });

  it('refuses aliases that grow without bound', async () => {
    const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`);
    await expect(monitor.parseWorkflow(`a0: &a0 [x]\n${levels.join('\n')}`)).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});

it('is exercised by its workload', async () => {
  const { round } = await prepareWith(ciMonitorWorkload, { ci_monitor: monitor }, stateDirectory);
  for (let number = 0; number < 3; number += 1) await round(number);
});
