export type {
  Decision,
  DecisionToRecord,
  Memory,
  MemoryToKeep,
  PersistentMemoryStats,
  RecallOptions,
  RecordedDecision,
} from './memory-types.js';
export { PersistentMemory, type PersistentMemoryOptions } from './persistent-memory.js';
