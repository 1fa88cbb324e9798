import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RecoveryEngine } from '../../src/scenario/recovery.js';
import { engineRig } from '../support/engine-rig.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function recoveryRig() {
  const rig = engineRig();
  return { ...rig, engine: new RecoveryEngine(rig.context) };
}

describe('a ledger', () => {
  test('with every effect once is exactly once', () => {
    const { engine, rig, metricValues } = recoveryRig();
    const result = engine.checkLedger({ name: 'orders', expected: ['a', 'b'], applied: ['b', 'a'] });
    expect(result).toMatchObject({ verdict: 'exactly_once', effectsExpected: 2, lost: [], appliedTwice: [] });
    expect(rig.issues).toEqual([]);
    expect(metricValues()).toEqual([
      ['effects_applied_twice', 0],
      ['effects_lost', 0],
    ]);
  });

  test('names what is missing and what was applied twice, as critical issues', () => {
    const { engine, rig } = recoveryRig();
    const expected = Array.from({ length: 9 }, (_, index) => `order ${index}`);
    const result = engine.checkLedger({
      name: 'orders',
      capability: 'shop',
      expected,
      applied: ['order 0', 'order 0', 'order 0', 'stranger'],
    });
    expect(result).toMatchObject({
      verdict: 'not_exactly_once',
      appliedTwice: [{ id: 'order 0', times: 3 }],
      foreign: ['stranger'],
    });
    expect(
      rig.issues.map(({ severity, issueType, capability, description }) => ({
        severity,
        issueType,
        capability,
        description,
      })),
    ).toEqual([
      {
        severity: 'critical',
        issueType: 'effect_applied_twice',
        capability: 'shop',
        description: '"orders": 1 of 9 effects were applied more than once: order 0 (3 times).',
      },
      {
        severity: 'critical',
        issueType: 'lost_data',
        capability: 'shop',
        description:
          '"orders": 8 of 9 effects are missing: order 1, order 2, order 3, order 4, order 5 and 3 more.',
      },
    ]);
  });

  test('that expects nothing shows nothing', () => {
    const { engine, rig } = recoveryRig();
    expect(engine.checkLedger({ name: 'orders', expected: [], applied: [] }).verdict).toBe('inconclusive');
    expect(rig.issues).toMatchObject([{ issueType: 'insufficient_data', severity: 'info' }]);
  });
});

/** Steps that add a line to a ledger; the note that a step is done comes before or after its effect, or with it. */
const program = `
  const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
  const [folder, dieAt, order] = process.argv.slice(1);
  const ledger = folder + '/ledger';
  const note = folder + '/note';
  const done = existsSync(note) ? Number(readFileSync(note, 'utf8')) : 0;
  for (let step = done; step < 3; step++) {
    const effect = () => appendFileSync(ledger, 'step ' + step + '\\n');
    const keep = () => writeFileSync(note, String(step + 1));
    const applied = existsSync(ledger) && readFileSync(ledger, 'utf8').includes('step ' + step + '\\n');
    if (order === 'safe') { if (!applied) effect(); }
    else effect();
    if (dieAt === 'step ' + step) process.kill(process.pid, 'SIGKILL');
    keep();
  }`;

/** Kills a process at each of its steps, and starts it again. */
async function killedAtEveryStep(order: 'safe' | 'careless') {
  const { engine, rig } = recoveryRig();
  const root = temporaryDirectory();
  const folderOf = (checkpoint: string): string => {
    const folder = join(root, checkpoint.replace(' ', '-'));
    if (!existsSync(folder)) execFileSync('mkdir', [folder]);
    return folder;
  };
  const start = (checkpoint: string, dieAt: string): void =>
    void execFileSync(process.execPath, ['-e', program, folderOf(checkpoint), dieAt, order], {
      stdio: 'pipe',
    });
  const result = await engine.checkpoints({
    name: 'three steps',
    checkpoints: ['step 0', 'step 1', 'step 2'],
    interrupt: (checkpoint) => expect(() => start(checkpoint, checkpoint)).toThrow(),
    resume: (checkpoint) => {
      start(checkpoint, 'never');
      return { redoneSteps: 1 };
    },
    expected: () => ['step 0', 'step 1', 'step 2'],
    applied: (checkpoint) =>
      readFileSync(join(folderOf(checkpoint), 'ledger'), 'utf8')
        .trim()
        .split('\n'),
  });
  return { result, rig };
}

