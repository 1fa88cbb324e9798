export type { Coupling } from './find-coupling.js';
export {
  type CouplingOptions,
  GitIntelligence,
  type GitIntelligenceOptions,
  type HistoryOptions,
  type HotspotOptions,
  type RepositoryState,
} from './git-intelligence.js';
export type { Owner } from './measure-ownership.js';
export type { BlameRange } from './parse-blame.js';
export type { Hotspot } from './rank-hotspots.js';
export type { Commit, FileChange } from './read-commits.js';
