import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { GitConstructError, GitError, type SimpleGit, simpleGit } from 'simple-git';
import { CapabilityError, Unavailable } from '../../errors.js';

/** A folder inside the working tree of a repository; what is asked of it concerns the files below the folder. */
export interface Repository {
  readonly root: string;
  /** The folder is the top of the working tree. */
  readonly isTop: boolean;
  /** The commit checked out, undefined while there is none. */
  readonly head: string | undefined;
  /** Commits at which a shallow clone was cut: their changes are unknown, git shows each file as new there. */
  readonly cutCommits: ReadonlySet<string>;
  /** Runs git in the folder and returns its whole output. */
  run(args: readonly string[]): Promise<string>;
}

/**
 * @throws CapabilityError `NOT_FOUND` when the folder does not exist, `NOT_A_REPOSITORY` when it lies in no working tree,
 * `TOOL_FAILED` when git fails; Unavailable when git is not installed
 */
export async function openRepository(folder: string): Promise<Repository> {
  const root = resolve(folder);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CapabilityError('NOT_FOUND', `${root} is no folder. Give the folder of a repository.`);
  }
  const git = makeGit(root);
  // Paths are taken as they are spelled: a file may be called ":(top)" or "*.js".
  const run = (args: readonly string[]): Promise<string> =>
    runGit(git, root, ['--literal-pathspecs', ...args]);
  const prefix = await requireWorkingTree(run, root);
  const head = await run(['rev-parse', '--verify', '--quiet', 'HEAD']).catch((error: unknown) => {
    // With --quiet git is silent about a HEAD that points at no commit yet, and speaks of every other failure.
    if (error instanceof CapabilityError && isSilent(error.cause)) return '';
    throw error;
  });
  const shallowFile = await run(['rev-parse', '--git-path', 'shallow']);
  return {
    root,
    isTop: prefix === '',
    head: head.trim() || undefined,
    cutCommits: readCutCommits(resolve(root, shallowFile.replace(/\n$/, ''))),
    run,
  };
}

function makeGit(root: string): SimpleGit {
  try {
    return simpleGit({
      baseDir: root,
      config: ['core.quotepath=off', 'log.showSignature=false'],
    });
  } catch (cause) {
    if (cause instanceof GitConstructError) {
      throw new CapabilityError('NOT_FOUND', `${root} cannot be entered: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

/** The path from the top of the working tree to the folder. */
async function requireWorkingTree(run: Repository['run'], root: string): Promise<string> {
  let answer: string;
  try {
    answer = await run(['rev-parse', '--is-inside-work-tree', '--show-prefix']);
  } catch (error) {
    if (error instanceof CapabilityError && /not a git repository/i.test(error.message)) {
      throw new CapabilityError(
        'NOT_A_REPOSITORY',
        `${root} lies in no git repository. Give one, or make it with git init.`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
  if (!answer.startsWith('true\n')) {
    throw new CapabilityError(
      'NOT_A_REPOSITORY',
      `${root} is a repository without a working tree. Give a clone with its files.`,
    );
  }
  return answer.slice('true\n'.length).replace(/\n$/, '');
}

async function runGit(git: SimpleGit, root: string, args: readonly string[]): Promise<string> {
  try {
    return await git.raw([...args]);
  } catch (cause) {
    if (cause instanceof Error && /ENOENT/.test(cause.message) && /spawn/.test(cause.message)) {
      throw new Unavailable('git is not installed. Install it and put it on the PATH.', { cause });
    }
    const said = cause instanceof GitError ? cause.message.trim() : String(cause);
    throw new CapabilityError('TOOL_FAILED', `git ${args[1] ?? ''} failed in ${root}: ${said}`, { cause });
  }
}

function isSilent(cause: unknown): boolean {
  return cause instanceof GitError && cause.message.trim() === '';
}

function readCutCommits(shallowFile: string): ReadonlySet<string> {
  if (statSync(shallowFile, { throwIfNoEntry: false }) === undefined) return new Set();
  return new Set(
    readFileSync(shallowFile, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
}
