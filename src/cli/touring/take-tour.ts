import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { analyzeSession } from '../../analysis/analyze-session.js';
import { findOwnPackage, findProgram, findVitestPackage } from '../../configuration/installed.js';
import type { SessionReport } from '../../model.js';
import { renderBeforeAndAfter, renderIssues, renderProse, renderStep } from '../../report/tour-text.js';
import { SessionStore } from '../../storage/session-store.js';
import type { Given } from '../command.js';
import { type ExitCode, exitCodes } from '../exit-code.js';
import { InterruptedError, withInterrupt } from '../interrupt.js';
import { attendProcess } from '../running/attend-process.js';
import type { Surroundings } from '../surroundings.js';
import { UsageError } from '../usage-error.js';
import { demoFiles, mendedFiles } from './demo-project.js';

const durationMinutesDefault = 0.25;
const steps = 6;
const monitorIntervalSeconds = 2;
const database = '.realworld/realworld_testing.db';

/** Shows a small system being run, reported on, mended and run again. */
export async function takeTour(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const { directory, print, complain } = surroundings;
  const durationMinutes = given.number('duration', { min: 0.001, max: 60 }) ?? durationMinutesDefault;
  const folder = makeProject(directory);
  const keep = given.has('keep');
  try {
    return await withInterrupt((signal) => {
      const waits = given.has('pause') && process.stdin.isTTY === true && process.stdout.isTTY === true;
      return walk({
        folder,
        keep,
        durationMinutes,
        surroundings,
        signal,
        pause: waits ? () => waitForEnter(signal) : async () => signal.throwIfAborted(),
      });
    });
  } catch (thrown) {
    if (!(thrown instanceof InterruptedError)) throw thrown;
    complain('The tour ends here.\n');
    return exitCodes.inconclusive;
  } finally {
    if (keep) print(`The folder of the tour stays: ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

interface Tour {
  readonly folder: string;
  readonly keep: boolean;
  readonly durationMinutes: number;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  readonly pause: () => Promise<void>;
}

async function walk(tour: Tour): Promise<ExitCode> {
  const { folder, surroundings, pause, keep } = tour;
  const { print } = surroundings;
  const say = (text: string): void => print(renderProse(text));
  print(renderStep(1, steps, 'the system'));
  say(`A small shop, written to ${folder}.
It has two capabilities, which hub.ts names: "catalogue" searches 120,000 products, "stock" counts what is left in a file.
Two scenarios use them as customers would, in shop.realworld.ts:

  answers customers who search   three customers search, for ${tour.durationMinutes} minutes
  sells to everybody at once     twenty customers buy at the same moment, five times
`);
  await pause();
  print(renderStep(2, steps, 'the first run, with live figures'));
  say(`  $ npx vitest-realworld run --duration ${tour.durationMinutes}
`);
  await run(tour);
  const before = readNewest(folder);
  await pause();
  print(renderStep(3, steps, 'what the report found'));
  say(`Every scenario is green. And yet, of ${before.totals.activities} calls that were measured:
`);
  print(renderIssues(before.issues.filter(({ severity }) => severity !== 'info')));
  await pause();
  print(renderStep(4, steps, 'the weaknesses are mended'));
  for (const [name, text] of Object.entries(mendedFiles)) writeFileSync(join(folder, name), text);
  say(`  shop/catalogue.ts  sorts once, when the shop opens, and not for each search
  shop/stock.ts      lets a sale wait for the one before it
`);
  await pause();
  print(renderStep(5, steps, 'the same scenarios again'));
  await run(tour);
  const after = readNewest(folder);
  say('');
  print(renderBeforeAndAfter(before, after));
  await pause();
  print(renderStep(6, steps, 'where it is, and what to do next'));
  say(`Every call of both runs is in an SQLite database, and the reports are beside it:

  ${join(folder, database)}
  ${join(folder, '.realworld/reports', `${before.session.sessionId}.txt`)}
  ${join(folder, '.realworld/reports', `${after.session.sessionId}.txt`)}

${keep ? 'Look into them with the commands sessions, report and compare, in that folder.' : 'They are removed now; with --keep they stay.'} In a project of your own:

  npx vitest-realworld init      set it up, with a first scenario that is green
  npx vitest-realworld run       run its scenarios, and print the report
  npx vitest-realworld verify    check that all is in place
`);
  return exitCodes.fine;
}

/** @throws InterruptedError when it was interrupted, Error when it recorded nothing */
async function run({ folder, durationMinutes, surroundings }: Tour): Promise<void> {
  const own = findOwnPackage();
  const program = findProgram('vitest-realworld', own);
  if (program === null) throw new Error(`${own.directory} does not name its program.`);
  const end = await attendProcess({
    arguments: [
      program,
      'run',
      `--duration=${durationMinutes}`,
      `--monitor-interval=${monitorIntervalSeconds}`,
    ],
    directory: folder,
    environment: withoutSettings(surroundings.environment),
    outputTo: 'standard output',
  });
  if (end.interrupted) throw new InterruptedError();
  if (end.exitCode !== exitCodes.fine)
    throw new Error(`The run ended with ${end.exitCode}; what it said stands above.`);
}

/** What is set for the user's own project is not for the tour. */
function withoutSettings(environment: Surroundings['environment']): Surroundings['environment'] {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('REALWORLD_')));
}

function readNewest(folder: string): SessionReport {
  const store = new SessionStore(join(folder, database));
  try {
    const [newest] = store.listSessions();
    if (newest === undefined) throw new Error('The run recorded no session; what it said stands above.');
    return analyzeSession(store.readFacts(newest.sessionId));
  } finally {
    store.close();
  }
}

/** @throws UsageError when there is no Vitest to run it with */
function makeProject(directory: string): string {
  const vitest = findVitestPackage(directory);
  if (vitest === null)
    throw new UsageError('The tour runs with Vitest, which is not installed: npm install -D vitest');
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'realworld-demo-')));
  for (const [name, text] of Object.entries(demoFiles)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, 'node_modules'));
  const link = (name: string, target: string): void =>
    symlinkSync(target, join(folder, 'node_modules', name), 'junction');
  link('vitest', vitest.directory);
  link('vitest-realworld', findOwnPackage().directory);
  return folder;
}

async function waitForEnter(signal: AbortSignal): Promise<void> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  // A prompt takes Ctrl-C for itself.
  prompt.on('SIGINT', () => void process.kill(process.pid, 'SIGINT'));
  try {
    await prompt.question('\nPress Enter to go on (Ctrl-C ends the tour) ', { signal });
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown;
  } finally {
    prompt.close();
  }
}