describe('a run that is killed at every checkpoint', () => {
  test('is exactly once where its effects are safe to repeat', async () => {
    const { result, rig } = await killedAtEveryStep('safe');
    expect(result).toMatchObject({
      verdict: 'exactly_once',
      checkpoints: 3,
      resumed: 3,
      effectsExpected: 9,
      workLostSteps: 3,
      failures: [],
    });
    expect(rig.issues).toEqual([]);
  });

  test('is caught where they are not', async () => {
    const { result, rig } = await killedAtEveryStep('careless');
    expect(result).toMatchObject({
      verdict: 'not_exactly_once',
      appliedTwice: [
        { id: 'step 0: step 0', times: 2 },
        { id: 'step 1: step 1', times: 2 },
        { id: 'step 2: step 2', times: 2 },
      ],
    });
    expect(rig.issues).toMatchObject([{ issueType: 'effect_applied_twice', severity: 'critical' }]);
  });

  test('that cannot be taken up again is counted, with what went wrong', async () => {
    const { engine } = recoveryRig();
    const result = await engine.checkpoints({
      name: 'one step',
      checkpoints: ['first', 'second'],
      interrupt: () => {},
      resume: (checkpoint) => {
        if (checkpoint === 'second') throw new Error('locked');
      },
      expected: () => ['effect'],
      applied: (checkpoint) => (checkpoint === 'second' ? [] : ['effect']),
    });
    expect(result).toMatchObject({ resumed: 1, lost: ['second: effect'], verdict: 'not_exactly_once' });
    expect(result.failures.map(({ checkpoint }) => checkpoint)).toEqual(['second']);
  });
});

describe('a trial', () => {
  const healthy = { inject: () => {}, attempt: () => 'answer', restore: () => {} };

  test('that does not recover is an issue: high when it was noticed, critical when it was not', async () => {
    for (const [detected, severity] of [
      [true, 'high'],
      [false, 'critical'],
    ] as const) {
      const { engine, rig } = recoveryRig();
      const result = await engine.trial({
        ...healthy,
        fault: 'disk_full',
        capability: 'shop',
        repeat: 3,
        detected: () => detected,
        verify: () => {
          throw new Error('still locked');
        },
      });
      expect(result).toMatchObject({ recovered: false, detected });
      expect(rig.issues).toMatchObject([
        {
          issueType: 'failed_recovery',
          severity,
          capability: 'shop',
          reproducible: true,
          description:
            'After the fault "disk_full" was gone the system did not work again in 3 of 3 trials: still locked.',
        },
      ]);
    }
  });

  test('that recovers without having noticed anything is told as well', async () => {
    const { engine, rig } = recoveryRig();
    await engine.trial({ ...healthy, fault: 'stale_cache', detected: () => false, verify: () => true });
    expect(rig.issues).toMatchObject([{ issueType: 'undetected_fault', severity: 'medium' }]);
  });

  test('waits for a system that needs a while, and counts the steps that were lost', async () => {
    const { engine, clock } = recoveryRig();
    let asked = 0;
    const result = await engine.trial({
      ...healthy,
      fault: 'restart',
      detected: () => true,
      recoverWithinMs: 1_000,
      pollMs: 1,
      verify: () => {
        clock.advance(100);
        return ++asked === 4;
      },
      workLost: () => 7,
    });
    expect(result).toMatchObject({ recovered: true, timeToRecoverMs: 400, workLostSteps: 7 });
    const { all, byFault } = engine.summarize();
    expect(all).toMatchObject({ trials: 1, recovered: 1, medianTimeToRecoverMs: 400, workLostSteps: 7 });
    expect(byFault.restart?.recoveryInterval?.high).toBe(1);
    expect(byFault.restart?.p95TimeToRecover).toMatchObject({ countNeeded: 72 });
  });
});
