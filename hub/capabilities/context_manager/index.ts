export {
  type AddedChunk,
  type AddOptions,
  ContextManager,
  type ContextStats,
} from './context-manager.js';
export type { DroppedChunk, FittedContext } from './fit-budget.js';
