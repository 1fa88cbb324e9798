import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { Environment } from '../src/model.js';

/** @param rootPath folder whose commit is told, when it lies in a git work tree */
export function describeEnvironment(rootPath: string, vitestVersion: string): Environment {
  const processors = cpus();
  return {
    node: process.versions.node,
    vitest: vitestVersion,
    platform: `${process.platform}-${process.arch}`,
    cpuModel: processors[0]?.model ?? 'unknown',
    cpuCount: processors.length,
    memoryBytes: totalmem(),
    commit: readCommit(rootPath),
  };
}

function readCommit(rootPath: string): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: rootPath,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // No git, or no repository: the session has no commit, and says so with null.
    return null;
  }
}
