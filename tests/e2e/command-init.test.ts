import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InnerProject, unitTest } from './inner-project.js';

/** Every file of a project with its text, packages left out. */
function textsOf(root: string): Readonly<Record<string, string>> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.parentPath.includes('node_modules'),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, readFileSync(path, 'utf8')];
    }),
  );
}

function expectGreenRun(project: InnerProject): void {
  expect(project.query('SELECT status FROM test_sessions')).toEqual([{ status: 'completed' }]);
  expect(project.query('SELECT name, outcome FROM scenarios')).toEqual([
    { name: 'reads every file of the project', outcome: 'passed' },
  ]);
  const calls = project.query<{ method: string }>('SELECT DISTINCT activity_type AS method FROM activities');
  expect(calls.map(({ method }) => method).sort()).toEqual(['countLines', 'list']);
}

describe('init', () => {
  test('in an empty folder makes a project that records a run, and the second time changes nothing', async () => {
    using project = new InnerProject({});
    rmSync(project.path('package.json'));
    const dry = await project.runCommand(['init', '--dry-run']);
    expect(dry.exitCode, dry.output).toBe(0);
    expect(textsOf(project.root)).toEqual({});
    const set = await project.runCommand(['init']);
    expect(set.exitCode, set.output).toBe(0);
    expect(set.stdout).toContain('npm run realworld');
    expect(set.stdout.split('\nNext')[0]).toBe(dry.stdout.split('\nNothing was written')[0]);
    expect(JSON.parse(readFileSync(project.path('package.json'), 'utf8'))).toMatchObject({
      scripts: { realworld: 'vitest-realworld run' },
    });
    const before = textsOf(project.root);
    const again = await project.runCommand(['init', '--yes']);
    expect(again.exitCode, again.output).toBe(0);
    expect(again.stdout).toContain('There is nothing to do');
    expect(textsOf(project.root)).toEqual(before);
    const run = await project.runCommand(['run', '--duration', '0.01']);
    expect(run.exitCode, run.output).toBe(0);
    expectGreenRun(project);
  });

  test('in a Vite app with a Vitest configuration keeps all that is there', async () => {
    const config = `import { defineConfig } from "vitest/config";

// The app's own comment.
export default defineConfig({
	plugins: [{ name: "own" }],
	test: { environment: "node" },
});
`;
    const manifest = '{\n\t"name": "app",\n\t"type": "module",\n\t"scripts": {\n\t\t"dev": "vite"\n\t}\n}\n';
    using project = new InnerProject({
      ...unitTest,
      'vite.config.ts': 'export default { define: { never: "read" } };',
      'vitest.config.ts': config,
      'package.json': manifest,
      'hub.ts': 'export const unrelated = 1;\n',
      '.gitignore': 'dist',
    });
    const set = await project.runCommand(['init', '--yes']);
    expect(set.exitCode, set.output).toBe(0);
    const edited = readFileSync(project.path('vitest.config.ts'), 'utf8');
    expect(edited).toContain('plugins: [{ name: "own" }, realWorld({ hub: \'./realworld/hub.ts\' })],');
    expect(edited).toContain("// The app's own comment.");
    expect(readFileSync(project.path('package.json'), 'utf8')).toBe(
      manifest.replace('"dev": "vite"\n', '"dev": "vite",\n\t\t"realworld": "vitest-realworld run"\n'),
    );
    expect(readFileSync(project.path('.gitignore'), 'utf8')).toBe('dist\n.realworld/\n');
    expect(readFileSync(project.path('hub.ts'), 'utf8')).toBe('export const unrelated = 1;\n');
    const run = await project.run([], { REALWORLD_TESTING_DURATION: '0.01' });
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).toContain('sum.test.ts');
    expectGreenRun(project);
    const again = await project.runCommand(['init']);
    expect(again.stdout).toContain('There is nothing to do');
  });

  test('in a package of a monorepo leaves the other packages and the root alone', async () => {
    using project = new InnerProject({
      'package.json': '{ "name": "root", "private": true, "workspaces": ["packages/*"] }',
      '.gitignore': '.realworld/\n',
      'packages/other/package.json': '{ "name": "other" }',
      'packages/app/package.json': '{ "name": "app", "type": "module" }',
    });
    const before = textsOf(project.root);
    const app = project.within('packages/app');
    const set = await app.runCommand(['init']);
    expect(set.exitCode, set.output).toBe(0);
    const after = textsOf(project.root);
    for (const path of Object.keys(before).filter((name) => !name.includes('packages/app'))) {
      expect(after[path]).toBe(before[path]);
    }
    expect(app.exists('.gitignore')).toBe(false);
    const run = await app.runCommand(['run', '--duration', '0.01']);
    expect(run.exitCode, run.output).toBe(0);
    expectGreenRun(app);
  });

  test.each([
    [
      'a configuration that it cannot edit',
      { 'vitest.config.js': 'module.exports = {};' },
      'plugins: [realWorld()],',
    ],
    ['a package.json that is broken', { 'package.json': '{ "name": ' }, 'is not a JSON object'],
  ])('with %s says what to do and writes nothing', async (_what, files, advice) => {
    using project = new InnerProject(files as Readonly<Record<string, string>>);
    const before = textsOf(project.root);
    const refused = await project.runCommand(['init', '--yes']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(advice);
    expect(textsOf(project.root)).toEqual(before);
  });

  test('does not write over a hub and scenarios that are there', async () => {
    using project = new InnerProject({
      'hub.ts':
        "import { defineHub } from 'vitest-realworld';\nexport default defineHub({ capabilities: {} });\n",
    });
    const set = await project.runCommand(['init']);
    expect(set.exitCode, set.output).toBe(0);
    expect(readFileSync(project.path('hub.ts'), 'utf8')).toContain('capabilities: {}');
    expect(project.exists('realworld')).toBe(false);
  });

  test('in a folder that cannot hold a folder of that name takes back what it wrote before', async () => {
    using project = new InnerProject({ realworld: 'a file, not a folder' });
    const before = textsOf(project.root);
    const refused = await project.runCommand(['init']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('first.realworld.ts cannot be written');
    expect(textsOf(project.root)).toEqual(before);
  });
});
