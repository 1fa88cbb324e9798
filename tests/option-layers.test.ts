import { describe, expect, test } from 'vitest';
import { sourceOf } from '../src/option-layers.js';
import { flagsVariable, settleOptions } from '../src/options.js';
import { thrownBy } from './support/thrown-by.js';

const path = '/project/realworld.config.json';

function fileOf(options: object) {
  return { path, options, dependencies: [] };
}

describe('options from several places', () => {
  const layers = {
    file: fileOf({
      database: 'file.db',
      durationMinutes: 1,
      monitorIntervalSeconds: 1,
      seed: 1,
      limits: { cpuPercentMax: 51, memoryPercentMax: 52 },
    }),
    plugin: { durationMinutes: 2, monitorIntervalSeconds: 2, seed: 2, limits: { memoryPercentMax: 53 } },
    environment: { REALWORLD_TESTING_INTERVAL: '3', REALWORLD_SEED: '3' },
    flags: [{ option: 'seed', value: 4, flag: '--seed 4' }],
  };

  test('flags win over the environment, that over the plugin, that over the file, and that over defaults', () => {
    const { options, sources } = settleOptions(layers);
    expect(options).toMatchObject({
      database: 'file.db',
      durationMinutes: 2,
      monitorIntervalSeconds: 3,
      seed: 4,
      workspace: '.',
      limits: { cpuPercentMax: 51, memoryPercentMax: 53, diskPercentMax: 98 },
    });
    expect(sourceOf(sources, 'database')).toEqual({ from: 'file', path });
    expect(sourceOf(sources, 'durationMinutes')).toEqual({ from: 'plugin' });
    expect(sourceOf(sources, 'monitorIntervalSeconds')).toMatchObject({
      from: 'environment',
      variable: 'REALWORLD_TESTING_INTERVAL',
    });
    expect(sourceOf(sources, 'seed')).toEqual({ from: 'flag', flag: '--seed 4' });
    expect(sourceOf(sources, 'limits.cpuPercentMax')).toEqual({ from: 'file', path });
    expect(sourceOf(sources, 'limits.diskPercentMax')).toEqual({ from: 'default' });
  });

  test('a run takes the flags of the command that started it from its environment', () => {
    const environment = {
      REALWORLD_TESTING_DURATION: '5',
      [flagsVariable]: JSON.stringify([{ option: 'durationMinutes', value: 7, flag: '--duration 7' }]),
    };
    const { options, sources } = settleOptions({ environment });
    expect(options.durationMinutes).toBe(7);
    expect(sourceOf(sources, 'durationMinutes')).toEqual({ from: 'flag', flag: '--duration 7' });
  });

  test('a gate that is a word in one place and limits in another is both', () => {
    const { options } = settleOptions({
      file: fileOf({ gate: { scoreMin: 90, capabilities: { a: { p95Ms: 5 } } } }),
      plugin: { gate: { capabilities: { a: { p99Ms: 9 }, b: { errors: 0 } } } },
      environment: {},
      flags: [{ option: 'gate.mode', value: 'fail', flag: '--gate' }],
    });
    expect(options.gate).toMatchObject({
      mode: 'fail',
      scoreMin: 90,
      capabilities: { a: { p95Ms: 5, p99Ms: 9 }, b: { errors: 0 } },
    });
  });

  test('a list takes the place of the list before it', () => {
    const { options } = settleOptions({
      file: fileOf({ redact: ['a', 'b'], retention: {} }),
      plugin: { redact: ['c'] },
      environment: {},
    });
    expect(options.redact).toEqual(['c']);
    expect(options.retention).toEqual({ callsMax: 10_000, sampleShare: 0.01 });
  });

  test.each([
    [{ durationMinuts: 1 }, `Unknown option "durationMinuts" in ${path}. Did you mean "durationMinutes"?`],
    [{ db_path: 'x' }, `Unknown option "db_path" in ${path}. Did you mean "database"?`],
    [{ resource_limits: {} }, `Unknown option "resource_limits" in ${path}. Did you mean "limits"?`],
    [{ limits: { cpu_percent_max: 80 } }, `in ${path}. Did you mean "cpuPercentMax"?`],
    [{ durationMinutes: -1 }, `Option "durationMinutes" in ${path} is not usable`],
    [JSON.parse('{ "__proto__": { "seed": 1 } }'), `Unknown option "__proto__" in ${path}`],
  ])('%j in the file is refused with its name', (options, sentence) => {
    const thrown = thrownBy(() => settleOptions({ file: fileOf(options as object), environment: {} }));
    expect(thrown.message).toContain(sentence);
  });

  test('a value of a flag that is not usable is told with the flag', () => {
    const flags = [{ option: 'durationMinutes', value: -1, flag: '--duration -1' }];
    expect(thrownBy(() => settleOptions({ environment: {}, flags })).message).toMatch(
      /^Option "durationMinutes", set by --duration -1, is not usable: /,
    );
  });
});
