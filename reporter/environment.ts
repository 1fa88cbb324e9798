import { execFile } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Environment } from '../src/model.js';

/** @param rootPath folder whose commit is told, when it lies in a git work tree */
export async function describeEnvironment(rootPath: string, vitestVersion: string): Promise<Environment> {
  const processors = cpus();
  return {
    node: process.versions.node,
    vitest: vitestVersion,
    platform: `${process.platform}-${process.arch}`,
    cpuModel: processors[0]?.model ?? 'unknown',
    cpuCount: processors.length,
    memoryBytes: totalmem(),
    commit: await readCommit(rootPath),
  };
}

async function readCommit(rootPath: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: rootPath });
    return stdout.trim();
  } catch {
    // No git, or no repository: the session has no commit, and says so with null.
    return null;
  }
}
