export type {
  CodeSearchLike,
  GitIntelligenceLike,
  Insight,
  Part,
  PartName,
  PartValues,
  ResourceMonitorLike,
  SecurityScannerLike,
  WorkspaceAnalysis,
  WorkspaceCapabilities,
  WorkspaceParts,
} from './workspace-analysis.js';
export { WorkspaceAnalyzer } from './workspace-analyzer.js';
