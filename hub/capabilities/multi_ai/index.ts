export type {
  Answer,
  AskResult,
  Consensus,
  ModelObject,
  Opinion,
  ProviderFactory,
  ProviderToAsk,
  TokenUsage,
} from './answer-types.js';
export { type AskOptions, MultiAi, type MultiAiOptions, type ProviderReference } from './multi-ai.js';
export { normaliseAnswer } from './normalise-answer.js';
export { type OfflineBehaviour, offlineProvider } from './offline-provider.js';
