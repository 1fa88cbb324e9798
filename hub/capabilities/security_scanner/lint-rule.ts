import type { Severity } from './finding.js';

/** What a lint rule of another engine means as a weakness; the engine itself does not say. */
export interface LintRule {
  readonly rule: string;
  readonly cwe: string;
  readonly severity: Severity;
}
