export { CiMonitor, type CiMonitorOptions } from './ci-monitor.js';
export type {
  CiRun,
  CiRunKind,
  FlakyEntry,
  IngestedReport,
  IngestedWebhook,
  ParsedWorkflow,
  TestOutcome,
  TestResult,
  WorkflowError,
  WorkflowJobPlan,
  WorkflowStep,
} from './ci-types.js';
