import { describe, expect, test } from 'vitest';
import { instrumentCapability } from '../../src/capability/instrument.js';
import { RecoveryEngine, type RecoveryTrial } from '../../src/scenario/recovery.js';
import { engineRig } from '../support/engine-rig.js';
import { rejectionOf } from '../support/thrown-by.js';

/** A trial that goes well, and the order in which its parts ran. */
function sampleTrial(given: Partial<RecoveryTrial<unknown>> = {}) {
  const events: string[] = [];
  const trial: RecoveryTrial<unknown> = {
    fault: 'disk_full',
    inject: () => void events.push('inject'),
    attempt: () => {
      events.push('attempt');
      throw new Error('no space');
    },
    detected: ({ thrown }) => {
      events.push('detected');
      return thrown instanceof Error;
    },
    restore: () => void events.push('restore'),
    recover: () => void events.push('recover'),
    verify: () => {
      events.push('verify');
      return true;
    },
    ...given,
  };
  return { events, trial };
}

describe('a trial', () => {
  test('goes from injection to verification and times the recovery', async () => {
    const { clock, context, rig, metricValues } = engineRig();
    const { events, trial } = sampleTrial({
      restore: () => {
        events.push('restore');
        clock.advance(500);
      },
      recover: () => clock.advance(30),
      verify: () => {
        clock.advance(4);
        return true;
      },
    });
    const result = await new RecoveryEngine(context).trial(trial);
    expect(events).toEqual(['inject', 'attempt', 'detected', 'restore']);
    expect(result).toMatchObject({
      fault: 'disk_full',
      detected: true,
      recovered: true,
      timeToRecoverMs: 34,
      failure: null,
    });
    expect(metricValues()).toEqual([
      ['error_detected', 1],
      ['recovered', 1],
      ['time_to_recover', 34],
    ]);
    expect(rig.metrics[0]?.context).toEqual({ fault: 'disk_full' });
  });

  test('marks the activities of the attempt with the fault, and no others', async () => {
    const { context, rig } = engineRig();
    const capability = instrumentCapability('first', { write: (_when: string) => 1 }, rig.scenario);
    const { trial } = sampleTrial({
      inject: () => void capability.write('before'),
      attempt: () => capability.write('during'),
      restore: () => void capability.write('after'),
    });
    await new RecoveryEngine(context).trial(trial);
    expect(rig.activities.map(({ fault }) => fault)).toEqual([null, 'disk_full', null]);
  });

  test('asks about a value as well as about a throw', async () => {
    const { context } = engineRig();
    const answers: unknown[] = [];
    const detected = (answer: unknown) => {
      answers.push(answer);
      return false;
    };
    const failure = new Error('x');
    const engine = new RecoveryEngine(context);
    await engine.trial(sampleTrial({ detected, attempt: async () => 'stale' }).trial);
    await engine.trial(sampleTrial({ detected, attempt: () => Promise.reject(failure) }).trial);
    expect(answers).toEqual([{ value: 'stale' }, { thrown: failure }]);
  });

  test('does not take what the question throws for an answer of the system', async () => {
    const { context } = engineRig();
    const mistake = new TypeError('value is undefined');
    const { events, trial } = sampleTrial({
      attempt: () => undefined,
      detected: ({ thrown }) => {
        if (thrown !== undefined) return true;
        throw mistake;
      },
    });
    await expect(new RecoveryEngine(context).trial(trial)).rejects.toBe(mistake);
    expect(events).toContain('restore');
  });

  test('takes the cause away even when the injection fails', async () => {
    const { context } = engineRig();
    const failure = new Error('half injected');
    const { events, trial } = sampleTrial({ inject: () => Promise.reject(failure) });
    await expect(new RecoveryEngine(context).trial(trial)).rejects.toBe(failure);
    expect(events).toEqual(['restore']);
    expect(context.recorder.fault).toBeNull();
  });

  test('without recovery has no time, and tells what recover or verify threw', async () => {
    const { context, metricValues } = engineRig();
    const failure = new Error('still broken');
    const engine = new RecoveryEngine(context);
    expect(await engine.trial(sampleTrial({ verify: () => false }).trial)).toMatchObject({
      recovered: false,
      timeToRecoverMs: null,
      failure: null,
    });
    expect(await engine.trial(sampleTrial({ verify: () => Promise.reject(failure) }).trial)).toMatchObject({
      recovered: false,
      failure,
    });
    expect(await engine.trial(sampleTrial({ recover: () => Promise.reject(failure) }).trial)).toMatchObject({
      recovered: false,
      failure,
    });
    expect(metricValues().filter(([name]) => name === 'time_to_recover')).toEqual([]);
  });
});

describe('a fault', () => {
  test('within a fault gives way to the outer one again', async () => {
    const { context } = engineRig();
    const engine = new RecoveryEngine(context);
    const seen: (string | null)[] = [];
    await engine.underFault('outer', async () => {
      await engine.underFault('inner', () => seen.push(context.recorder.fault));
      seen.push(context.recorder.fault);
    });
    seen.push(context.recorder.fault);
    expect(seen).toEqual(['inner', 'outer', null]);
  });

  test('ends when the work under it throws', async () => {
    const { context } = engineRig();
    const failure = new Error('x');
    await expect(new RecoveryEngine(context).underFault('f', () => Promise.reject(failure))).rejects.toBe(
      failure,
    );
    expect(context.recorder.fault).toBeNull();
  });

  test('needs a name', async () => {
    const { context } = engineRig();
    const error = await rejectionOf(new RecoveryEngine(context).underFault(' ', () => 1));
    expect(error.code).toBe('ENGINE_INVALID');
    expect(error.message).toBe('A fault needs a name, such as "file_vanished".');
  });
});

describe('the summary', () => {
  test('counts the trials and keeps their rates', async () => {
    const { clock, context, metricValues } = engineRig();
    const engine = new RecoveryEngine(context);
    const recovering = (ms: number) => ({ recover: () => clock.advance(ms) });
    await engine.trial(sampleTrial(recovering(10)).trial);
    await engine.trial(sampleTrial({ ...recovering(30), detected: () => false }).trial);
    await engine.trial(sampleTrial({ verify: () => false }).trial);
    await engine.trial(sampleTrial({ verify: () => false, detected: () => false }).trial);
    expect(engine.summarize()).toMatchObject({
      trials: 4,
      detected: 2,
      recovered: 2,
      meanTimeToRecoverMs: 20,
    });
    expect(metricValues().slice(-2)).toEqual([
      ['error_detection_rate', 0.5],
      ['recovery_success_rate', 0.5],
    ]);
  });

  test('of no trial has no rate', () => {
    const { context, metricValues } = engineRig();
    expect(new RecoveryEngine(context).summarize()).toMatchObject({
      trials: 0,
      detected: 0,
      recovered: 0,
      meanTimeToRecoverMs: null,
    });
    expect(metricValues()).toEqual([]);
  });
});
