import { abTestingWorkload } from './ab_testing.js';
import { audioProcessorWorkload } from './audio_processor.js';
import { autoDebuggerWorkload } from './auto_debugger.js';
import { backgroundTasksWorkload } from './background_tasks.js';
import type { CapabilityWorkload } from './capability-workload.js';
import { ciMonitorWorkload } from './ci_monitor.js';
import { codeAssistantWorkload } from './code_assistant.js';
import { codeLibraryWorkload } from './code_library.js';
import { codeReviewLearnerWorkload } from './code_review_learner.js';
import { codeSearchWorkload } from './code_search.js';
import { contextManagerWorkload } from './context_manager.js';
import { dependencyManagerWorkload } from './dependency_manager.js';
import { docGeneratorWorkload } from './doc_generator.js';
import { errorRecoveryWorkload } from './error_recovery.js';
import { gitIntelligenceWorkload } from './git_intelligence.js';
import { logAnalyzerWorkload } from './log_analyzer.js';
import { mathEngineWorkload } from './math_engine.js';
import { mistakeLearnerWorkload } from './mistake_learner.js';
import { multiAiWorkload } from './multi_ai.js';
import { performanceProfilerWorkload } from './performance_profiler.js';
import { persistentMemoryWorkload } from './persistent_memory.js';
import { queryOptimizerWorkload } from './query_optimizer.js';
import { realtimeInternetWorkload } from './realtime_internet.js';
import { realtimeSessionWorkload } from './realtime_session.js';
import { resourceMonitorWorkload } from './resource_monitor.js';
import { securityScannerWorkload } from './security_scanner.js';
import { smartNotifierWorkload } from './smart_notifier.js';
import { videoProcessorWorkload } from './video_processor.js';
import { workspaceAnalyzerWorkload } from './workspace_analyzer.js';

/** The typical work of every capability of the hub. */
export const workloads: readonly CapabilityWorkload[] = [
  abTestingWorkload,
  audioProcessorWorkload,
  autoDebuggerWorkload,
  backgroundTasksWorkload,
  ciMonitorWorkload,
  codeAssistantWorkload,
  codeLibraryWorkload,
  codeReviewLearnerWorkload,
  codeSearchWorkload,
  contextManagerWorkload,
  dependencyManagerWorkload,
  docGeneratorWorkload,
  errorRecoveryWorkload,
  gitIntelligenceWorkload,
  logAnalyzerWorkload,
  mathEngineWorkload,
  mistakeLearnerWorkload,
  multiAiWorkload,
  performanceProfilerWorkload,
  persistentMemoryWorkload,
  queryOptimizerWorkload,
  realtimeInternetWorkload,
  realtimeSessionWorkload,
  resourceMonitorWorkload,
  securityScannerWorkload,
  smartNotifierWorkload,
  videoProcessorWorkload,
  workspaceAnalyzerWorkload,
];
