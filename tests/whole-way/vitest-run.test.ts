import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InnerProject, smallProject } from '../e2e/inner-project.js';
import { hostileTexts, hostileValues } from '../support/hostile-values.js';
import type { ActivityRow } from '../support/recorded-sessions.js';
import { findReportProblems } from '../support/report-problems.js';
import { expectBoundedJson, storedName, wellFormed } from './expected-rows.js';

describe('a run of Vitest', () => {
  const config = `
    import { defineConfig } from 'vitest/config';
    import { realWorld } from 'vitest-realworld/plugin';
    export default defineConfig({
      plugins: [realWorld({ durationMinutes: 0.01, seed: 7, limits: { consecutiveErrorsMax: 10_000 } })],
    });`;
  const hub = `
    import { defineCapability, defineHub } from 'vitest-realworld';
    import { hostileTexts, hostileValues } from './hostile-values.js';
    export const values = hostileValues.map(({ make }) => make());
    const named = {};
    for (const [index, name] of hostileTexts.entries()) {
      Object.defineProperty(named, name, { value: () => index, enumerable: true });
    }
    class Box {
      give(index: number) { return values[index]; }
      async giveLater(index: number) { await null; return [values[index]]; }
      fail(index: number) { throw values[index]; }
      async failLater(index: number) { await null; throw values[index]; }
      *items(index: number) { yield values[index]; }
    }
    const hub = defineHub({
      capabilities: {
        box: defineCapability({ create: () => new Box() }),
        constructor: defineCapability({ create: () => named }),
      },
    });
    export default hub;`;
  const scenario = `
    import { realWorldTest as realWorld } from 'vitest-realworld';
    import { hostileTexts, hostileValues } from './hostile-values.js';
    import { values } from './hub.js';
    function same(left, right, what) {
      if (!Object.is(left, right)) throw new Error('not the same: ' + what);
    }
    realWorld.scenario('hands on <b>anything</b> \\u001b[31m', { kind: 'integration' }, async ({ hub, record }) => {
      for (const [index, { name }] of hostileValues.entries()) {
        const value = values[index];
        same(hub.box.give(index), value, name);
        same((await hub.box.giveLater(index))[0], value, name);
        const thrown = [];
        try { hub.box.fail(index); } catch (caught) { thrown.push(caught); }
        await hub.box.failLater(index).catch((caught) => thrown.push(caught));
        same(thrown.length, 2, name);
        for (const caught of thrown) same(caught, value, name);
        same([...hub.box.items(index)][0], value, name);
      }
      for (const [index, name] of hostileTexts.entries()) {
        same(hub.constructor[name](), index, 'method');
        const text = name.trim() === '' ? 'empty' : name;
        record.metric(text, index, text, { context: { [text]: text } });
        record.issue({ severity: 'low', description: text, suggestedFix: text });
      }
    });`;

  test('records and reports a fixed list of hostile values, names, metrics and issues', async () => {
    const valuesFile = new URL('../support/hostile-values.ts', import.meta.url);
    using project = new InnerProject({
      'vitest.config.ts': config,
      'hub.ts': hub,
      'hostile-values.ts': readFileSync(valuesFile, 'utf8'),
      'hostile.realworld.ts': scenario,
    });
    const run = await project.run();
    expect(run.exitCode, run.output).toBe(0);
    expect(run.output).not.toContain('recording has trouble');
    const calls = hostileValues.length * 5 + hostileTexts.length;
    const [session] = project.query<{ session_id: string; status: string; total_activities: number }>(
      'SELECT session_id, status, total_activities FROM test_sessions',
    );
    expect(session).toMatchObject({ status: 'completed', total_activities: calls });
    const activities = project.query<ActivityRow>('SELECT * FROM activities ORDER BY rowid');
    expect(activities).toHaveLength(calls);
    for (const { result_data } of activities) expectBoundedJson(result_data, 400);
    for (const outcome of ['give 1', 'giveLater 1', 'fail 0', 'failLater 0', 'items 1']) {
      const ended = activities.filter((row) => `${row.activity_type} ${row.success}` === outcome);
      expect(ended, outcome).toHaveLength(hostileValues.length);
    }
    const names = activities.filter(({ capability }) => capability === 'constructor');
    expect(names.map(({ activity_type }) => wellFormed(activity_type))).toEqual(hostileTexts.map(storedName));
    const count = (table: string, where: string) =>
      project.query<{ count: number }>(`SELECT count(*) AS count FROM ${table} WHERE ${where}`)[0]?.count;
    expect(count('performance_metrics', "capability <> 'system'")).toBe(hostileTexts.length);
    expect(count('issues', "issue_type = 'reported'")).toBe(hostileTexts.length);
    const report = (extension: string) =>
      readFileSync(project.path(`.realworld/reports/${session?.session_id}.${extension}`), 'utf8');
    const text = report('txt');
    expect(run.stdout).toContain(text);
    expect(findReportProblems({ text, json: report('json') })).toEqual([]);
  });

  test('keeps a secret in the error of a scenario out of the database and the reports', async () => {
    const trace = 'cafebabe';
    using project = new InnerProject({
      ...smallProject,
      'greeter.realworld.ts': `
        import { realWorldTest as realWorld } from 'vitest-realworld';
        realWorld.scenario('is refused', { kind: 'integration' }, ({ hub }) => {
          hub.greeter.fail('Authorization: Bearer ' + '${trace}'.repeat(4));
        });`,
    });
    await project.run();
    const tables = ['scenarios', 'activities', 'issues', 'improvement_suggestions'];
    const rows = tables.flatMap((table) => project.query(`SELECT * FROM ${table}`));
    expect(JSON.stringify(rows)).not.toContain(trace);
  });
});
