import type { FollowedCommit } from './follow-renames.js';

/** Two files that change together. */
export interface Coupling {
  /** In code unit order. */
  readonly files: readonly [string, string];
  /** Commits that changed both. */
  readonly support: number;
  /** Share of the commits of the first that changed the second too, and the other way round, each in 0..1. */
  readonly confidences: readonly [number, number];
  /** The greater of the two. */
  readonly confidence: number;
}

/**
 * Pairs of files by support, then confidence: association rules of two items over commits, as mined by Zimmermann, Weissgerber,
 * Diehl and Zeller, "Mining version histories to guide software changes" (2004).
 */
export function findCoupling(
  commits: readonly FollowedCommit[],
  present: ReadonlySet<string>,
  { minSupport, maxCommitFiles }: { readonly minSupport: number; readonly maxCommitFiles: number },
): readonly Coupling[] {
  const commitsOf = new Map<string, number>();
  const together = new Map<string, Map<string, number>>();
  for (const { changes } of commits) {
    const paths = [...new Set(changes.map(({ path }) => path))].filter((path) => present.has(path)).sort();
    if (changes.length > maxCommitFiles) continue;
    for (const [place, first] of paths.entries()) {
      commitsOf.set(first, (commitsOf.get(first) ?? 0) + 1);
      const partners = together.get(first) ?? new Map<string, number>();
      for (const second of paths.slice(place + 1)) partners.set(second, (partners.get(second) ?? 0) + 1);
      together.set(first, partners);
    }
  }
  const couplings: Coupling[] = [];
  for (const [first, partners] of together) {
    for (const [second, support] of partners) {
      if (support < minSupport) continue;
      const confidences = [
        support / (commitsOf.get(first) ?? support),
        support / (commitsOf.get(second) ?? support),
      ] as const;
      couplings.push({ files: [first, second], support, confidences, confidence: Math.max(...confidences) });
    }
  }
  return couplings.sort(
    (a, b) =>
      b.support - a.support ||
      b.confidence - a.confidence ||
      (a.files.join('\n') < b.files.join('\n') ? -1 : 1),
  );
}
