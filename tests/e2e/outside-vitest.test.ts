import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { InnerProject } from './inner-project.js';

/** Runs a module in a process of Node's own, without Vitest around it. */
async function runModule(project: InnerProject, text: string): Promise<string> {
  project.write({ 'program.mjs': text });
  const { VITEST: _vitest, ...environment } = process.env;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: project.root, env: environment });
  return stdout.trim();
}

test('a program can import a hub, and is told where scenarios run when it asks for one', async () => {
  using project = new InnerProject({
    'hub.mjs': `
      import { defineCapability, defineHub } from 'vitest-realworld';
      class Greeter { greet(name) { return 'Hello ' + name; } }
      export default defineHub({ capabilities: { greeter: defineCapability({ create: () => new Greeter() }) } });`,
  });
  const greeting = await runModule(
    project,
    `import hub from './hub.mjs';
     console.log((await hub.capabilities.greeter.create({})).greet('program'));`,
  );
  expect(greeting).toBe('Hello program');
  const refusal = await runModule(
    project,
    `import { realWorldTest as realWorld } from 'vitest-realworld';
     for (const use of [
       () => realWorld.scenario('answers', { kind: 'load' }, async () => {}),
       () => realWorld('answers', () => {}),
       () => realWorld.skip('answers', () => {}),
     ]) try { use(); } catch (thrown) { console.log(thrown.code); }`,
  );
  expect(refusal.split('\n')).toEqual(['OUTSIDE_VITEST', 'OUTSIDE_VITEST', 'OUTSIDE_VITEST']);
});
