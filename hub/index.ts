import { defineCapability, defineHub } from 'vitest-realworld';
import { AbTesting } from './capabilities/ab_testing/index.js';
import { AudioProcessor } from './capabilities/audio_processor/index.js';
import { AutoDebugger } from './capabilities/auto_debugger/index.js';
import { BackgroundTasks } from './capabilities/background_tasks/index.js';
import { CiMonitor } from './capabilities/ci_monitor/index.js';
import { CodeAssistant } from './capabilities/code_assistant/index.js';
import { CodeLibrary } from './capabilities/code_library/index.js';
import { CodeReviewLearner } from './capabilities/code_review_learner/index.js';
import { CodeSearch } from './capabilities/code_search/index.js';
import { ContextManager } from './capabilities/context_manager/index.js';
import { DependencyManager } from './capabilities/dependency_manager/index.js';
import { DocGenerator } from './capabilities/doc_generator/index.js';
import { ErrorRecovery } from './capabilities/error_recovery/index.js';
import { GitIntelligence } from './capabilities/git_intelligence/index.js';
import { LogAnalyzer } from './capabilities/log_analyzer/index.js';
import { MathEngine } from './capabilities/math_engine/index.js';
import { MistakeLearner } from './capabilities/mistake_learner/index.js';
import { MultiAi } from './capabilities/multi_ai/index.js';
import { PerformanceProfiler } from './capabilities/performance_profiler/index.js';
import { PersistentMemory } from './capabilities/persistent_memory/index.js';
import { QueryOptimizer } from './capabilities/query_optimizer/index.js';
import { RealtimeInternet } from './capabilities/realtime_internet/index.js';
import { RealtimeSession } from './capabilities/realtime_session/index.js';
import { ResourceMonitor } from './capabilities/resource_monitor/index.js';
import { SecurityScanner } from './capabilities/security_scanner/index.js';
import { SmartNotifier } from './capabilities/smart_notifier/index.js';
import { VideoProcessor } from './capabilities/video_processor/index.js';
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
    background_tasks: defineCapability({
      create: ({ stateDirectory }) => new BackgroundTasks({ stateDirectory, lockTimeoutMs }),
      dispose: (tasks) => tasks.dispose(),
    }),
    realtime_internet: defineCapability({
      create: ({ stateDirectory }) => new RealtimeInternet({ stateDirectory, lockTimeoutMs }),
      dispose: (internet) => internet.dispose(),
    }),
    smart_notifier: defineCapability({
      create: ({ stateDirectory }) => new SmartNotifier({ stateDirectory, lockTimeoutMs }),
      dispose: (notifier) => notifier.dispose(),
    }),
    ci_monitor: defineCapability({
      create: ({ stateDirectory }) => new CiMonitor({ stateDirectory, lockTimeoutMs }),
      dispose: (monitor) => monitor.dispose(),
    }),
    dependency_manager: defineCapability({ create: () => new DependencyManager() }),
    auto_debugger: defineCapability({ create: () => new AutoDebugger() }),
    performance_profiler: defineCapability({
      create: () => new PerformanceProfiler(),
      dispose: (profiler) => profiler.dispose(),
    }),
    code_review_learner: defineCapability({
      create: ({ stateDirectory }) => new CodeReviewLearner({ stateDirectory, lockTimeoutMs }),
      dispose: (learner) => learner.dispose(),
    }),
    code_library: defineCapability({
      create: ({ stateDirectory }) => new CodeLibrary({ stateDirectory, lockTimeoutMs }),
      dispose: (library) => library.dispose(),
    }),
    doc_generator: defineCapability({ create: () => new DocGenerator() }),
    context_manager: defineCapability({
      create: () => new ContextManager(),
      dispose: (context) => context.dispose(),
    }),
    log_analyzer: defineCapability({
      create: () => new LogAnalyzer(),
      dispose: (analyzer) => analyzer.dispose(),
    }),
    math_engine: defineCapability({
      create: () => new MathEngine(),
      dispose: (engine) => engine.dispose(),
    }),
    ab_testing: defineCapability({
      create: ({ stateDirectory }) => new AbTesting({ stateDirectory, lockTimeoutMs }),
      dispose: (testing) => testing.dispose(),
    }),
    query_optimizer: defineCapability({
      create: () => new QueryOptimizer(),
      dispose: (optimizer) => optimizer.dispose(),
    }),
    realtime_session: defineCapability({
      // Beside capabilities that compute for seconds, an answer over loopback may take as long.
      create: () => new RealtimeSession({ timeoutMs: 20_000 }),
      dispose: (session) => session.dispose(),
    }),
    multi_ai: defineCapability({ create: () => new MultiAi() }),
    audio_processor: defineCapability({
      create: () => new AudioProcessor(),
      dispose: (audio) => audio.dispose(),
    }),
    video_processor: defineCapability({
      create: () => new VideoProcessor(),
      dispose: (video) => video.dispose(),
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
          code_review_learner: capability<CodeReviewLearner>('code_review_learner'),
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

export { AbTesting } from './capabilities/ab_testing/index.js';
export { AudioProcessor } from './capabilities/audio_processor/index.js';
export { AutoDebugger } from './capabilities/auto_debugger/index.js';
export { BackgroundTasks, followFileChanges } from './capabilities/background_tasks/index.js';
export { CiMonitor } from './capabilities/ci_monitor/index.js';
export { CodeAssistant } from './capabilities/code_assistant/index.js';
export { CodeLibrary } from './capabilities/code_library/index.js';
export { CodeReviewLearner } from './capabilities/code_review_learner/index.js';
export { CodeSearch, docSentencePairs } from './capabilities/code_search/index.js';
export { ContextManager } from './capabilities/context_manager/index.js';
export { DependencyManager } from './capabilities/dependency_manager/index.js';
export { DocGenerator } from './capabilities/doc_generator/index.js';
export { ErrorRecovery } from './capabilities/error_recovery/index.js';
export { GitIntelligence } from './capabilities/git_intelligence/index.js';
export { LogAnalyzer } from './capabilities/log_analyzer/index.js';
export { MathEngine } from './capabilities/math_engine/index.js';
export {
  holdOutHalf,
  learningCurve,
  MistakeLearner,
  readLabelledSnippets,
} from './capabilities/mistake_learner/index.js';
export { MultiAi, normaliseAnswer, offlineProvider } from './capabilities/multi_ai/index.js';
export { PerformanceProfiler } from './capabilities/performance_profiler/index.js';
export { PersistentMemory } from './capabilities/persistent_memory/index.js';
export { QueryOptimizer } from './capabilities/query_optimizer/index.js';
export { RealtimeInternet } from './capabilities/realtime_internet/index.js';
export { RealtimeSession, rehearsePartitions } from './capabilities/realtime_session/index.js';
export { ResourceMonitor } from './capabilities/resource_monitor/index.js';
export { SecurityScanner } from './capabilities/security_scanner/index.js';
export { SmartNotifier } from './capabilities/smart_notifier/index.js';
export { VideoProcessor } from './capabilities/video_processor/index.js';
export { WorkspaceAnalyzer } from './capabilities/workspace_analyzer/index.js';
export { CapabilityError, type CapabilityErrorCode, Unavailable } from './errors.js';
export { listWorkspaceFiles, type SkippedEntry } from './files/workspace-files.js';
export { seededRandom, shuffled } from './seeded-random.js';
