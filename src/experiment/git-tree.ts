import { realpathSync } from 'node:fs';
import { devNull } from 'node:os';
import { relative } from 'node:path';
import { messageOf } from '../errors.js';
import { ExperimentError } from './experiment-error.js';
import { lastLines, type ProcessEnd, runProcess } from './run-process.js';

/** The repository around a project. */
export interface GitTree {
  /** Absolute path of its working tree. */
  readonly root: string;
  /** The project's folder from there; empty when it is the root. */
  readonly projectPath: string;
  readonly commit: string;
  /** There are changes to tracked files, or new files that are not ignored. */
  readonly dirty: boolean;
}

/** What runs write is no change of the project. */
const ownFolder = ':(exclude,glob)**/.realworld/**';

/** @throws ExperimentError `GIT_UNUSABLE` */
export async function readGitTree(project: string, signal: AbortSignal): Promise<GitTree> {
  const toplevel = await git(project, ['rev-parse', '--show-toplevel'], signal);
  if (toplevel.exitCode !== 0) {
    throw new ExperimentError(
      'GIT_UNUSABLE',
      `${project} is not in a git repository, so there is no commit to compare with. Name the project's folder with --project PATH.`,
    );
  }
  const root = toplevel.stdout.trim();
  const head = await git(project, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], signal);
  if (head.exitCode !== 0) throw new ExperimentError('GIT_UNUSABLE', `${root} has no commit yet.`);
  const status = await git(root, ['status', '--porcelain', '--', '.', ownFolder], signal);
  if (status.exitCode !== 0) throw new ExperimentError('GIT_UNUSABLE', lastLines(status.output));
  return {
    root,
    projectPath: relative(realpathSync(root), realpathSync(project)),
    commit: head.stdout.trim(),
    dirty: status.stdout.trim() !== '',
  };
}

/** @throws ExperimentError `COMMIT_UNKNOWN` */
export async function resolveCommit({ root }: GitTree, ref: string, signal: AbortSignal): Promise<string> {
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const found = await git(root, words, signal);
  if (found.exitCode === 0) return found.stdout.trim();
  throw new ExperimentError(
    'COMMIT_UNKNOWN',
    `There is no commit "${ref}" here. Name one that git knows, such as HEAD~1 or origin/main; in CI, fetch it first (git fetch origin main, or a checkout with fetch-depth: 0).`,
  );
}

/**
 * Checks a commit out into a folder of its own, beside the user's working tree.
 *
 * @throws ExperimentError `GIT_UNUSABLE`
 */
export async function addWorktree(
  { root }: GitTree,
  directory: string,
  commit: string,
  signal: AbortSignal,
): Promise<void> {
  // The user's hooks are for the user's own checkouts.
  const words = [
    '-c',
    `core.hooksPath=${devNull}`,
    'worktree',
    'add',
    '--quiet',
    '--detach',
    directory,
    commit,
  ];
  const added = await git(root, words, signal);
  if (added.exitCode === 0) return;
  throw new ExperimentError(
    'GIT_UNUSABLE',
    `Git cannot check ${commit.slice(0, 10)} out: ${lastLines(added.output)}`,
  );
}

/** Removes what `addWorktree` added, also when it was interrupted. @returns what went wrong, or null */
export async function removeWorktree({ root }: GitTree, directory: string): Promise<string | null> {
  const signal = new AbortController().signal;
  const removed = await git(root, ['worktree', 'remove', '--force', '--force', directory], signal);
  const pruned = await git(root, ['worktree', 'prune'], signal);
  if (pruned.exitCode !== 0) return lastLines(pruned.output);
  const isGone = removed.exitCode === 0 || /is not a working tree|No such file/i.test(removed.output);
  return isGone ? null : lastLines(removed.output);
}

/** Set inside a git hook, where they would name another tree than the one that is asked about. */
const ofHook = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_PREFIX: undefined,
};

async function git(directory: string, words: readonly string[], signal: AbortSignal): Promise<ProcessEnd> {
  try {
    return await runProcess({
      command: 'git',
      arguments: words,
      directory,
      // Its messages are read, and it must not wait for a password.
      environment: { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...ofHook },
      signal,
    });
  } catch (thrown) {
    signal.throwIfAborted();
    throw new ExperimentError('GIT_UNUSABLE', `Git cannot be started: ${messageOf(thrown)}.`, {
      cause: thrown,
    });
  }
}
