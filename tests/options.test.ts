import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../src/options.js';
import { thrownBy } from './support/thrown-by.js';

describe('defaults', () => {
  test('every option has a value without being given, except hub and seed', () => {
    expect(resolveOptions({}, {})).toEqual({
      workspace: '.',
      database: '.realworld/realworld_testing.db',
      directory: '.realworld',
      durationMinutes: 0.5,
      monitorIntervalSeconds: 5,
      include: ['**/*.realworld.{ts,mts,tsx,js,mjs,jsx}'],
      limits: { cpuPercentMax: 90, memoryPercentMax: 95, diskPercentMax: 98, consecutiveErrorsMax: 5 },
      resultBytesMax: 400,
      sampling: 'full',
      redact: [],
      quiet: false,
      report: true,
    });
  });

  test('one nested limit leaves the others at their defaults', () => {
    expect(resolveOptions({ limits: { cpuPercentMax: 50 } }, {}).limits).toEqual({
      cpuPercentMax: 50,
      memoryPercentMax: 95,
      diskPercentMax: 98,
      consecutiveErrorsMax: 5,
    });
  });

  test('the resolved options cannot be changed', () => {
    expect(Object.isFrozen(resolveOptions({}, {}))).toBe(true);
  });
});

describe('environment variables', () => {
  test.each([
    ['REALWORLD_TESTING_DB', 'other.db', 'database', 'other.db'],
    ['REALWORLD_TESTING_DURATION', '2.5', 'durationMinutes', 2.5],
    ['REALWORLD_TESTING_INTERVAL', '30', 'monitorIntervalSeconds', 30],
    ['REALWORLD_SEED', '4294967295', 'seed', 4_294_967_295],
  ])('%s=%s sets %s over what the configuration says', (variable, text, option, value) => {
    const configured = { database: 'mine.db', durationMinutes: 1, monitorIntervalSeconds: 1, seed: 1 };
    expect(resolveOptions(configured, { [variable]: text })).toMatchObject({
      ...configured,
      [option]: value,
    });
  });

  test('an empty variable is as good as none', () => {
    expect(resolveOptions({ seed: 7 }, { REALWORLD_SEED: '  ' }).seed).toBe(7);
  });

  test('a refusal names the variable and its text', () => {
    const error = thrownBy(() => resolveOptions({}, { REALWORLD_SEED: 'lucky' }));
    expect(error.code).toBe('OPTIONS_INVALID');
    expect(error.message).toContain('Option "seed", set by environment variable REALWORLD_SEED=lucky,');
  });

  test.each([
    ['REALWORLD_TESTING_DURATION', '-1'],
    ['REALWORLD_TESTING_INTERVAL', '0'],
    ['REALWORLD_SEED', '1.5'],
  ])('%s=%s is refused', (variable, text) => {
    const error = thrownBy(() => resolveOptions({}, { [variable]: text }));
    expect(error.code).toBe('OPTIONS_INVALID');
    expect(error.message).toContain(`${variable}=${text}`);
  });
});

describe('refusals', () => {
  test('an unknown option is answered with the nearest known one', () => {
    const error = thrownBy(() => resolveOptions({ databse: 'x.db' }, {}));
    expect(error.code).toBe('OPTIONS_INVALID');
    expect(error.message).toBe('Unknown option "databse" of realWorld(). Did you mean "database"?');
  });

  test('an unknown limit is named by its path and answered with the nearest known limit', () => {
    const error = thrownBy(() => resolveOptions({ limits: { cpuPercentMin: 1 } }, {}));
    expect(error.message).toBe(
      'Unknown option "limits.cpuPercentMin" of realWorld(). Did you mean "cpuPercentMax"?',
    );
  });

  test('a name that resembles none is answered with all of them', () => {
    const error = thrownBy(() => resolveOptions({ qqqqqqqqqqqqqqqqqq: 1 }, {}));
    expect(error.message).toContain('Known options: hub, workspace, database, directory,');
  });

  test('several wrong options are all named', () => {
    const { message } = thrownBy(() =>
      resolveOptions({ durationMinutes: 'long', quite: true, redact: [''] }, {}),
    );
    expect(message).toContain('"durationMinutes"');
    expect(message).toContain('Did you mean "quiet"?');
    expect(message).toContain('"redact.0"');
  });

  test.each([
    [{ hub: '' }, 'hub'],
    [{ workspace: 3 }, 'workspace'],
    [{ durationMinutes: 0 }, 'durationMinutes'],
    [{ durationMinutes: Number.NaN }, 'durationMinutes'],
    [{ monitorIntervalSeconds: 0.01 }, 'monitorIntervalSeconds'],
    [{ include: [] }, 'include'],
    [{ limits: { cpuPercentMax: 101 } }, 'limits.cpuPercentMax'],
    [{ limits: { consecutiveErrorsMax: 0 } }, 'limits.consecutiveErrorsMax'],
    [{ limits: null }, 'limits'],
    [{ seed: -1 }, 'seed'],
    [{ resultBytesMax: 31 }, 'resultBytesMax'],
    [{ quiet: 'yes' }, 'quiet'],
    [{ report: 1 }, 'report'],
  ])('%j is refused by the name %s', (options, name) => {
    const error = thrownBy(() => resolveOptions(options, {}));
    expect(error.code).toBe('OPTIONS_INVALID');
    expect(error.message).toContain(`Option "${name}" of realWorld() is not usable: `);
  });

  test.each([null, 'text', 5, ['workspace']])('%j in the place of the options is refused', (options) => {
    const error = thrownBy(() => resolveOptions(options, {}));
    expect(error.code).toBe('OPTIONS_INVALID');
    expect(error.message).toBe('realWorld(options) takes an object, such as { workspace: "." }.');
  });
});
