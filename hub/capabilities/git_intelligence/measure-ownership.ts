import type { BlameRange } from './parse-blame.js';
import type { Commit } from './read-commits.js';

/** What part of a file or tree is an author's. */
export interface Owner {
  readonly author: string;
  readonly email: string;
  /** Lines of a file as of HEAD, or commits of a tree. */
  readonly measure: 'lines' | 'commits';
  readonly count: number;
  /** Part of all lines or commits, in 0..1. */
  readonly share: number;
}

export function ownersOfLines(ranges: readonly BlameRange[]): readonly Owner[] {
  return rankOwners(
    'lines',
    ranges.map((range) => ({ ...range, count: range.endLine - range.startLine + 1 })),
  );
}

export function ownersOfCommits(commits: readonly Commit[]): readonly Owner[] {
  return rankOwners(
    'commits',
    commits.map(({ author, email }) => ({ author, email, count: 1 })),
  );
}

/** Greatest share first, then by e-mail address. One address is one author, under the name met first. */
function rankOwners(
  measure: Owner['measure'],
  parts: readonly { readonly author: string; readonly email: string; readonly count: number }[],
): readonly Owner[] {
  const owners = new Map<string, { author: string; count: number }>();
  let total = 0;
  for (const { author, email, count } of parts) {
    const owner = owners.get(email) ?? { author, count: 0 };
    owner.count += count;
    total += count;
    owners.set(email, owner);
  }
  return [...owners]
    .map(([email, { author, count }]) => ({ author, email, measure, count, share: count / total }))
    .sort((a, b) => b.count - a.count || (a.email < b.email ? -1 : 1));
}
