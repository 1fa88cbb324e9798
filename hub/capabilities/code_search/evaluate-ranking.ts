import type { CodeSearchResult } from './chunk-index.js';
import type { SearchPair } from './doc-sentence-pairs.js';
import { termsOf } from './search-terms.js';

/** How well a search ranks the right answers; both shares lie in 0..1 and are 0 when nothing was asked. */
export interface RankingQuality {
  readonly queries: number;
  /** Mean of 1 / rank, 0 for an answer not found at all. */
  readonly meanReciprocalRank: number;
  /** Share of queries whose answer is among the first ten. */
  readonly recallAt10: number;
}

export function evaluateRanking(
  pairs: readonly SearchPair[],
  search: (query: string) => readonly CodeSearchResult[],
): RankingQuality & { readonly zeroOverlap: RankingQuality } {
  const ranked = pairs.map((pair) => {
    const place = search(pair.query).findIndex(({ path, name }) => path === pair.path && name === pair.name);
    return { rank: place < 0 ? Number.POSITIVE_INFINITY : place + 1, overlaps: sharesTerm(pair) };
  });
  return { ...qualityOf(ranked), zeroOverlap: qualityOf(ranked.filter(({ overlaps }) => !overlaps)) };
}

function sharesTerm({ query, name }: SearchPair): boolean {
  const nameTerms = new Set(termsOf(name));
  return termsOf(query).some((term) => nameTerms.has(term));
}

function qualityOf(ranked: readonly { readonly rank: number }[]): RankingQuality {
  const queries = ranked.length;
  if (queries === 0) return { queries, meanReciprocalRank: 0, recallAt10: 0 };
  return {
    queries,
    meanReciprocalRank: ranked.reduce((sum, { rank }) => sum + 1 / rank, 0) / queries,
    recallAt10: ranked.filter(({ rank }) => rank <= 10).length / queries,
  };
}
