export type { ChunkKind } from './chunk-form.js';
export type { CodeSearchResult } from './chunk-index.js';
export {
  CodeSearch,
  type CodeSearchStats,
  type IndexOptions,
  type IndexSummary,
  type SearchEvaluation,
  type UpdateSummary,
} from './code-search.js';
export { type DocSentencePairsOptions, docSentencePairs, type SearchPair } from './doc-sentence-pairs.js';
export type { RankingQuality } from './evaluate-ranking.js';
export type { WatchOptions } from './watch-sources.js';
