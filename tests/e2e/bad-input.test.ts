import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { InnerProject, smallProject } from './inner-project.js';

/** The small project with other options, or without some. */
function withOptions(options: string, files: Readonly<Record<string, string>> = {}): InnerProject {
  return new InnerProject({
    ...smallProject,
    'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      export default defineConfig({ plugins: [realWorld(${options})] });`,
    // A scenario that leaves a mark tells whether any test ran.
    'greeter.realworld.ts': `
      import { writeFileSync } from 'node:fs';
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('leaves a mark', { kind: 'load' }, ({ hub }) => {
        writeFileSync('ran.txt', Object.keys(hub).join());
      });`,
    ...files,
  });
}

async function expectRefusal(
  project: InnerProject,
  ...messages: readonly (string | RegExp)[]
): Promise<void> {
  const run = await project.run(['--project', 'realworld']);
  expect(run.exitCode, run.output).toBe(1);
  for (const message of messages) expect(run.output).toMatch(message);
  expect(existsSync(project.path('ran.txt')), 'no scenario ran').toBe(false);
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('a wrong option', () => {
  test('is refused by name, with the nearest right one', async () => {
    using project = withOptions('{ durationMinuts: 3 } as never');
    await expectRefusal(
      project,
      /Unknown option "durationMinuts" of realWorld\(\)\. Did you mean "durationMinutes"\?/,
    );
  });

  test('inside limits is named with its path', async () => {
    using project = withOptions('{ limits: { cpuPercentMx: 3 } } as never');
    await expectRefusal(
      project,
      /Unknown option "limits\.cpuPercentMx" of realWorld\(\)\. Did you mean "cpuPercentMax"\?/,
    );
  });

  test('with an impossible value says which', async () => {
    using project = withOptions('{ durationMinutes: -1 }');
    await expectRefusal(project, /Option "durationMinutes" of realWorld\(\) is not usable/);
  });

  test('from the environment names the variable', async () => {
    using project = withOptions('{}');
    const run = await project.run(['--project', 'realworld'], { REALWORLD_TESTING_DURATION: 'long' });
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain('environment variable REALWORLD_TESTING_DURATION=long');
  });
});

describe('a hub module', () => {
  test('that is missing is refused with its path', async () => {
    using project = withOptions("{ hub: './hubb.ts' }");
    await expectRefusal(project, /The hub module \S+hubb\.ts does not exist\. Write it/);
  });

  test('that is neither a file nor a package is refused', async () => {
    using project = withOptions("{ hub: 'no-such-hub' }");
    await expectRefusal(project, /The hub "no-such-hub" is neither a file in \S+ nor an installed package/);
  });

  test('that fails to load is told with its error before any test runs', async () => {
    using project = withOptions('{}', { 'hub.ts': "throw new Error('no licence key');" });
    await expectRefusal(project, /The hub module \S+hub\.ts failed to load: no licence key\. Fix it/);
  });

  test('with a syntax error is told before any test runs', async () => {
    using project = withOptions('{}', { 'hub.ts': 'export default {{' });
    await expectRefusal(project, /The hub module \S+hub\.ts failed to load/);
  });

  test('that exports something else is refused before any test runs', async () => {
    using project = withOptions('{}', { 'hub.ts': 'export default { capabilities: {} };' });
    await expectRefusal(project, /The default export of the hub module \S+hub\.ts is not a hub/);
  });

  test('whose capability has no create function is refused by its name', async () => {
    using project = withOptions('{}', {
      'hub.ts': `import { defineHub } from 'vitest-realworld';
        export default defineHub({ capabilities: { search: {} as never } });`,
    });
    await expectRefusal(project, /Capability "search" has no create function/);
  });

  test('that is nowhere is missed only by a scenario that asks for the hub', async () => {
    using project = withOptions("{ include: ['alone.realworld.ts', 'greeter.realworld.ts'] }", {
      'alone.realworld.ts': `import { realWorldTest as realWorld } from 'vitest-realworld';
        realWorld.scenario('needs no hub', { kind: 'load' }, ({ record }) => { record.metric('answers', 42, 'count'); });`,
    });
    rmSync(project.path('hub.ts'));
    const run = await project.run(['--project', 'realworld']);
    expect(run.exitCode).toBe(1);
    expect(run.output).toMatch(/The scenario asks for the hub, and there is none\. Write hub\.ts/);
    expect(project.query('SELECT value FROM performance_metrics WHERE metric_type = ?', 'answers')).toEqual([
      { value: 42 },
    ]);
  });
});

describe('a workspace', () => {
  test('that does not exist is refused', async () => {
    using project = withOptions("{ workspace: './nowhere' }");
    await expectRefusal(project, /The workspace \S+nowhere cannot be read as a folder/);
  });

  test('that is empty is refused', async () => {
    using project = withOptions("{ workspace: './empty' }");
    mkdirSync(project.path('empty'));
    await expectRefusal(project, /The workspace \S+empty is empty/);
  });
});

describe('a database path', () => {
  test('that is a directory is refused', async () => {
    using project = withOptions("{ database: './folder' }");
    mkdirSync(project.path('folder'));
    await expectRefusal(project, /The database path \S+folder is a directory\. Name a file/);
  });

  test('that cannot be written is refused', async () => {
    using project = withOptions("{ database: './package.json/inside.db' }");
    await expectRefusal(project, /The database \S+inside\.db cannot be opened for writing/);
  });

  test('that is not a database is refused and left as it is', async () => {
    using project = withOptions("{ database: './notes.txt' }");
    const path = project.path('notes.txt');
    writeFileSync(path, 'Dear diary, this is not a database. '.repeat(200));
    const before = hashOf(path);
    await expectRefusal(
      project,
      /The file \S+notes\.txt is not a readable SQLite database\. It was left as it is/,
    );
    expect(hashOf(path)).toBe(before);
  });

  test('of another program is refused and left as it is', async () => {
    using project = withOptions("{ database: './shop.db' }");
    const path = project.path('shop.db');
    const shop = new Database(path);
    shop.exec('CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1)');
    shop.close();
    const before = hashOf(path);
    await expectRefusal(project, /The database \S+shop\.db belongs to another program/);
    expect(hashOf(path)).toBe(before);
  });

  test('from a newer version is refused and left as it is', async () => {
    using project = withOptions('{}');
    expect((await project.run(['--project', 'realworld'])).exitCode).toBe(0);
    rmSync(project.path('ran.txt'));
    const path = project.path('.realworld/realworld_testing.db');
    const database = new Database(path);
    database.pragma('user_version = 999');
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
    const before = hashOf(path);
    await expectRefusal(project, /has schema version 999; this vitest-realworld knows versions up to \d+/);
    expect(hashOf(path)).toBe(before);
  });
});

describe('a scenario', () => {
  const scenarioFile = (body: string): Readonly<Record<string, string>> => ({
    'greeter.realworld.ts': `
      import { writeFileSync } from 'node:fs';
      import { realWorldTest as realWorld } from 'vitest-realworld';
      ${body}`,
  });

  test('without a kind is refused before any test runs', async () => {
    using project = withOptions(
      '{}',
      scenarioFile(`
      realWorld.scenario('runs', { kind: 'load' }, () => writeFileSync('ran.txt', ''));
      realWorld.scenario('unkind', {} as never, () => {});`),
    );
    await expectRefusal(
      project,
      /Scenario "unkind" has no kind\. Give it \{ kind \} of: monitoring, load, recovery, learning, integration/,
    );
  });

  test('with a wrong kind is refused with the nearest right one', async () => {
    using project = withOptions(
      '{}',
      scenarioFile(`
      realWorld.scenario('typo', { kind: 'monitorng' as never }, () => writeFileSync('ran.txt', ''));`),
    );
    await expectRefusal(
      project,
      /Scenario "typo" has the unknown kind "monitorng"\. Did you mean "monitoring"\?/,
    );
  });

  test('whose name stands twice in a suite is refused before any test runs', async () => {
    using project = withOptions(
      '{}',
      scenarioFile(`
      realWorld.scenario('same', { kind: 'load' }, () => writeFileSync('ran.txt', ''));
      realWorld.scenario('same', { kind: 'load' }, () => {});`),
    );
    await expectRefusal(project, /There are two scenarios named "same" in one suite/);
  });

  test('that calls a method that is not there is told which ones are', async () => {
    using project = withOptions(
      '{}',
      scenarioFile(`
      realWorld.scenario('typo', { kind: 'load' }, ({ hub }) => { (hub as any).greeter.great('x'); });`),
    );
    const run = await project.run(['--project', 'realworld']);
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain(
      'Capability "greeter" has no method "great". Did you mean "greet"? It has: fail, greet, wait.',
    );
  });

  test('that asks for a capability that is not there is told which ones are', async () => {
    using project = withOptions(
      '{}',
      scenarioFile(`
      realWorld.scenario('typo', { kind: 'load' }, ({ hub }) => { (hub as any).greter.greet('x'); });`),
    );
    const run = await project.run(['--project', 'realworld']);
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain(
      'The hub has no capability "greter". Did you mean "greeter"? It has: greeter.',
    );
  });
});
