import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { findPackage } from '../../configuration/installed.js';
import { messageOf } from '../../errors.js';
import type { Given } from '../command.js';
import { type ExitCode, exitCodes } from '../exit-code.js';
import type { Surroundings } from '../surroundings.js';
import { type InitStep, planInit } from './plan-init.js';

/** Sets a project up, or says what is in the way; then nothing is written. */
export async function initialise(
  given: Given,
  { directory, print, complain }: Surroundings,
): Promise<ExitCode> {
  const plan = await planInit(directory);
  if ('obstacle' in plan) {
    complain(plan.obstacle);
    return exitCodes.failed;
  }
  const toWrite = plan.steps.filter(({ text }) => text !== null);
  for (const { file, what, text } of plan.steps)
    print(`${text === null ? 'kept ' : 'write'}  ${file}: ${what}\n`);
  if (toWrite.length === 0) {
    print('\nThere is nothing to do: this project is set up.\n');
    return exitCodes.fine;
  }
  if (given.has('dryRun')) {
    print('\nNothing was written, because of --dry-run.\n');
    return exitCodes.fine;
  }
  if (!given.has('yes') && !(await isWanted())) {
    print('Nothing was written.\n');
    return exitCodes.failed;
  }
  write(directory, toWrite);
  print(`\n${describeNext(directory)}`);
  return exitCodes.fine;
}

/** Asks on a terminal; where nobody can answer, the command itself is the answer. */
async function isWanted(): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) return true;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await prompt.question('\nWrite these files? [Y/n] ');
    return /^(?:y|yes|)$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}

/** Writes all of it or none. @throws Error naming the file that could not be written */
function write(root: string, steps: readonly InitStep[]): void {
  const written: { readonly path: string; readonly before: string | null }[] = [];
  for (const { file, text } of steps) {
    const path = join(root, file);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : null;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text ?? '');
    } catch (thrown) {
      for (const done of written) {
        if (done.before === null) rmSync(done.path);
        else writeFileSync(done.path, done.before);
      }
      throw new Error(`${path} cannot be written: ${messageOf(thrown)}. Nothing was changed.`, {
        cause: thrown,
      });
    }
    written.push({ path, before });
  }
}

function describeNext(root: string): string {
  const missing = ['vitest', 'vitest-realworld'].filter((name) => findPackage(name, root) === null);
  const install = missing.length === 0 ? [] : [`npm install -D ${missing.join(' ')}`];
  const steps = [...install, 'npm run realworld', 'npx vitest-realworld report latest'];
  return `Next:\n${steps.map((step) => `  ${step}\n`).join('')}Then put your own system into the hub.\n`;
}
