import { dirname, resolve } from 'node:path';
import { settleOptions } from '../../options.js';
import { type CheckResult, renderChecks } from '../../report/verify-text.js';
import type { Given } from '../command.js';
import { type ExitCode, exitCodes } from '../exit-code.js';
import { type ProjectOptions, settleProjectOptions } from '../running/project-options.js';
import type { Surroundings } from '../surroundings.js';
import {
  checkChromium,
  checkNode,
  checkOwn,
  checkSqlite,
  checkSystemInformation,
  checkVitest,
} from './check-installation.js';
import { checkConfiguration, checkPlugin, checkWorkspaceOf, checkWriting } from './check-project.js';

/** Checks everything that a run needs. @returns `failed` when something is amiss */
export async function verify(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const checks = await makeChecks(given.text('db'), surroundings);
  const { print } = surroundings;
  print(given.has('json') ? `${JSON.stringify(checks, null, 2)}\n` : renderChecks(checks));
  return checks.some(({ status }) => status === 'fail') ? exitCodes.failed : exitCodes.fine;
}

async function makeChecks(
  db: string | undefined,
  surroundings: Surroundings,
): Promise<readonly CheckResult[]> {
  const { directory, environment } = surroundings;
  const settled: ProjectOptions | { readonly failure: unknown } = await settleProjectOptions(
    [],
    surroundings,
  ).catch((failure: unknown) => ({ failure }));
  const isSettled = !('failure' in settled);
  const options = isSettled ? settled.options : settleOptions({ environment: {} }).options;
  const database = resolve(directory, db ?? options.database);
  const folder = resolve(directory, options.directory);
  const sqlite = await checkSqlite();
  const isPresent = isSettled && settled.plugin.state === 'present';
  return [
    checkOwn(),
    checkNode(),
    checkVitest(directory),
    sqlite,
    checkSystemInformation(),
    checkConfiguration(directory, settled),
    ...(isSettled ? [checkPlugin(settled)] : []),
    checkWorkspaceOf(options, directory),
    checkWriting(folder),
    ...(dirname(database) === folder ? [] : [checkWriting(dirname(database))]),
    // What would load a driver that does not fit ends this process.
    ...(sqlite.status === 'fail' ? [] : (await import('./check-database.js')).checkDatabase(database)),
    ...(sqlite.status === 'fail' || !isPresent
      ? []
      : [await (await import('./check-trial-run.js')).checkTrialRun(directory, environment)]),
    checkChromium(environment),
  ];
}
