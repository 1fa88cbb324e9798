import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InnerProject, smallProject } from './inner-project.js';

test('the summary of a CI job gets the report as Markdown behind what stands there', async () => {
  using project = new InnerProject(smallProject);
  const file = project.path('summary.md');
  writeFileSync(file, '# Before\n');
  const run = await project.run([], { GITHUB_STEP_SUMMARY: file });
  expect(run.exitCode, run.output).toBe(0);
  expect(run.stdout).toContain(`Job summary: ${file}`);
  const summary = readFileSync(file, 'utf8');
  expect(summary).toMatch(/^# Before\n### Score \d+\.\d of 100/);
  expect(summary).toContain('1 of 1 scenarios passed, 2 activities of 1 capabilities, 0 errors');
});

test('a summary that cannot be written is said and changes nothing', async () => {
  using project = new InnerProject(smallProject);
  mkdirSync(project.path('folder'));
  const run = await project.run([], { GITHUB_STEP_SUMMARY: project.path('folder') });
  expect(run.exitCode, run.output).toBe(0);
  expect(run.stdout).toContain('Job summary: not written: ');
});
