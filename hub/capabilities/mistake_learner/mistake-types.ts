/** An example of a rule: code that breaks it, code that keeps it, or best both, differing in nothing else. */
export interface Example {
  readonly rule: string;
  readonly bad?: string;
  readonly good?: string;
  /** Where it comes from. */
  readonly source?: string;
}

export interface LearntPattern {
  /** Kinds of TypeScript nodes; a name or text stands behind `=`, a hole has none; `+` repeats. */
  readonly pattern: string;
  /** Wrong examples of the rule that have it. */
  readonly support: number;
  /** Right examples of any rule that have it. */
  readonly contradictions: number;
}

export type LearnResult =
  | { readonly outcome: 'learnt'; readonly rule: string; readonly patterns: readonly LearntPattern[] }
  | { readonly outcome: 'cannotLearn'; readonly rule: string; readonly cannotLearn: string };

/** A place that looks like a wrong example. Lines and columns begin at 1; the end is behind the last character. */
export interface Warning {
  readonly rule: string;
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** At most 200 characters. */
  readonly matchedText: string;
  /** Estimated probability that the rule calls it wrong. */
  readonly score: number;
  /** Sources of the wrong examples it resembles, at most five. */
  readonly learntFrom: readonly string[];
}

export interface CheckOptions {
  /** Decides the dialect by its extension. */
  readonly path?: string;
  /** `tsx` or `jsx` for code with elements, anything else without; by default the code decides. */
  readonly language?: string;
}

export interface LabelledCase {
  readonly code: string;
  readonly rule: string;
  readonly label: 'wrong' | 'right';
}

export interface Confusion {
  /** Wrong cases with a warning of their own rule. */
  readonly truePositives: number;
  /** Right cases with a warning of any rule. */
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

export interface Evaluation extends Confusion {
  /** Null when nothing was warned of. */
  readonly precision: number | null;
  /** Null without wrong cases. */
  readonly recall: number | null;
  /** Wrong cases of rules that it says it cannot learn; counted in `falseNegatives` too. */
  readonly abstainedCases: number;
  /** Recall without the abstained cases. */
  readonly recallOfLearnt: number | null;
  readonly f1: number | null;
  /** Right cases whose only warnings are of other rules; counted in `falsePositives` too. */
  readonly crossRuleFalsePositives: number;
  /** By the rule of the case. */
  readonly perRule: Readonly<Record<string, Confusion>>;
  readonly casesSeen: number;
}

export interface LearntRule {
  readonly rule: string;
  readonly wrongExamples: number;
  readonly rightExamples: number;
  /** Patterns that can lead to a warning. */
  readonly patterns: number;
  /** Why there is none. */
  readonly cannotLearn?: string;
}
