import type { SgNode } from '@ast-grep/napi';
import type { Severity } from '../finding.js';
import type { SourceFacts } from './source-facts.js';

/** A rule of this project: it looks through one syntax tree and returns the nodes that are weak. */
export interface PatternRule {
  readonly rule: string;
  readonly cwe: string;
  readonly severity: Severity;
  /** What is wrong and what to do instead. */
  readonly message: string;
  /** Text without which no finding is possible: most files are ruled out by it before the tree is searched. */
  readonly mention: RegExp;
  readonly find: (facts: SourceFacts) => readonly SgNode[];
}
