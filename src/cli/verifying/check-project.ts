import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { checkWorkspace } from '../../configuration/check-workspace.js';
import { findConfigFile } from '../../configuration/config-file.js';
import { messageOf } from '../../errors.js';
import type { ResolvedOptions } from '../../options.js';
import type { CheckResult } from '../../report/verify-text.js';
import type { ProjectOptions } from '../running/project-options.js';

/** @param settled what was settled, or why it could not be */
export function checkConfiguration(
  directory: string,
  settled: ProjectOptions | { readonly failure: unknown },
): CheckResult {
  const check = 'configuration';
  if ('failure' in settled) {
    // The message says what to do.
    return { check, status: 'fail', finding: messageOf(settled.failure), advice: null };
  }
  const path = findConfigFile(directory);
  const finding = path === null ? 'valid; there is no realworld.config file' : `valid; ${path}`;
  return { check, status: 'ok', finding, advice: null };
}

export function checkPlugin({ plugin }: ProjectOptions): CheckResult {
  const check = 'plugin';
  switch (plugin.state) {
    case 'present':
      return { check, status: 'ok', finding: `in ${plugin.path}`, advice: null };
    case 'no plugin':
      return {
        check,
        status: 'warn',
        finding: `is not in ${plugin.path}; run would take the suites of vitest-realworld-hub`,
        advice: 'npx vitest-realworld init',
      };
    case 'no configuration':
      return {
        check,
        status: 'warn',
        finding: 'there is no Vitest configuration; run would take the suites of vitest-realworld-hub',
        advice: 'npx vitest-realworld init',
      };
    case 'unreadable':
      return {
        check,
        status: 'fail',
        finding: `the Vitest configuration cannot be loaded: ${plugin.reason}`,
        advice: 'Mend the configuration.',
      };
    default:
      return plugin satisfies never;
  }
}

export function checkWorkspaceOf({ workspace }: ResolvedOptions, directory: string): CheckResult {
  const check = 'workspace';
  const path = resolve(directory, workspace);
  try {
    checkWorkspace(path);
    return { check, status: 'ok', finding: path, advice: null };
  } catch (thrown) {
    // The message says what to do.
    return { check, status: 'fail', finding: messageOf(thrown), advice: null };
  }
}

/** Writes a folder where the tool's data go, and removes it: permissions alone do not tell a full or a locked disk. */
export function checkWriting(path: string): CheckResult {
  const check = 'write access';
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    rmSync(mkdtempSync(join(folder, '.realworld-verify-')), { recursive: true });
    const place = relative(folder, path) === '' ? path : `${path}, which will be made in ${folder}`;
    return { check, status: 'ok', finding: place, advice: null };
  } catch (thrown) {
    return {
      check,
      status: 'fail',
      finding: `nothing can be written to ${folder}: ${messageOf(thrown)}`,
      advice:
        'Give this user the right to write there, or set REALWORLD_TESTING_DIRECTORY and REALWORLD_TESTING_DB.',
    };
  }
}
