import { isAbsolute, relative, resolve, sep } from 'node:path';
import { CapabilityError } from '../../errors.js';
import { type Coupling, findCoupling } from './find-coupling.js';
import { followRenames } from './follow-renames.js';
import { type Owner, ownersOfCommits, ownersOfLines } from './measure-ownership.js';
import { openRepository, type Repository } from './open-repository.js';
import { type BlameRange, parseBlame } from './parse-blame.js';
import { type Hotspot, rankHotspots } from './rank-hotspots.js';
import { type Commit, readCommits } from './read-commits.js';

export interface GitIntelligenceOptions {
  /** Folder asked about when a call names none. */
  readonly root?: string;
}

export interface HotspotOptions {
  /** Most files wanted. @default 20 */
  readonly limit?: number;
  /** Only commits after this moment; a string in ISO 8601. @default all */
  readonly since?: Date | string;
}

export interface CouplingOptions {
  /** Fewest commits that changed both files. @default 3 */
  readonly minSupport?: number;
  /** Most pairs wanted. @default 100 */
  readonly limit?: number;
  /**
   * Commits that change more files than this tell nothing about a pair of them (a change of licence, a reformat) and are
   * left out. @default 50
   */
  readonly maxCommitFiles?: number;
  /** Only commits after this moment; a string in ISO 8601. @default all */
  readonly since?: Date | string;
}

export interface HistoryOptions {
  /** Most commits wanted, newest first. @default 100 */
  readonly limit?: number;
  readonly since?: Date | string;
}

export interface RepositoryState {
  /** Commit checked out, undefined while there is none. */
  readonly head: string | undefined;
  /** The history is cut off: counts and shares cover the commits that are there. */
  readonly isShallow: boolean;
}

/**
 * What the history of a repository tells about its files, as of HEAD; changes not committed are not seen. A root below the
 * top of a working tree limits every answer to what lies below it. Renamed files keep their history, authors are joined by
 * the repository's mailmap, merges count as commits without changes, a repository without commits gives empty answers, and
 * in a shallow clone the commits at the cut count without their changes, which are unknown.
 *
 * Every method throws CapabilityError `NOT_FOUND` for a root that is no folder, `NOT_A_REPOSITORY` for one outside any
 * working tree, `BAD_INPUT` for options that make no sense, `TOOL_FAILED` with what git said; Unavailable without git.
 */
export class GitIntelligence {
  readonly #root: string | undefined;

  constructor(options: GitIntelligenceOptions = {}) {
    this.#root = options.root;
  }

  /** Files that change most: by commits, then churn in lines. Deleted files are left out. */
  async hotspots(root?: string, { limit = 20, since }: HotspotOptions = {}): Promise<readonly Hotspot[]> {
    requireCount('limit', limit);
    const repository = await this.#open(root);
    const commits = followRenames(await readCommits(repository, { since }));
    return rankHotspots(commits, await filesAtHead(repository), limit);
  }

  /** Pairs of files that change in the same commits, most often first. Deleted files are left out. */
  async coupling(root?: string, options: CouplingOptions = {}): Promise<readonly Coupling[]> {
    const { minSupport = 3, limit = 100, maxCommitFiles = 50, since } = options;
    requireCount('minSupport', minSupport);
    requireCount('limit', limit);
    requireCount('maxCommitFiles', maxCommitFiles);
    const repository = await this.#open(root);
    const commits = followRenames(await readCommits(repository, { since }));
    return findCoupling(commits, await filesAtHead(repository), { minSupport, maxCommitFiles }).slice(
      0,
      limit,
    );
  }

  /**
   * Who last changed each range of lines of a file, in order of lines.
   *
   * @param path absolute, or relative to the root
   * @throws CapabilityError `NOT_FOUND` when HEAD holds no such file
   */
  async blame(root: string | undefined, path: string): Promise<readonly BlameRange[]> {
    const repository = await this.#open(root);
    return blameFile(repository, pathBelow(repository.root, path));
  }

  /**
   * Authors by their share: of the lines of a file, or of the commits that touched a folder or, without a path, the root.
   *
   * @throws CapabilityError `NOT_FOUND` when HEAD holds neither file nor folder of that path
   */
  async ownership(root?: string, path?: string): Promise<readonly Owner[]> {
    const repository = await this.#open(root);
    const below = path === undefined ? '.' : pathBelow(repository.root, path);
    if (below === '.') return ownersOfCommits(await readCommits(repository));
    const files = await filesAtHead(repository);
    if (files.has(below)) return ownersOfLines(await blameFile(repository, below));
    if (![...files].some((file) => file.startsWith(`${below}/`))) throw noSuchFile(repository, below);
    return ownersOfCommits(await readCommits(repository, { path: below }));
  }

  /** Commits that touched the root, children before their parents. */
  async history(root?: string, { limit = 100, since }: HistoryOptions = {}): Promise<readonly Commit[]> {
    requireCount('limit', limit);
    return readCommits(await this.#open(root), { limit, since });
  }

  /** Whether there are commits, and whether the history is whole. */
  async state(root?: string): Promise<RepositoryState> {
    const { head, cutCommits } = await this.#open(root);
    return { head, isShallow: cutCommits.size > 0 };
  }

  #open(root: string | undefined): Promise<Repository> {
    const folder = root ?? this.#root;
    if (folder === undefined) {
      throw new CapabilityError(
        'BAD_INPUT',
        'No root is given. Name a folder in the call or in the constructor.',
      );
    }
    return openRepository(folder);
  }
}

async function filesAtHead({ head, run }: Repository): Promise<ReadonlySet<string>> {
  if (head === undefined) return new Set();
  const output = await run(['ls-tree', '-r', '-z', '--name-only', head]);
  return new Set(output.split('\0').filter((path) => path !== ''));
}

async function blameFile(repository: Repository, path: string): Promise<readonly BlameRange[]> {
  const { head, run } = repository;
  if (head === undefined || !(await filesAtHead(repository)).has(path)) throw noSuchFile(repository, path);
  return parseBlame(await run(['blame', '--porcelain', head, '--', path]));
}

function noSuchFile({ root }: Repository, path: string): CapabilityError {
  return new CapabilityError(
    'NOT_FOUND',
    `The last commit holds no "${path}" below ${root}. Commit it, or check the path.`,
  );
}

function pathBelow(root: string, path: string): string {
  const below = relative(root, resolve(root, path));
  if (below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) {
    throw new CapabilityError('BAD_INPUT', `"${path}" does not lie below ${root}.`);
  }
  return below === '' ? '.' : below.split(sep).join('/');
}

function requireCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new CapabilityError('BAD_INPUT', `${name} is ${value}. Give a whole number of 1 or more.`);
  }
}
