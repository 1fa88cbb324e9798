// `vitest run` of one empty scenario against the same test in the same project without the plugin.
import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { figure, interleave, ratios, tell } from './support/measure.mjs';
import { repository, temporaryDirectory } from './support/rig.mjs';

const hub = `
import { defineCapability, defineHub } from 'vitest-realworld';
export default defineHub({ capabilities: { nothing: defineCapability({ create: () => ({ rest() {} }) }) } });`;
const files = {
  withPlugin: {
    'vitest.config.js': `
import { defineConfig } from 'vitest/config';
import { realWorld } from 'vitest-realworld/plugin';
export default defineConfig({ plugins: [realWorld()] });`,
    'hub.js': hub,
    'empty.realworld.js': `
import { realWorldTest as realWorld } from 'vitest-realworld';
realWorld.scenario('does nothing', { kind: 'monitoring' }, async () => {});`,
  },
  // The plugin's project runs in a process of its own, as Vitest does by default.
  withoutPlugin: {
    'vitest.config.js': `
import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { pool: 'forks', maxWorkers: 1, fileParallelism: false } });`,
    // Either way there is a system under test, a module of its own.
    'system.js': 'export class Nothing { rest() {} }',
    'empty.test.js': `
import { test } from 'vitest';
import './system.js';
test('does nothing', async () => {});`,
  },
};

function makeProject(contents) {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  for (const name of ['vitest', 'vite']) {
    symlinkSync(join(repository, 'node_modules', name), join(root, 'node_modules', name));
  }
  symlinkSync(repository, join(root, 'node_modules/vitest-realworld'));
  writeFileSync(join(root, 'package.json'), '{ "name": "inner", "type": "module", "private": true }');
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(root, name), text);
  return root;
}

function runVitest(root) {
  const startedMs = performance.now();
  return new Promise((settle, fail) => {
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
    const child = spawn(process.execPath, [vitest, 'run'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
    child.once('error', fail);
    child.once('close', (exitCode) => {
      if (exitCode === 0) settle(performance.now() - startedMs);
      else fail(new Error(`vitest run ended with ${exitCode}:\n${Buffer.concat(said)}`));
    });
  });
}

const projects = Object.fromEntries(
  Object.entries(files).map(([name, contents]) => [name, makeProject(contents)]),
);
const contenders = Object.fromEntries(
  Object.entries(projects).map(([name, root]) => [name, () => runVitest(root)]),
);
const { withPlugin, withoutPlugin } = await interleave(contenders, { rounds: 15, warmUp: 2 });
tell([
  figure('vitest run, empty scenario', withPlugin, 'ms'),
  figure('vitest run, the same test without the plugin', withoutPlugin, 'ms'),
  figure('start-up against no plugin', ratios(withPlugin, withoutPlugin), 'times', 1.15),
]);
