import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findOwnPackage, findPackage } from '../../configuration/installed.js';
import { messageOf } from '../../errors.js';
import type { CheckResult } from '../../report/verify-text.js';

const loadTimeoutMs = 20_000;

export function checkOwn(): CheckResult {
  const { version, directory } = findOwnPackage();
  return { check: 'vitest-realworld', status: 'ok', finding: `${version} in ${directory}`, advice: null };
}

export function checkNode(): CheckResult {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  return {
    check: 'Node',
    status: fits ? 'ok' : 'fail',
    finding: node,
    advice: fits ? null : 'Use Node 20.19 or newer.',
  };
}

export function checkVitest(directory: string): CheckResult {
  const check = 'Vitest';
  const found = findPackage('vitest', directory);
  if (found === null) {
    return {
      check,
      status: 'fail',
      finding: `is not installed in ${directory}`,
      advice: 'npm install -D vitest',
    };
  }
  const [major = 0, minor = 0] = found.version.split('.').map((part) => Number.parseInt(part, 10));
  if (major === 5 || (major === 4 && minor >= 1))
    return { check, status: 'ok', finding: found.version, advice: null };
  return {
    check,
    status: major > 5 ? 'warn' : 'fail',
    finding: `${found.version}; what is known to work is 4.1 and newer, and 5`,
    advice: 'npm install -D vitest@^5',
  };
}

/** The line of better-sqlite3 has to fit Node before it may be loaded; it is then loaded where it can end nothing but itself. */
export async function checkSqlite(): Promise<CheckResult> {
  const check = 'better-sqlite3';
  const nodeMajor = Number(process.versions.node.split('.')[0]);
  const found = findPackage('better-sqlite3', findOwnPackage().directory);
  const install = `npm install better-sqlite3@${nodeMajor >= 22 ? 13 : 12}`;
  if (found === null) return { check, status: 'fail', finding: 'is not installed', advice: install };
  const major = Number.parseInt(found.version, 10);
  if (nodeMajor < 22 && major >= 13) {
    return {
      check,
      status: 'fail',
      finding: `${found.version} needs Node 22 and newer, and would end this Node ${process.versions.node}`,
      advice: install,
    };
  }
  const source = `const D = require(${JSON.stringify(found.directory)});
    process.stdout.write(new D(':memory:').prepare('SELECT sqlite_version()').pluck().get());`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', source], {
      timeout: loadTimeoutMs,
    });
    return { check, status: 'ok', finding: `${found.version}, SQLite ${stdout}`, advice: null };
  } catch (thrown) {
    const [reason = ''] = messageOf(thrown)
      .split('\n')
      .filter((line) => /error/i.test(line))
      .slice(-1);
    return {
      check,
      status: 'fail',
      finding: `${found.version} cannot be loaded: ${reason === '' ? messageOf(thrown) : reason}`,
      advice: `npm rebuild better-sqlite3, or ${install}`,
    };
  }
}

export function checkSystemInformation(): CheckResult {
  const check = 'systeminformation';
  const found = findPackage('systeminformation', findOwnPackage().directory);
  return found === null
    ? { check, status: 'fail', finding: 'is not installed', advice: 'npm install systeminformation' }
    : { check, status: 'ok', finding: found.version, advice: null };
}

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Nothing of this tool needs a browser; a hub may. */
export function checkChromium({ PATH = '' }: Readonly<Record<string, string | undefined>>): CheckResult {
  const paths = PATH.split(delimiter).flatMap((folder) => browsers.map((name) => join(folder, name)));
  const path = paths.find(isProgram);
  return {
    check: 'Chromium (optional)',
    status: 'ok',
    finding: path ?? 'not found; only capabilities that drive a browser would need it',
    advice: null,
  };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not to be run by this user.
    return false;
  }
}
