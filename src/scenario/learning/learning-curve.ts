import type { Interval } from '../../analysis/statistics/bootstrap-interval.js';
import { RealWorldError } from '../../errors.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireList, requireWhole } from '../engine-options.js';
import {
  type Answer,
  askCases,
  countAnswers,
  judgeAnswers,
  type LabelledCase,
  type LearningEvaluation,
} from './evaluate-cases.js';
import { differenceInterval, type PairedDifference, pairedDifference } from './paired-difference.js';

export interface CurveOptions<Learner, Example, Subject> {
  /** Numbers of examples after which the learner is judged; 0 is an untaught one. */
  readonly sizes: readonly number[];
  /** The examples, in the order in which they are taught. */
  readonly cases: readonly Example[];
  /** Cases that are never taught. */
  readonly holdOut: readonly LabelledCase<Subject>[];
  readonly createLearner: () => Learner | Promise<Learner>;
  readonly teach: (learner: Learner, example: Example) => unknown;
  readonly detect: (learner: Learner, subject: Subject) => Answer | Promise<Answer>;
  readonly capability?: string;
  /** True to teach one learner on and on instead of a fresh one for each size. @default false */
  readonly incremental?: boolean;
  /** A gain of informedness below this is none. @default 0.05 */
  readonly gainMin?: number;
}

export interface CurvePoint {
  readonly examples: number;
  readonly evaluation: LearningEvaluation;
}

export interface LearningCurve {
  readonly points: readonly CurvePoint[];
  /**
   * What the last size is better than the first by: the gain in recall less the gain in false positives, that is in
   * informedness (Youden 1950), which a learner that looks at no case does not have, whatever the prevalence.
   */
  readonly gain: number | null;
  /** 95 % interval of the gain, over the same held-out cases. */
  readonly gainInterval: Interval | null;
  /** Examples after which nine tenths of the last point's recall are reached, or null when it is 0 or not known. */
  readonly examplesToLearn: number | null;
  readonly interrupted: boolean;
  readonly verdict: 'learning' | 'not_learning' | 'inconclusive';
  readonly reason: string | null;
}

const names = [
  'sizes',
  'cases',
  'holdOut',
  'createLearner',
  'teach',
  'detect',
  'capability',
  'incremental',
  'gainMin',
];

/** Teaches more and more examples and judges on the held-out cases after each size. */
export async function drawLearningCurve<Learner, Example, Subject>(
  context: EngineContext,
  options: CurveOptions<Learner, Example, Subject>,
): Promise<LearningCurve> {
  const sizes = checkOptions(options);
  const { cases, holdOut, createLearner, teach, detect, incremental = false, gainMin = 0.05 } = options;
  const { signal } = context;
  const points: CurvePoint[] = [];
  const answers: (readonly Answer[])[] = [];
  let learner = await createLearner();
  let taught = 0;
  let interrupted = false;
  for (const size of sizes) {
    if (!incremental && taught > 0) {
      learner = await createLearner();
      taught = 0;
    }
    while (taught < size && !signal.aborted) await teach(learner, cases[taught++] as Example);
    const asked = await askCases('learning.curve', holdOut, (subject) => detect(learner, subject), signal);
    interrupted ||= asked.interrupted || signal.aborted;
    // A point over a part of the cases does not compare with the others.
    if (asked.interrupted || taught < size) break;
    points.push({ examples: size, evaluation: judgeAnswers(countAnswers(holdOut, asked.answers)) });
    answers.push(asked.answers);
  }
  const curve = judgeCurve(holdOut, points, answers, gainMin, interrupted);
  recordCurve(context, options.capability, curve);
  return curve;
}

