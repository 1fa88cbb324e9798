import { execFileSync } from 'node:child_process';
import { InnerProject, type RunUser } from './inner-project.js';

/** Whom to run as so that permissions hold: this user itself, nobody for the superuser, null where that cannot be. */
export function unprivileged(): RunUser | 'self' | null {
  if (process.getuid === undefined) return null;
  if (process.getuid() !== 0) return 'self';
  const nobody = { uid: 65_534, gid: 65_534 };
  try {
    execFileSync(
      process.execPath,
      ['--eval', `require('fs').readFileSync(${JSON.stringify(InnerProject.commandLine)})`],
      {
        ...nobody,
        stdio: 'ignore',
      },
    );
    return nobody;
  } catch {
    // The repository lies where only the superuser may read.
    return null;
  }
}
