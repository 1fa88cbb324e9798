export { analyzeSession } from './analysis/analyze-session.js';
export { RealWorldError, type RealWorldErrorCode } from './errors.js';
export type {
  Activity,
  CapabilitySummary,
  Issue,
  Metric,
  Scenario,
  Score,
  Session,
  SessionFacts,
  SessionReport,
  Suggestion,
} from './model.js';
export { type RealWorldOptions, type ResolvedOptions, resolveOptions } from './options.js';
export { renderHtml } from './report/html/render-html.js';
export { renderJson } from './report/json.js';
export { renderMarkdown } from './report/markdown.js';
export { describeReportSchema, type ReportJson, reportSchema } from './report/schema/report-schema.js';
export { renderTerminal } from './report/terminal.js';
export { readSessionPage } from './session/read-session-page.js';
export type { SessionPage } from './session-page.js';
export { SessionStore } from './storage/session-store.js';
export type { CapabilityProgress, SessionProgress } from './tester/follow-session.js';
export {
  type CapabilityPerformance,
  type CollectedMetrics,
  type MonitorData,
  RealWorldTester,
  type StartOptions,
} from './tester/real-world-tester.js';
export type { ActiveSession } from './tester/running-session.js';
export type {
  AnalysisSummary,
  AnalyzedSession,
  CapabilityActivities,
  FinalStats,
  SessionAnalysis,
} from './tester/session-analysis.js';
export type { RealWorldTesterOptions, ResourceLimits } from './tester/tester-options.js';
