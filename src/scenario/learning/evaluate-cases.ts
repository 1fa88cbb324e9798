import type { Interval } from '../../analysis/statistics/bootstrap-interval.js';
import { proportionInterval } from '../../analysis/statistics/proportion-interval.js';
import { RealWorldError } from '../../errors.js';
import type { EngineContext } from '../engine-context.js';
import {
  type ConfusionFigures,
  type ConfusionMatrix,
  confusionIntervals,
  evaluateConfusion,
  type RateIntervals,
} from './confusion.js';

export interface LabelledCase<Subject> {
  readonly positive: boolean;
  readonly subject: Subject;
}

/** What a system says of a case: true for positive, null for "I do not know". */
export type Answer = boolean | null;

export type Detect<Subject> = (subject: Subject) => Answer | Promise<Answer>;

/** Counts of answers; cases without an answer stand apart. */
export interface AnswerCounts extends ConfusionMatrix {
  /** Cases of which the system said that it does not know. @default 0 */
  readonly abstained?: number;
}

export interface LearningEvaluation extends ConfusionFigures {
  readonly abstained: number;
  /** Share of the cases that got an answer, 0 to 1, or null when there was no case. */
  readonly coverage: number | null;
  readonly coverageInterval: Interval | null;
  /** 95 % intervals of the rates. */
  readonly intervals: RateIntervals;
  /** True when the scenario was stopped before all cases were asked about. */
  readonly interrupted: boolean;
  readonly verdict: 'measured' | 'inconclusive';
  /** Why there is no verdict, or null. */
  readonly reason: string | null;
}

/** What was answered, case by case, and whether the scenario was stopped meanwhile. */
export interface AskedCases {
  readonly answers: readonly Answer[];
  readonly interrupted: boolean;
}

/** Asks about one case after the other until the signal aborts. @throws RealWorldError `ENGINE_INVALID` for other answers */
export async function askCases<Subject>(
  call: string,
  cases: readonly LabelledCase<Subject>[],
  detect: Detect<Subject>,
  signal: AbortSignal,
): Promise<AskedCases> {
  const answers: Answer[] = [];
  for (const { subject } of cases) {
    if (signal.aborted) return { answers, interrupted: true };
    const answer: unknown = await detect(subject);
    if (typeof answer !== 'boolean' && answer !== null) {
      throw new RealWorldError(
        'ENGINE_INVALID',
        `${call}: the detector answered with a ${typeof answer}. Answer true, false, or null for "I do not know".`,
      );
    }
    answers.push(answer);
  }
  return { answers, interrupted: false };
}

export function countAnswers(
  cases: readonly LabelledCase<unknown>[],
  answers: readonly Answer[],
): Required<AnswerCounts> {
  const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0, abstained: 0 };
  answers.forEach((answer, index) => {
    if (answer === null) counts.abstained++;
    else if (cases[index]?.positive) counts[answer ? 'truePositives' : 'falseNegatives']++;
    else counts[answer ? 'falsePositives' : 'trueNegatives']++;
  });
  return counts;
}

export function judgeAnswers(counts: AnswerCounts, interrupted = false): LearningEvaluation {
  const figures = evaluateConfusion(counts);
  const abstained = counts.abstained ?? 0;
  const asked = figures.cases + abstained;
  const reason =
    asked === 0
      ? 'There was no case.'
      : figures.cases === 0
        ? `None of ${asked} cases got an answer.`
        : interrupted
          ? `The scenario was stopped after ${asked} cases.`
          : null;
  return {
    ...figures,
    abstained,
    coverage: asked === 0 ? null : figures.cases / asked,
    coverageInterval: proportionInterval(figures.cases, asked),
    intervals: confusionIntervals(counts),
    interrupted,
    verdict: reason === null ? 'measured' : 'inconclusive',
    reason,
  };
}

/** Keeps the rates of an evaluation as metrics of a capability, and an issue when it shows nothing. */
export function recordEvaluation(
  { recorder }: EngineContext,
  capability: string,
  evaluation: LearningEvaluation,
): void {
  const { cases, prevalence, intervals, abstained } = evaluation;
  const rates = [
    ['accuracy', evaluation.accuracy, intervals.accuracy],
    ['precision', evaluation.precision, intervals.precision],
    ['recall', evaluation.recall, intervals.recall],
    ['f1_score', evaluation.f1, intervals.f1],
    ['false_positive_rate', evaluation.falsePositiveRate, intervals.falsePositiveRate],
    ['false_negative_rate', evaluation.falseNegativeRate, intervals.falseNegativeRate],
    // Every case got an answer as a rule; a metric that is always 1 says nothing.
    ['coverage', abstained === 0 ? null : evaluation.coverage, evaluation.coverageInterval],
  ] as const;
  for (const [metricType, value, interval] of rates) {
    if (value === null) continue;
    recorder.recordMetric(metricType, value, 'share', {
      capability,
      context: { cases, prevalence, ...interval },
    });
  }
  if (evaluation.verdict === 'measured') return;
  recorder.recordIssue({
    severity: 'medium',
    capability,
    issueType: 'inconclusive',
    description: `The evaluation of ${capability} shows nothing for certain. ${evaluation.reason}`,
  });
}
