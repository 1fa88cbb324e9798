import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkWorkspace } from '../../configuration/check-workspace.js';
import { findProgram, findVitestPackage } from '../../configuration/installed.js';
import { flagsVariable, type OptionFlag } from '../../options.js';
import { projectName, sessionFileVariable } from '../../worker-settings.js';
import type { Given } from '../command.js';
import { type ExitCode, exitCodes } from '../exit-code.js';
import { readSettingFlags } from '../setting-flags.js';
import type { Surroundings } from '../surroundings.js';
import { UsageError } from '../usage-error.js';
import { type AttendedEnd, attendProcess } from './attend-process.js';
import { prepareHubSuites } from './hub-suites.js';
import { type ProjectOptions, settleProjectOptions } from './project-options.js';
import { checkReportPlace, readReport, saveReport } from './run-report.js';

/** Runs scenarios in a process of their own and ends as they do. @throws UsageError for what cannot be run */
export async function runScenarios(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const { directory, environment, complain, print } = surroundings;
  const flags = readSettingFlags(given, directory);
  const saveTo = checkReportPlace(given, directory);
  const settled = await settleProjectOptions(flags, surroundings);
  checkWorkspace(resolve(directory, settled.options.workspace));
  const plan = planRun(settled, flags, given, directory);
  const scratch = mkdtempSync(join(tmpdir(), 'realworld-run-'));
  try {
    const sessionFile = join(scratch, 'session');
    const end = await attendProcess({
      arguments: plan.arguments,
      directory,
      environment: {
        ...environment,
        [flagsVariable]: JSON.stringify(plan.flags),
        [sessionFileVariable]: sessionFile,
      },
      outputTo: given.has('json') ? 'standard error' : 'standard output',
    });
    const sessionId = readSessionId(sessionFile);
    if (sessionId !== null) {
      const session = {
        sessionId,
        reports: resolve(directory, settled.options.directory, 'reports'),
        database: resolve(directory, settled.options.database),
      };
      if (saveTo !== null) saveReport(session, saveTo, complain);
      if (given.has('json')) print(readReport(session, 'json'));
    }
    return exitCodeOf(end, sessionId, complain);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface RunPlan {
  /** Of Node. */
  readonly arguments: readonly string[];
  readonly flags: readonly OptionFlag[];
}

function planRun(
  { options, plugin }: ProjectOptions,
  flags: readonly OptionFlag[],
  given: Given,
  directory: string,
): RunPlan {
  const name = given.text('scenario');
  const rest = [
    `--project=${projectName}`,
    // Of what Vitest says only failures are left, so that the report stands alone.
    ...(options.quiet ? ['--reporter=minimal', '--silent'] : []),
    ...(name === undefined ? [] : [`--testNamePattern=${name}`]),
    ...given.words,
  ];
  if (plugin.state === 'present' || plugin.state === 'unreadable') {
    const vitest = findVitestPackage(directory);
    const program = vitest === null ? null : findProgram('vitest', vitest);
    if (program === null)
      throw new UsageError(`There is no Vitest in ${directory}. Install it: npm install -D vitest`);
    return { arguments: [program, 'run', ...rest], flags };
  }
  const suites = prepareHubSuites(directory, resolve(directory, options.directory));
  if (suites === null) {
    throw new UsageError(
      `${plugin.state === 'no plugin' ? `${plugin.path} does not have the plugin` : `There is no Vitest configuration in ${directory}`}, and the package vitest-realworld-hub with suites of its own is not installed. Set the project up: npx vitest-realworld init`,
    );
  }
  return {
    arguments: [suites.vitest, 'run', `--config=${suites.config}`, `--root=${directory}`, ...rest],
    flags: [...suites.flags, ...flags],
  };
}

function readSessionId(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No session was opened.
    return null;
  }
}

function exitCodeOf(
  { exitCode, interrupted }: AttendedEnd,
  sessionId: string | null,
  complain: (text: string) => void,
): ExitCode {
  if (interrupted) {
    complain('The run was interrupted; what was measured until then is stored.\n');
    return exitCodes.inconclusive;
  }
  if (sessionId === null) {
    complain('No scenario was run, so there is no session. What Vitest said stands above.\n');
    return exitCode === 0 ? exitCodes.inconclusive : exitCodes.wrongUsage;
  }
  if (exitCode === 0) return exitCodes.fine;
  return exitCode === exitCodes.inconclusive ? exitCodes.inconclusive : exitCodes.failed;
}
