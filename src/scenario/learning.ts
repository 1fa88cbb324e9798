import type { EngineContext } from './engine-context.js';
import { requireFunction, requireList, requireName } from './engine-options.js';
import {
  type CompareOptions,
  type ComparisonResult,
  compareDetectors,
  type NamedDetector,
} from './learning/compare-answers.js';
import { type ControlLearners, createControls } from './learning/control-learners.js';
import { type CorrectionOptions, type CorrectionResult, measureCorrection } from './learning/correction.js';
import { type ControlledEvaluation, evaluateBesideControls } from './learning/evaluate-beside-controls.js';
import {
  type AnswerCounts,
  askCases,
  countAnswers,
  type Detect,
  judgeAnswers,
  type LabelledCase,
  type LearningEvaluation,
  recordEvaluation,
} from './learning/evaluate-cases.js';
import { type ClassCase, type ClassEvaluation, evaluateClasses } from './learning/evaluate-classes.js';
import { type CurveOptions, drawLearningCurve, type LearningCurve } from './learning/learning-curve.js';
import {
  evaluateRanking,
  type RankEvaluation,
  type RankedQuery,
  type RankOptions,
} from './learning/rank-evaluation.js';
import {
  type CaseSplit,
  findLeakage,
  foldCases,
  type LeakageResult,
  splitCases,
  splitGroups,
} from './learning/split-cases.js';

export { type ConfusionMatrix, evaluateConfusion } from './learning/confusion.js';
export type { LearningEvaluation } from './learning/evaluate-cases.js';

/**
 * Teaches a system and measures what it learnt on cases that it was not taught. Every method throws RealWorldError
 * `ENGINE_INVALID` for what it cannot use, and ends early, with `interrupted` and no verdict, when the scenario is stopped.
 */
export class LearningEngine {
  readonly #context: EngineContext;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /**
   * Splits cases into those to teach and those to hold out, drawn by the scenario's seed.
   *
   * @param teachShare between 0 and 1
   */
  split<Case>(cases: readonly Case[], teachShare: number): CaseSplit<Case> {
    return splitCases(cases, teachShare, this.#context.random);
  }

  /** Splits whole groups of cases, so that nothing that a group shares leaks from teaching to judging. */
  splitByGroup<Case>(
    cases: readonly Case[],
    teachShare: number,
    groupOf: (subject: Case) => string,
  ): CaseSplit<Case> {
    return splitGroups(cases, teachShare, groupOf, this.#context.random);
  }

  /** Cuts cases into folds, each held out once; with `groupOf` the cases of one group stay together. */
  folds<Case>(
    cases: readonly Case[],
    count: number,
    groupOf?: (subject: Case) => string,
  ): readonly CaseSplit<Case>[] {
    return foldCases(cases, count, this.#context.random, groupOf);
  }

  /**
   * Looks for cases that are taught and judged by at once, by a key that says which are the same, and reports them as an issue
   * (`leakage`, high).
   */
  checkLeakage<Case>(
    split: { readonly teach: readonly Case[]; readonly holdOut: readonly Case[] },
    keyOf: (subject: Case) => string,
  ): LeakageResult {
    const result = findLeakage(split, keyOf);
    const { recorder } = this.#context;
    const cases = split.holdOut.length;
    if (result.shareOfHoldOut !== null) {
      recorder.recordMetric('leakage', result.shareOfHoldOut, 'share', { context: { cases } });
    }
    if (result.verdict === 'leaking') {
      recorder.recordIssue({
        severity: 'high',
        issueType: 'leakage',
        description: `Of ${cases} held-out cases ${result.leakedHoldOutCases} were taught as well, so what is measured on them is memory and not learning.`,
        suggestedFix: 'Split by group with learning.splitByGroup(), or take the repeated cases out.',
        reproducible: true,
      });
    }
    return result;
  }

  /**
   * Judges a system on labelled cases and keeps the figures as metrics of a capability.
   *
   * @param detect true when the system says that the case is positive, null when it says that it does not know
   */
  async evaluate<Subject>(
    capability: string,
    cases: readonly LabelledCase<Subject>[],
    detect: Detect<Subject>,
  ): Promise<LearningEvaluation> {
    requireName('learning.evaluate', 'capability', capability);
    requireList('learning.evaluate', 'cases', cases);
    requireFunction('learning.evaluate', 'detect', detect);
    const { answers, interrupted } = await askCases('learning.evaluate', cases, detect, this.#context.signal);
    const evaluation = judgeAnswers(countAnswers(cases, answers), interrupted);
    recordEvaluation(this.#context, capability, evaluation);
    return evaluation;
  }

  /** Turns counts into rates and keeps them as metrics of a capability. */
  judge(capability: string, counts: AnswerCounts): LearningEvaluation {
    const evaluation = judgeAnswers(counts);
    recordEvaluation(this.#context, capability, evaluation);
    return evaluation;
  }

  /** Judges a system that sorts cases into several classes. */
  evaluateClasses<Subject>(
    capability: string,
    cases: readonly ClassCase<Subject>[],
    classify: (subject: Subject) => string | null | Promise<string | null>,
  ): Promise<ClassEvaluation> {
    return evaluateClasses(this.#context, capability, cases, classify);
  }

  /** Learners that look at no case, to judge beside the system. */
  controls(taught: readonly Pick<LabelledCase<unknown>, 'positive'>[]): ControlLearners {
    return createControls(taught, this.#context.random);
  }

  /** Judges a system as `evaluate` does, and whether it is better than learners that look at no case. */
  evaluateBesideControls<Subject>(
    capability: string,
    taught: readonly Pick<LabelledCase<Subject>, 'positive'>[],
    holdOut: readonly LabelledCase<Subject>[],
    detect: Detect<Subject>,
  ): Promise<ControlledEvaluation> {
    return evaluateBesideControls(this.#context, capability, taught, holdOut, detect);
  }

  /** Whether a system gets better the more it is taught. */
  curve<Learner, Example, Subject>(options: CurveOptions<Learner, Example, Subject>): Promise<LearningCurve> {
    return drawLearningCurve(this.#context, options);
  }

  /** Which of two versions is right more often on the same cases. */
  compare<Subject>(
    first: NamedDetector<Subject>,
    second: NamedDetector<Subject>,
    cases: readonly LabelledCase<Subject>[],
    options?: CompareOptions,
  ): Promise<ComparisonResult> {
    return compareDetectors(this.#context, first, second, cases, options);
  }

  /** How far up a search puts what should be found. @param search ids of what was found, the best first */
  rank(
    capability: string,
    queries: readonly RankedQuery[],
    search: (query: string) => readonly string[] | Promise<readonly string[]>,
    options?: RankOptions,
  ): Promise<RankEvaluation> {
    return evaluateRanking(this.#context, capability, queries, search, options);
  }

  /** What correcting mistakes does to them, and to what the corrections are not about. */
  correct<Mistake, Subject>(
    options: CorrectionOptions<Mistake, Subject>,
  ): Promise<CorrectionResult<Mistake>> {
    return measureCorrection(this.#context, options);
  }
}
