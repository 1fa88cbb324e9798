import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { CapabilityError } from 'vitest-realworld-hub';
import { createSteps } from './support/recovery-steps.mjs';

const killedRun = fileURLToPath(new URL('./support/killed-run.mjs', import.meta.url));

/** Whether a capability refused with one of its typed errors, and not with an accident. */
function isTyped(answer: { readonly thrown?: unknown }, ...codes: readonly string[]): boolean {
  return answer.thrown instanceof CapabilityError && codes.includes(answer.thrown.code);
}

realWorld.scenario(
  'notices faults and works again when they are gone',
  { kind: 'recovery' },
  async ({ hub, recovery, scratchDirectory, stateDirectory }) => {
    const root = join(scratchDirectory, 'code');
    const source = join(root, 'greet.js');
    const text = "export function greet(name) {\n  return 'Hello ' + name;\n}\n";
    const writeWorkspace = (): void => {
      mkdirSync(root, { recursive: true });
      writeFileSync(source, text);
    };
    writeWorkspace();
    await hub.code_search.index(root);

    await recovery.trial({
      fault: 'workspace_vanished',
      inject: () => rmSync(root, { recursive: true }),
      attempt: () => hub.code_search.index(root),
      detected: (answer) => isTyped(answer, 'NOT_FOUND'),
      restore: writeWorkspace,
      recover: async () => {
        await hub.code_search.index(root);
      },
      verify: () => hub.code_search.search('greet')[0]?.name === 'greet',
    });

    await recovery.trial({
      fault: 'file_vanished',
      inject: () => rmSync(source),
      attempt: () => hub.security_scanner.scanFiles(root, ['greet.js']),
      detected: ({ value, thrown }) =>
        thrown instanceof CapabilityError || value?.skipped.some(({ path }) => path === 'greet.js') === true,
      restore: writeWorkspace,
      verify: async () => (await hub.security_scanner.scanFiles(root, ['greet.js'])).files === 1,
    });

    await recovery.trial({
      fault: 'syntax_error',
      inject: () => writeFileSync(source, 'export function greet( {'),
      attempt: () => hub.security_scanner.scanCode(readFileSync(source, 'utf8'), { path: 'greet.js' }),
      detected: (answer) => isTyped(answer, 'BAD_INPUT'),
      restore: writeWorkspace,
      verify: () =>
        hub.security_scanner.scanCode(readFileSync(source, 'utf8'), { path: 'greet.js' }).findings.length ===
        0,
    });

    await recovery.trial({
      fault: 'file_corrupt',
      inject: () => writeFileSync(source, Buffer.from([0x00, 0xff, 0xfe, 0x00, 0x9d])),
      attempt: () => hub.code_search.index(root),
      detected: ({ value }) => value?.skipped.some(({ path }) => path === 'greet.js') === true,
      restore: writeWorkspace,
      recover: async () => {
        await hub.code_search.update(['greet.js']);
      },
      verify: () => hub.code_search.search('greet')[0]?.name === 'greet',
    });

    let blocker: Database.Database | null = null;
    await recovery.trial({
      fault: 'database_locked',
      inject: () => {
        blocker = new Database(join(stateDirectory, 'hub.db'));
        blocker.exec('BEGIN IMMEDIATE');
      },
      attempt: () => hub.persistent_memory.remember({ text: 'written while another process holds the lock' }),
      detected: (answer) => isTyped(answer, 'STATE_LOCKED'),
      restore: () => {
        blocker?.exec('ROLLBACK');
        blocker?.close();
      },
      verify: () => hub.persistent_memory.remember({ text: 'written after the lock was gone' }).id > 0,
    });

    const readOnly = join(scratchDirectory, 'not-a-repository');
    await recovery.trial({
      fault: 'repository_missing',
      inject: () => {
        mkdirSync(readOnly);
        chmodSync(readOnly, 0o755);
      },
      attempt: () => hub.git_intelligence.hotspots(readOnly),
      detected: (answer) => isTyped(answer, 'NOT_A_REPOSITORY'),
      restore: async () => {
        const git = spawn('git', ['init', '--quiet'], { cwd: readOnly, stdio: 'ignore' });
        await once(git, 'exit');
      },
      verify: async () => (await hub.git_intelligence.hotspots(readOnly)).length === 0,
    });

    const summary = recovery.summarize();
    expect(summary).toMatchObject({ trials: 6, detected: 6, recovered: 6 });
  },
);

realWorld.scenario(
  'resumes a run that was killed, each effect exactly once',
  { kind: 'recovery' },
  async ({ hub, record, stateDirectory, signal }) => {
    const stepCount = 5;
    let redone = 0;
    for (let dyingStep = 0; dyingStep < stepCount; dyingStep++) {
      const id = `killed in step ${dyingStep}`;
      const child = spawn(
        process.execPath,
        [killedRun, stateDirectory, id, String(stepCount), String(dyingStep)],
        {
          stdio: ['ignore', 'ignore', 'inherit'],
          signal,
        },
      );
      const [, killedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      expect(killedBy).toBe('SIGKILL');

      const incomplete = hub.error_recovery.incomplete().find((run) => run.id === id);
      expect(incomplete).toMatchObject({ completedSteps: dyingStep, alive: false });
      expect(hub.error_recovery.checkpoints(id)).toHaveLength(dyingStep);

      const resumed = await hub.error_recovery.resume(id, createSteps(stepCount));
      expect(resumed).toMatchObject({
        outcome: 'completed',
        completedSteps: stepCount,
        resumedFrom: dyingStep,
      });
      redone += resumed.redoneSteps;
      expect(hub.error_recovery.checkpoints(id)).toHaveLength(stepCount);
    }
    const ledger = new Database(join(stateDirectory, 'hub.db'), { readonly: true });
    const effects = ledger
      .prepare('SELECT run, step, count(*) AS times FROM scenario_ledger GROUP BY run, step')
      .all() as {
      times: number;
    }[];
    ledger.close();
    expect(effects).toHaveLength(stepCount * stepCount);
    const twice = effects.filter(({ times }) => times > 1).length;
    expect(twice).toBe(0);
    record.metric('effects_applied_twice', twice, 'count', { capability: 'error_recovery' });
    record.metric('work_lost', redone, 'steps', { capability: 'error_recovery' });
    record.metric('checkpoint_effectiveness', 1 - redone / (stepCount * stepCount), 'share', {
      capability: 'error_recovery',
    });
  },
);

realWorld.scenario(
  'learns from an error and knows it when it comes back',
  { kind: 'recovery' },
  async ({ hub, recovery, record, scratchDirectory }) => {
    const missing = join(scratchDirectory, 'settings.json');
    const steps = [
      { name: 'prepare', run: () => 'prepared' },
      { name: 'read settings', run: () => readFileSync(missing, 'utf8') },
    ];
    const first = await recovery.underFault('settings_missing', () =>
      hub.error_recovery.run('first run', steps),
    );
    expect(first.outcome).toBe('failed');
    if (first.outcome !== 'failed') return;
    writeFileSync(missing, '{}');
    const resumed = await hub.error_recovery.resume('first run', steps, {
      remedy: 'write the settings file',
    });
    expect(resumed.outcome).toBe('completed');

    const known = hub.error_recovery.recurrences(first.error);
    expect(known).toMatchObject({ recovered: 1 });
    expect(known.recoveries[0]).toMatchObject({ remedy: 'write the settings file' });
    record.metric('error_learning_accuracy', known.recoveries.length > 0 ? 1 : 0, 'share', {
      capability: 'error_recovery',
    });
  },
);
