import type { FollowedCommit } from './follow-renames.js';

/** How often and by whom a file was changed. */
export interface Hotspot {
  /** As of HEAD, relative to the root that was asked about. */
  readonly path: string;
  readonly commits: number;
  /** Lines added plus lines deleted. */
  readonly churnLines: number;
  /** Distinct authors, by e-mail address. */
  readonly authors: number;
  /** When the latest of its commits was authored, in ISO 8601. */
  readonly lastChange: string;
}

/** Most commits first, then most churn, then by path. Only files that are there today. */
export function rankHotspots(
  commits: readonly FollowedCommit[],
  present: ReadonlySet<string>,
  limit: number,
): readonly Hotspot[] {
  const tallies = new Map<
    string,
    { commits: number; churnLines: number; emails: Set<string>; lastChange: string }
  >();
  for (const { commit, changes } of commits) {
    for (const { path, addedLines, deletedLines } of changes) {
      if (!present.has(path)) continue;
      const tally = tallies.get(path) ?? {
        commits: 0,
        churnLines: 0,
        emails: new Set<string>(),
        lastChange: commit.date,
      };
      tally.commits += 1;
      tally.churnLines += addedLines + deletedLines;
      tally.emails.add(commit.email);
      if (Date.parse(commit.date) > Date.parse(tally.lastChange)) tally.lastChange = commit.date;
      tallies.set(path, tally);
    }
  }
  return [...tallies]
    .map(([path, { emails, ...tally }]) => ({ path, ...tally, authors: emails.size }))
    .sort((a, b) => b.commits - a.commits || b.churnLines - a.churnLines || (a.path < b.path ? -1 : 1))
    .slice(0, limit);
}
