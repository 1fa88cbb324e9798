import { CapabilityError } from '../../errors.js';
import type { Repository } from './open-repository.js';

export interface FileChange {
  /** Relative to the root that was asked about, with `/` between the parts. */
  readonly path: string;
  /** The path before, when the commit renamed the file. */
  readonly previousPath?: string;
  /** Lines added and deleted; both 0 for a binary file. */
  readonly addedLines: number;
  readonly deletedLines: number;
  readonly isBinary: boolean;
}

export interface Commit {
  readonly commit: string;
  /** Empty for a first commit, two or more for a merge. */
  readonly parents: readonly string[];
  readonly author: string;
  readonly email: string;
  /** When it was authored, in ISO 8601 with the author's offset. */
  readonly date: string;
  readonly subject: string;
  /** Files changed; empty for a merge, and for the commit at which a shallow clone was cut. */
  readonly changes: readonly FileChange[];
}

export interface ReadCommitsOptions {
  readonly since?: Date | string | undefined;
  readonly limit?: number | undefined;
  /** Below the root; the whole root by default. */
  readonly path?: string | undefined;
}

/** No path begins so in the output: a change begins with its counts, and a renamed file's paths are read by position. */
const COMMIT_MARK = '\u0001';
const FORMAT = '--format=tformat:%x01%H%x00%P%x00%aN%x00%aE%x00%aI%x00%s';

/** Commits that are reachable from HEAD, children before their parents; none in a repository without commits. */
export async function readCommits(
  repository: Repository,
  { since, limit, path }: ReadCommitsOptions = {},
): Promise<readonly Commit[]> {
  if (repository.head === undefined) return [];
  // Naming a path makes git leave out commits without a change to it, so the whole tree is asked for without one.
  const paths = path === undefined && repository.isTop ? [] : [path ?? '.'];
  const output = await repository.run([
    'log',
    '-z',
    '--topo-order',
    '--full-history',
    '--numstat',
    '--find-renames',
    '--relative',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    FORMAT,
    ...(since === undefined ? [] : [`--since=${toIsoDate(since)}`]),
    ...(limit === undefined ? [] : [`--max-count=${limit}`]),
    repository.head,
    '--',
    ...paths,
  ]);
  return parseCommits(output, repository.cutCommits);
}

function parseCommits(output: string, cutCommits: ReadonlySet<string>): readonly Commit[] {
  const tokens = output.split('\0');
  const commits: Commit[] = [];
  let at = 0;
  while (at < tokens.length && tokens[at]?.startsWith(COMMIT_MARK)) {
    const [mark = '', parents = '', author = '', email = '', date = '', subject = ''] = tokens.slice(
      at,
      at + 6,
    );
    at += 6;
    const changes: FileChange[] = [];
    while (at < tokens.length && tokens[at] !== '' && !tokens[at]?.startsWith(COMMIT_MARK)) {
      const [, added = '', deleted = '', path = ''] =
        /^\n?([^\t]*)\t([^\t]*)\t([\s\S]*)$/.exec(tokens[at] ?? '') ?? [];
      const renamed = path === '';
      changes.push({
        path: renamed ? (tokens[at + 2] ?? '') : path,
        ...(renamed ? { previousPath: tokens[at + 1] ?? '' } : {}),
        addedLines: Number(added) || 0,
        deletedLines: Number(deleted) || 0,
        isBinary: added === '-',
      });
      at += renamed ? 3 : 1;
    }
    const commit = mark.slice(COMMIT_MARK.length);
    commits.push({
      commit,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      author,
      email,
      date,
      subject,
      changes: cutCommits.has(commit) ? [] : changes,
    });
  }
  return commits;
}

/** Git reads a date it does not understand as now, and would answer with nothing. */
function toIsoDate(since: Date | string): string {
  const time = new Date(since);
  if (Number.isNaN(time.getTime())) {
    throw new CapabilityError('BAD_INPUT', `since is "${String(since)}". Give a Date or an ISO 8601 date.`);
  }
  return time.toISOString();
}
