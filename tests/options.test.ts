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
      verbose: false,
      report: true,
      html: true,
      gate: {
        mode: 'report',
        scoreMin: 70,
        criticalIssuesMax: 0,
        successRate: 0.8,
        meanMs: 5_000,
        minSamples: 20,
        capabilities: {},
      },
      alerts: {},
      scoreWeights: { success: 0.7, response: 0.2, resources: 0.1 },
    });
  });

  test('a gate is set to fail with a word, by the configuration or the environment', () => {
    expect(resolveOptions({ gate: 'fail' }, {}).gate).toMatchObject({ mode: 'fail', scoreMin: 70 });
    expect(resolveOptions({ gate: { scoreMin: 90 } }, { REALWORLD_GATE: 'fail' }).gate).toMatchObject({
      mode: 'fail',
      scoreMin: 90,
    });
    expect(resolveOptions({ gate: 'fail' }, { REALWORLD_GATE: 'report' }).gate.mode).toBe('report');
  });

  test.each([
    [{ gate: { scoreMni: 80 } }, 'Unknown option "gate.scoreMni" of realWorld(). Did you mean "scoreMin"?'],
    [
      { gate: { capabilities: { search: { p95ms: 5 } } } },
      'Unknown option "gate.capabilities.search.p95ms" of realWorld(). Did you mean "p95Ms"?',
    ],
    [{ gate: { successRate: 80 } }, 'Option "gate.successRate" of realWorld() is not usable'],
    [{ gate: 'stop' }, 'Option "gate.mode" of realWorld() is not usable'],
    [
      { alerts: { webhook: { url: 'file:///etc/passwd' } } },
      'Option "alerts.webhook.url" of realWorld() is not usable',
    ],
    [
      { alerts: { webhook: { url: 'http://a', header: 'a b' } } },
      'Option "alerts.webhook.header" of realWorld()',
    ],
  ])('%o is refused', (options, sentence) => {
    expect(thrownBy(() => resolveOptions(options, {})).message).toContain(sentence);
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
