import { symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookAgain } from '../support/look-again.js';
import { InnerProject } from './inner-project.js';

const hub = resolve(dirname(fileURLToPath(import.meta.url)), '../../hub');

interface Weakness {
  readonly name: string;
  readonly capability: string;
  readonly issueType: string;
  /** What the description says of the size of the sample. */
  readonly sample: RegExp;
  /** The method that the activity is of which the issue shows as evidence; null where the description lists the effects. */
  readonly evidence: string | null;
  /** The scenario that exercises the capability, as the hub's suites do. */
  readonly scenario: string;
  /** Body of a function that is given `it`, the real capability, and weakens it. */
  readonly weaken: string;
}

const weaknesses: readonly Weakness[] = [
  {
    name: 'slow',
    capability: 'code_library',
    issueType: 'slow',
    sample: /^find takes 2\.\ds on average, .* \(3 calls\)\.$/,
    evidence: 'find',
    weaken: `
      const find = it.find.bind(it);
      it.find = async (...given) => {
        await new Promise((settle) => setTimeout(settle, 2_050));
        return await find(...given);
      };`,
    scenario: `
      realWorld.scenario('works under load', { kind: 'load' }, async ({ hub, load, seed, signal, scratchDirectory }) => {
        const context = { hub, root: scratchDirectory, scratchDirectory, seed, signal };
        const { round } = await codeLibraryWorkload.prepare(context);
        const { failures } = await load.closed({ users: 1, iterations: 3, iterate: (iteration) => round(iteration) });
        expect(failures).toEqual([]);
      });`,
  },
  {
    name: 'leaky',
    capability: 'persistent_memory',
    issueType: 'leak',
    sample: /600 calls/,
    evidence: null,
    weaken: `
      const kept = [];
      const recall = it.recall.bind(it);
      it.recall = (...given) => {
        kept.push(Array.from({ length: 2_048 }, (_, index) => index + kept.length + 0.5));
        return recall(...given);
      };`,
    scenario: `
      realWorld.scenario('is watched for leaks', { kind: 'monitoring' }, async ({ hub, monitoring }) => {
        hub.persistent_memory.remember({ text: 'The door is blue', kind: 'note', source: 'scenario' });
        const call = () => hub.persistent_memory.recall('door');
        for (let warming = 0; warming < 100; warming++) call();
        await monitoring.watchForLeaks({
          name: 'recall', capability: 'persistent_memory', samples: 30, callsPerSample: 20, bytesPerCallMin: 4_096, call,
        });
      });`,
  },
  {
    name: 'wrong',
    capability: 'security_scanner',
    issueType: 'poor_accuracy',
    sample: /^accuracy is 50\.0% \(95 % interval .*, 60 cases\)\.$/,
    evidence: 'scanCode',
    weaken: `
      const scanCode = it.scanCode.bind(it);
      it.scanCode = (...given) => ({ ...scanCode(...given), findings: [] });`,
    scenario: `
      realWorld.scenario('tells holes from none', { kind: 'learning' }, async ({ hub, learning }) => {
        const cases = Array.from({ length: 60 }, (_, index) => ({
          positive: index % 2 === 0,
          subject: (index % 2 === 0 ? vulnerableSource : harmlessSource)('Case' + index),
        }));
        await learning.evaluate('security_scanner', cases, (code) =>
          hub.security_scanner.scanCode(code, { path: 'case.js' }).findings.some(({ cwe }) => cwe === 'CWE-78'));
      });`,
  },
  {
    name: 'careless tasks',
    capability: 'background_tasks',
    issueType: 'effect_applied_twice',
    sample: /^"parcels": 10 of 10 effects were applied more than once: parcel 0 \(2 times\), /,
    evidence: null,
    weaken: `
      const handle = it.handle.bind(it);
      it.handle = (type, work) => handle(type, async (...given) => {
        await work(...given);
        return await work(...given);
      });`,
    scenario: `
      realWorld.scenario('ships each parcel once', { kind: 'recovery' }, async ({ hub, recovery }) => {
        const applied = [];
        const expected = Array.from({ length: 10 }, (_, index) => 'parcel ' + index);
        hub.background_tasks.handle('ship', (payload) => { applied.push(String(payload)); return null; });
        for (const parcel of expected) hub.background_tasks.enqueue('ship', parcel);
        await hub.background_tasks.drain();
        recovery.checkLedger({ name: 'parcels', capability: 'background_tasks', expected, applied });
      });`,
  },
  {
    name: 'forgetful recovery',
    capability: 'error_recovery',
    issueType: 'effect_applied_twice',
    sample:
      /^"payments": 2 of 4 effects were applied more than once: pay 0 \(2 times\), pay 1 \(2 times\)\.$/,
    evidence: null,
    weaken: `
      it.resume = (id, steps, options) => it.run(id + ' from the beginning', steps, options);`,
    scenario: `
      realWorld.scenario('pays each bill once', { kind: 'recovery' }, async ({ hub, recovery }) => {
        const applied = [];
        const expected = ['pay 0', 'pay 1', 'pay 2', 'pay 3'];
        let closed = true;
        const steps = expected.map((name, index) => ({
          name,
          run: () => {
            if (index === 2 && closed) throw new Error('the bank is closed');
            applied.push(name);
            return null;
          },
        }));
        const first = await recovery.underFault('bank_closed', () => hub.error_recovery.run('bills', steps));
        expect(first.outcome).toBe('failed');
        closed = false;
        const resumed = await hub.error_recovery.resume('bills', steps);
        expect(resumed.outcome).toBe('completed');
        recovery.checkLedger({ name: 'payments', capability: 'error_recovery', expected, applied });
      });`,
  },
];