function checkOptions<Learner, Example, Subject>(options: CurveOptions<Learner, Example, Subject>): number[] {
  const call = 'learning.curve';
  requireKnownOptions(call, options, names);
  for (const name of ['sizes', 'cases', 'holdOut'] as const) requireList(call, name, options[name]);
  for (const name of ['createLearner', 'teach', 'detect'] as const)
    requireFunction(call, name, options[name]);
  const sizes = [...new Set(options.sizes)].sort((left, right) => left - right);
  for (const size of sizes) requireWhole(call, 'sizes', size, 0);
  const largest = sizes.at(-1);
  if (largest === undefined || largest > options.cases.length) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs "sizes" between 0 and the number of cases, which is ${options.cases.length}; ${largest === undefined ? 'there is none' : `the largest is ${largest}`}.`,
    );
  }
  return sizes;
}

function judgeCurve(
  holdOut: readonly LabelledCase<unknown>[],
  points: readonly CurvePoint[],
  answers: readonly (readonly Answer[])[],
  gainMin: number,
  interrupted: boolean,
): LearningCurve {
  const first = answers[0];
  const last = answers.at(-1);
  const positives = holdOut.filter(({ positive }) => positive).length;
  const negatives = holdOut.length - positives;
  const examplesToLearn = reachedAfter(points);
  const open = (reason: string): LearningCurve => ({
    points,
    gain: null,
    gainInterval: null,
    examplesToLearn,
    interrupted,
    verdict: 'inconclusive',
    reason,
  });
  if (interrupted) return open(`The scenario was stopped after ${points.length} points of the curve.`);
  if (first === undefined || last === undefined || points.length < 2) return open('A curve needs two sizes.');
  if (positives === 0 || negatives === 0) {
    return open(`Of the held-out cases ${positives} are positive and ${negatives} are not: it takes both.`);
  }
  // Saying yes is right where the case is positive and wrong where it is not.
  const inRecall = changeOfYes(holdOut, first, last, true, positives);
  const inFalseAlarms = changeOfYes(holdOut, first, last, false, negatives);
  const gainInterval = differenceInterval(inRecall.smoothed, {
    difference: -inFalseAlarms.smoothed.difference,
    variance: inFalseAlarms.smoothed.variance,
  });
  const verdict =
    gainInterval.low > 0 ? 'learning' : gainInterval.high < gainMin ? 'not_learning' : 'inconclusive';
  return {
    points,
    gain: inRecall.change - inFalseAlarms.change,
    gainInterval,
    examplesToLearn,
    interrupted,
    verdict,
    reason:
      verdict === 'inconclusive'
        ? `With ${positives} positive and ${negatives} negative held-out cases the gain lies between ${gainInterval.low.toFixed(2)} and ${gainInterval.high.toFixed(2)}.`
        : null,
  };
}

function changeOfYes(
  holdOut: readonly LabelledCase<unknown>[],
  first: readonly Answer[],
  last: readonly Answer[],
  positive: boolean,
  cases: number,
): { readonly change: number; readonly smoothed: PairedDifference } {
  let onlyFirst = 0;
  let onlyLast = 0;
  holdOut.forEach((labelled, index) => {
    if (labelled.positive !== positive) return;
    const before = first[index] === true;
    const after = last[index] === true;
    if (before && !after) onlyFirst++;
    if (after && !before) onlyLast++;
  });
  return {
    change: (onlyLast - onlyFirst) / cases,
    smoothed: pairedDifference(onlyFirst, onlyLast, cases),
  };
}

function reachedAfter(points: readonly CurvePoint[]): number | null {
  const goal = points.at(-1)?.evaluation.recall ?? 0;
  if (goal === 0) return null;
  const reached = points.find(({ evaluation }) => (evaluation.recall ?? 0) >= 0.9 * goal);
  return reached === undefined ? null : reached.examples;
}

function recordCurve(
  { recorder }: EngineContext,
  capability: string | undefined,
  curve: LearningCurve,
): void {
  const owner = capability === undefined ? {} : { capability };
  for (const { examples, evaluation } of curve.points) {
    const { cases, prevalence, intervals } = evaluation;
    for (const rate of ['precision', 'recall', 'f1'] as const) {
      const value = evaluation[rate];
      if (value === null) continue;
      recorder.recordMetric(`learning_curve_${rate}`, value, 'share', {
        ...owner,
        context: { examples, cases, prevalence, ...intervals[rate] },
      });
    }
  }
  const context = { cases: curve.points[0]?.evaluation.cases ?? 0, verdict: curve.verdict };
  const examples = (curve.points.at(-1)?.examples ?? 0) - (curve.points[0]?.examples ?? 0);
  if (curve.gain !== null && curve.gainInterval !== null) {
    const { low, high } = curve.gainInterval;
    recorder.recordMetric('learning_rate', curve.gain / examples, 'share/example', {
      ...owner,
      context: { ...context, examples, low: low / examples, high: high / examples },
    });
  }
  if (curve.examplesToLearn !== null) {
    recorder.recordMetric('learning_speed', curve.examplesToLearn, 'examples', { ...owner, context });
  }
}
