import { defineCapability, defineHub } from 'vitest-realworld';
import { CodeAssistant } from './capabilities/code_assistant/index.js';
import { CodeSearch } from './capabilities/code_search/index.js';
import { ErrorRecovery } from './capabilities/error_recovery/index.js';
import { GitIntelligence } from './capabilities/git_intelligence/index.js';
import { MistakeLearner } from './capabilities/mistake_learner/index.js';
import { PersistentMemory } from './capabilities/persistent_memory/index.js';
import { ResourceMonitor } from './capabilities/resource_monitor/index.js';
import { SecurityScanner } from './capabilities/security_scanner/index.js';
import { WorkspaceAnalyzer } from './capabilities/workspace_analyzer/index.js';

/** How long a capability waits for another process's lock on the shared state, in milliseconds. */
const lockTimeoutMs = 1_000;

/** The Intelligence Hub: capabilities that work on a codebase, and composites that put several of them together. */
const hub = defineHub({
  capabilities: {
    code_search: defineCapability({
      create: () => new CodeSearch(),
      dispose: (search) => search.dispose(),
    }),
    security_scanner: defineCapability({ create: () => new SecurityScanner() }),
    git_intelligence: defineCapability({ create: () => new GitIntelligence() }),
    resource_monitor: defineCapability({
      create: ({ workspacePath }) => new ResourceMonitor({ diskPath: workspacePath }),
    }),
    mistake_learner: defineCapability({
      create: ({ stateDirectory }) => new MistakeLearner({ stateDirectory }),
      dispose: (learner) => learner.dispose(),
    }),
    persistent_memory: defineCapability({
      create: ({ stateDirectory }) => new PersistentMemory({ stateDirectory, lockTimeoutMs }),
      dispose: (memory) => memory.dispose(),
    }),
    error_recovery: defineCapability({
      create: ({ stateDirectory }) => new ErrorRecovery({ stateDirectory }),
      dispose: (recovery) => recovery.dispose(),
    }),
    workspace_analyzer: defineCapability({
      create: ({ capability }) =>
        new WorkspaceAnalyzer({
          code_search: capability<CodeSearch>('code_search'),
          security_scanner: capability<SecurityScanner>('security_scanner'),
          git_intelligence: capability<GitIntelligence>('git_intelligence'),
          resource_monitor: capability<ResourceMonitor>('resource_monitor'),
        }),
    }),
    code_assistant: defineCapability({
      create: ({ capability }) =>
        new CodeAssistant({
          mistake_learner: capability<MistakeLearner>('mistake_learner'),
          code_search: capability<CodeSearch>('code_search'),
          security_scanner: capability<SecurityScanner>('security_scanner'),
          persistent_memory: capability<PersistentMemory>('persistent_memory'),
        }),
    }),
  },
});

export default hub;

declare module 'vitest-realworld' {
  interface Register {
    hub: typeof hub;
  }
}

export { CodeAssistant } from './capabilities/code_assistant/index.js';
export { CodeSearch, docSentencePairs } from './capabilities/code_search/index.js';
export { ErrorRecovery } from './capabilities/error_recovery/index.js';
export { GitIntelligence } from './capabilities/git_intelligence/index.js';
export {
  holdOutHalf,
  learningCurve,
  MistakeLearner,
  readLabelledSnippets,
} from './capabilities/mistake_learner/index.js';
export { PersistentMemory } from './capabilities/persistent_memory/index.js';
export { ResourceMonitor } from './capabilities/resource_monitor/index.js';
export { SecurityScanner } from './capabilities/security_scanner/index.js';
export { WorkspaceAnalyzer } from './capabilities/workspace_analyzer/index.js';
export { CapabilityError, type CapabilityErrorCode, Unavailable } from './errors.js';
