import { wilsonInterval } from '../../wilson-interval.js';
import type { CommitOutcomes } from './ci-store.js';
import type { FlakyEntry } from './ci-types.js';

/** What passed and failed on the same commit, the most failures first. */
export function findFlaky(repeated: readonly CommitOutcomes[]): readonly FlakyEntry[] {
  const groups = groupByKey(repeated);
  return [...groups.values()]
    .flatMap((commits): readonly FlakyEntry[] => {
      const mixed = commits.filter(({ passes, failures }) => passes > 0 && failures > 0);
      const [first] = mixed;
      if (first === undefined) return [];
      const passes = mixed.reduce((sum, commit) => sum + commit.passes, 0);
      const failures = mixed.reduce((sum, commit) => sum + commit.failures, 0);
      return [
        {
          kind: first.kind,
          name: first.name,
          suite: first.suite,
          passes,
          failures,
          failureRate: failures / (passes + failures),
          interval: wilsonInterval(failures, passes + failures),
          commits: mixed.map(({ commit }) => commit),
          commitsRepeated: commits.length,
          sources: [...new Set(mixed.flatMap(({ sources }) => JSON.parse(sources) as string[]))],
        },
      ];
    })
    .sort((a, b) => b.failures - a.failures || a.name.localeCompare(b.name));
}

function keyOf({ kind, suite, name }: CommitOutcomes): string {
  return JSON.stringify([kind, suite, name]);
}

function groupByKey(repeated: readonly CommitOutcomes[]): Map<string, CommitOutcomes[]> {
  const groups = new Map<string, CommitOutcomes[]>();
  for (const outcomes of repeated) {
    const group = groups.get(keyOf(outcomes));
    if (group === undefined) groups.set(keyOf(outcomes), [outcomes]);
    else group.push(outcomes);
  }
  return groups;
}
