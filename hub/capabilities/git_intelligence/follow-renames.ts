import type { Commit, FileChange } from './read-commits.js';

/** A commit whose changes carry the names the files have today. */
export interface FollowedCommit {
  readonly commit: Commit;
  readonly changes: readonly FileChange[];
}

/** Names each change by the path its file has at the end, so that a renamed file keeps its history. */
export function followRenames(newestFirst: readonly Commit[]): readonly FollowedCommit[] {
  const laterPaths = new Map<string, string>();
  return newestFirst.map((commit) => {
    const changes = commit.changes.map((change) => ({
      ...change,
      path: laterPaths.get(change.path) ?? change.path,
    }));
    const renames = commit.changes.flatMap(({ path, previousPath }, place) =>
      previousPath === undefined ? [] : [{ path, previousPath, laterPath: changes[place]?.path ?? path }],
    );
    // What an older commit calls by the new name is another file, gone before this one took the name.
    for (const { path } of renames) laterPaths.delete(path);
    for (const { previousPath, laterPath } of renames) laterPaths.set(previousPath, laterPath);
    return { commit, changes };
  });
}
