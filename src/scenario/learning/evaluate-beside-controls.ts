import type { EngineContext } from '../engine-context.js';
import { type ComparisonResult, compareAnswers } from './compare-answers.js';
import { createControls } from './control-learners.js';
import {
  askCases,
  countAnswers,
  type Detect,
  judgeAnswers,
  type LabelledCase,
  type LearningEvaluation,
  recordEvaluation,
} from './evaluate-cases.js';

export interface ControlledEvaluation {
  readonly evaluation: LearningEvaluation;
  /** Each control as the first version, the system as the second. */
  readonly againstMajority: ComparisonResult;
  readonly againstRandom: ComparisonResult;
  /** Whether the system is right more often than both controls. */
  readonly verdict: 'better_than_controls' | 'not_better_than_controls' | 'inconclusive';
}

/** Judges a system on held-out cases beside learners that look at no case. */
export async function evaluateBesideControls<Subject>(
  context: EngineContext,
  capability: string,
  taught: readonly Pick<LabelledCase<Subject>, 'positive'>[],
  holdOut: readonly LabelledCase<Subject>[],
  detect: Detect<Subject>,
): Promise<ControlledEvaluation> {
  const { answers, interrupted } = await askCases(
    'learning.evaluateBesideControls',
    holdOut,
    detect,
    context.signal,
  );
  const evaluation = judgeAnswers(countAnswers(holdOut, answers), interrupted);
  recordEvaluation(context, capability, evaluation);
  const controls = createControls(taught, context.random);
  const against = (name: keyof typeof controls): ComparisonResult => {
    const given = answers.map(() => controls[name]());
    const comparison = compareAnswers(holdOut, [name, given], [capability, answers]);
    const { accuracy, cases, prevalence, intervals } = comparison.first;
    if (accuracy !== null) {
      context.recorder.recordMetric('control_accuracy', accuracy, 'share', {
        capability,
        context: { control: name, cases, prevalence, ...intervals.accuracy },
      });
    }
    return comparison;
  };
  const againstMajority = against('majority');
  const againstRandom = against('random');
  const verdicts = [againstMajority.verdict, againstRandom.verdict];
  const better = verdicts.every((verdict) => verdict === 'second_better');
  const open = evaluation.verdict === 'inconclusive' || verdicts.includes('inconclusive');
  return {
    evaluation,
    againstMajority,
    againstRandom,
    verdict:
      better && evaluation.verdict === 'measured'
        ? 'better_than_controls'
        : open
          ? 'inconclusive'
          : 'not_better_than_controls',
  };
}
