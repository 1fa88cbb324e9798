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
export { renderJson } from './report/json.js';
export { renderTerminal } from './report/terminal.js';
export { SessionStore } from './storage/session-store.js';
