import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../errors.js';
import type { CheckResult } from '../../report/verify-text.js';
import { type DatabaseInspection, inspectDatabase } from '../../storage/inspect-database.js';
import { SessionStore } from '../../storage/session-store.js';

/** Checks a database, or, where there is none yet, one that is made for it and removed. */
export function checkDatabase(path: string): readonly CheckResult[] {
  const check = 'database';
  try {
    const found = inspectDatabase(path);
    if (found !== null) {
      const sessions = `${found.sessions} ${found.sessions === 1 ? 'session' : 'sessions'}`;
      return [
        { check, status: 'ok', finding: `${path}, whole, ${sessions}`, advice: null },
        ...checkSchema(found),
      ];
    }
    const finding = `${path} is not there yet; the first run makes it. What follows is of one made for this check`;
    return [{ check, status: 'ok', finding, advice: null }, ...checkSchema(inspectNew())];
  } catch (thrown) {
    // The message says what to do.
    return [{ check, status: 'fail', finding: messageOf(thrown), advice: null }];
  }
}

function inspectNew(): DatabaseInspection {
  const folder = mkdtempSync(join(tmpdir(), 'realworld-verify-'));
  try {
    const path = join(folder, 'verify.db');
    new SessionStore(path).close();
    const found = inspectDatabase(path);
    if (found === null) throw new Error(`A database that was made in ${folder} is not there.`);
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkSchema(found: DatabaseInspection): readonly CheckResult[] {
  const { version, newestVersion, isOwn } = found;
  return [
    missing('tables', 'all five', found.missingTables),
    missing('indexes', 'all five', found.missingIndexes),
    {
      check: 'schema',
      status: version === newestVersion ? 'ok' : 'warn',
      finding: `version ${version}${version === newestVersion ? '' : `; the newest is ${newestVersion}`}`,
      advice:
        version === newestVersion ? null : 'The next run makes a backup beside it and brings it up to date.',
    },
    {
      check: 'application id',
      status: isOwn ? 'ok' : 'warn',
      finding: isOwn ? 'is that of vitest-realworld' : 'is not set, as in databases of the program before',
      advice: isOwn ? null : 'The next run sets it and keeps the sessions.',
    },
  ];
}

function missing(check: string, all: string, names: readonly string[]): CheckResult {
  if (names.length === 0) return { check, status: 'ok', finding: all, advice: null };
  return {
    check,
    status: 'fail',
    finding: `missing: ${names.join(', ')}`,
    advice: 'Move the database away; the next run makes a new one. Or name another with --db PATH.',
  };
}
