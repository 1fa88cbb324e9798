import { expect, test } from 'vitest';
import { InnerProject, smallProject } from './inner-project.js';

/** What an editor's extension does: one Vitest that stays, and runs single specifications again and again. */
const editorScript = `
  import { utimesSync } from 'node:fs';
  import { createVitest } from 'vitest/node';
  const lines = [];
  const vitest = await createVitest('test', { watch: true, reporters: ['default'], root: process.cwd(), ...JSON.parse(process.argv[2] ?? '{}') });
  await vitest.standalone();
  const specifications = await vitest.globTestSpecifications();
  lines.push('found ' + specifications.map(({ project, moduleId }) => project.name + ':' + moduleId.split('/').at(-1)).sort().join(' '));
  const single = specifications.find(({ moduleId }) => moduleId.endsWith('greeter.realworld.ts'));
  await vitest.rerunTestSpecifications([single]);
  await vitest.rerunTestSpecifications([single.project.createSpecification(single.moduleId, { testNamePattern: /greets/ })]);
  const restarted = new Promise((settle) => vitest.onAfterSetServer(settle));
  const later = new Date(Date.now() + 2_000);
  utimesSync('vitest.config.ts', later, later);
  await restarted;
  await vitest.standalone();
  const again = (await vitest.globTestSpecifications()).find(({ moduleId }) => moduleId.endsWith('greeter.realworld.ts'));
  await vitest.rerunTestSpecifications([again]);
  const reporters = vitest.config.reporters.filter((reporter) => reporter.constructor.name === 'RealWorldReporter');
  lines.push('reporters ' + reporters.length);
  await vitest.close();
  console.log('\\n' + lines.join('\\n'));
  process.exit(0);
`;

const twoScenarios: Readonly<Record<string, string>> = {
  ...smallProject,
  'other.realworld.ts': `
    import { realWorldTest as realWorld } from 'vitest-realworld';
    realWorld.scenario('is not asked for', { kind: 'load' }, ({ hub }) => { hub.greeter.greet('nobody'); });`,
  'editor.mjs': editorScript,
};

test('an editor finds and runs single scenarios, a session each, also after the configuration was read again', async () => {
  using project = new InnerProject(twoScenarios);
  const run = await project.start(['editor.mjs']).ended;
  expect(run.exitCode, run.output).toBe(0);
  expect(run.stdout).toContain('found realworld:greeter.realworld.ts realworld:other.realworld.ts');
  expect(run.stdout).toContain('reporters 1');
  const sessions = project.query<{ status: string; total_activities: number }>(
    'SELECT status, total_activities FROM test_sessions',
  );
  expect(sessions).toEqual(Array.from({ length: 3 }, () => ({ status: 'completed', total_activities: 2 })));
  expect(project.query("SELECT 1 FROM activities WHERE result_data LIKE '%nobody%'")).toEqual([]);
});

test('records and reports beside the user interface', async () => {
  using project = new InnerProject(twoScenarios);
  const options = JSON.stringify({ ui: true, open: false, api: { host: '127.0.0.1', port: 0 } });
  const run = await project.start(['editor.mjs', options]).ended;
  expect(run.exitCode, run.output).toBe(0);
  expect(project.query("SELECT 1 FROM test_sessions WHERE status = 'completed'")).toHaveLength(3);
});