const fileOf = ({ name }: Weakness): string => `${name.replaceAll(' ', '-')}.realworld.ts`;

/** The hub as it is published, with each capability behind a switch. */
const weakenedHub = `
  import { defineHub } from 'vitest-realworld';
  import hub from 'vitest-realworld-hub';
  const weaknesses = {
    ${weaknesses.map(({ name, capability, weaken }) => `${JSON.stringify(name)}: ['${capability}', (it) => {${weaken}}],`).join('\n')}
  };
  const switched = weaknesses[process.env.PLANTED_WEAKNESS];
  const capabilities = { ...hub.capabilities };
  if (switched !== undefined) {
    const [name, weaken] = switched;
    const real = capabilities[name];
    capabilities[name] = { ...real, create: (context) => { const it = real.create(context); weaken(it); return it; } };
  }
  export default defineHub({ capabilities });`;

const scenarioHead = `
  import { expect } from 'vitest';
  import { realWorldTest as realWorld } from 'vitest-realworld';
  import { codeLibraryWorkload } from ${JSON.stringify(join(hub, 'scenarios/workloads/code_library.ts'))};
  import { harmlessSource, vulnerableSource } from ${JSON.stringify(join(hub, 'scenarios/support/workspace-editor.ts'))};`;

interface FoundIssue {
  readonly description: string;
  readonly evidence: string | null;
}

describe('a capability of the hub that is weak on purpose', lookAgain, () => {
  let project: InnerProject;

  beforeAll(() => {
    project = new InnerProject({
      'vitest.config.mjs': `
        import { realWorld } from 'vitest-realworld/plugin';
        export default {
          plugins: [realWorld({ hub: './hub.mjs', seed: 7, durationMinutes: 0.05, limits: { cpuPercentMax: 100 } })],
          test: { server: { deps: { external: [/\\/hub\\/dist\\//] } } },
        };`,
      'hub.mjs': weakenedHub,
      ...Object.fromEntries(
        weaknesses.map((weakness) => [fileOf(weakness), `${scenarioHead}\n${weakness.scenario}`]),
      ),
    });
    symlinkSync(hub, project.path('node_modules/vitest-realworld-hub'));
  });
  afterAll(() => project[Symbol.dispose]());

  /** Issues of the latest session of a weakness's type and capability. */
  function findIssues({ capability, issueType }: Weakness): readonly FoundIssue[] {
    return project.query<FoundIssue>(
      `SELECT description, evidence_activity_id AS evidence FROM issues WHERE capability = ? AND issue_type = ?
        AND session_id = (SELECT session_id FROM test_sessions ORDER BY start_time DESC LIMIT 1)`,
      capability,
      issueType,
    );
  }

  test('none is reported while all switches are off', async () => {
    const run = await project.runCommand(['run']);
    expect(run.exitCode, run.output).toBe(0);
    const passed = project.query(
      `SELECT 1 FROM scenarios WHERE outcome = 'passed'
        AND session_id = (SELECT session_id FROM test_sessions ORDER BY start_time DESC LIMIT 1)`,
    );
    expect(passed).toHaveLength(weaknesses.length);
    for (const weakness of weaknesses)
      expect([weakness.name, findIssues(weakness)]).toEqual([weakness.name, []]);
  });

  test.each(weaknesses)('$name: $capability is named with $issueType and its evidence', async (weakness) => {
    const { name, capability, issueType, sample, evidence } = weakness;
    const run = await project.runCommand(['run', fileOf(weakness)], { PLANTED_WEAKNESS: name });
    expect(run.exitCode, run.output).toBe(0);
    const issues = findIssues(weakness);
    expect(issues).toHaveLength(1);
    const [issue] = issues;
    expect(issue?.description).toMatch(sample);
    expect(run.stdout).toMatch(new RegExp(`^\\d+\\. \\[(CRITICAL|HIGH|MEDIUM)\\] ${capability}$`, 'm'));
    // No other capability is blamed for it.
    const blamed = project.query<{ capability: string }>(
      `SELECT capability FROM issues WHERE issue_type = ?
        AND session_id = (SELECT session_id FROM test_sessions ORDER BY start_time DESC LIMIT 1)`,
      issueType,
    );
    expect(blamed).toEqual([{ capability }]);
    if (evidence === null) return;
    expect(
      project.query(
        'SELECT capability, activity_type AS method FROM activities WHERE activity_id = ?',
        issue?.evidence,
      ),
    ).toMatchObject([{ capability, method: evidence }]);
  });
});
