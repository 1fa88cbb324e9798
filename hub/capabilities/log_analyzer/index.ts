export {
  LogAnalyzer,
  type LogAnomaly,
  type TemplateOptions,
  type TemplateSummary,
} from './log-analyzer.js';
export type { LogTemplate } from './log-model.js';
