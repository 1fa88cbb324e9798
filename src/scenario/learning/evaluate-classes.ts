import type { Interval } from '../../analysis/statistics/bootstrap-interval.js';
import { proportionInterval } from '../../analysis/statistics/proportion-interval.js';
import { RealWorldError } from '../../errors.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireList, requireName } from '../engine-options.js';
import {
  type ConfusionFigures,
  confusionIntervals,
  evaluateConfusion,
  type RateIntervals,
} from './confusion.js';

export interface ClassCase<Subject> {
  readonly label: string;
  readonly subject: Subject;
}

/** A class against all others. */
export interface ClassFigures extends ConfusionFigures {
  readonly label: string;
  /** Cases that truly are of the class. */
  readonly support: number;
  readonly intervals: RateIntervals;
}

export interface ClassEvaluation {
  /** Cases that were answered. */
  readonly cases: number;
  readonly abstained: number;
  readonly coverage: number | null;
  /** `matrix[truth][answer]`, with every label that occurs as truth or answer. */
  readonly matrix: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly classes: readonly ClassFigures[];
  readonly accuracy: number | null;
  readonly accuracyInterval: Interval | null;
  /** Means over the classes that occur, each counting the same; a class that is never answered has precision 0. */
  readonly macro: AverageRates;
  /** Over all cases; with one answer a case, all three are the accuracy. */
  readonly micro: AverageRates;
  readonly interrupted: boolean;
  readonly verdict: 'measured' | 'inconclusive';
}

export interface AverageRates {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** Judges a system that sorts cases into several classes; null is "I do not know". */
export async function evaluateClasses<Subject>(
  context: EngineContext,
  capability: string,
  cases: readonly ClassCase<Subject>[],
  classify: (subject: Subject) => string | null | Promise<string | null>,
): Promise<ClassEvaluation> {
  const call = 'learning.evaluateClasses';
  requireName(call, 'capability', capability);
  requireList(call, 'cases', cases);
  requireFunction(call, 'classify', classify);
  const pairs: [truth: string, answer: string][] = [];
  let abstained = 0;
  let interrupted = false;
  for (const { label, subject } of cases) {
    interrupted = context.signal.aborted;
    if (interrupted) break;
    const answer: unknown = await classify(subject);
    if (answer === null) abstained++;
    else if (typeof answer === 'string') pairs.push([label, answer]);
    else {
      throw new RealWorldError(
        'ENGINE_INVALID',
        `${call}: the classifier answered with a ${typeof answer}. Answer a label, or null for "I do not know".`,
      );
    }
  }
  const evaluation = judgeClasses(pairs, abstained, interrupted);
  recordClasses(context, capability, evaluation);
  return evaluation;
}

function judgeClasses(
  pairs: readonly (readonly [string, string])[],
  abstained: number,
  interrupted: boolean,
): ClassEvaluation {
  const labels = [...new Set(pairs.flat())].sort();
  const right = pairs.filter(([truth, answer]) => truth === answer).length;
  const classes = labels.map((label) => judgeClass(label, pairs));
  const occurring = classes.filter(({ support }) => support > 0);
  const accuracy = pairs.length === 0 ? null : right / pairs.length;
  const mean = (rate: 'precision' | 'recall' | 'f1'): number | null =>
    occurring.length === 0
      ? null
      : occurring.reduce((sum, figures) => sum + (figures[rate] ?? 0), 0) / occurring.length;
  const asked = pairs.length + abstained;
  return {
    cases: pairs.length,
    abstained,
    coverage: asked === 0 ? null : pairs.length / asked,
    matrix: Object.fromEntries(
      labels.map((truth) => [
        truth,
        Object.fromEntries(
          labels.map((answer) => [answer, pairs.filter(([t, a]) => t === truth && a === answer).length]),
        ),
      ]),
    ),
    classes,
    accuracy,
    accuracyInterval: proportionInterval(right, pairs.length),
    macro: { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') },
    micro: { precision: accuracy, recall: accuracy, f1: accuracy },
    interrupted,
    verdict: pairs.length === 0 || interrupted ? 'inconclusive' : 'measured',
  };
}

function judgeClass(label: string, pairs: readonly (readonly [string, string])[]): ClassFigures {
  const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  for (const [truth, answer] of pairs) {
    if (truth === label) counts[answer === label ? 'truePositives' : 'falseNegatives']++;
    else counts[answer === label ? 'falsePositives' : 'trueNegatives']++;
  }
  return {
    label,
    support: counts.truePositives + counts.falseNegatives,
    ...evaluateConfusion(counts),
    intervals: confusionIntervals(counts),
  };
}

function recordClasses({ recorder }: EngineContext, capability: string, evaluation: ClassEvaluation): void {
  const { cases, classes, macro } = evaluation;
  const rates = [
    ['accuracy', evaluation.accuracy, evaluation.accuracyInterval],
    ['macro_precision', macro.precision, null],
    ['macro_recall', macro.recall, null],
    ['macro_f1_score', macro.f1, null],
  ] as const;
  for (const [metricType, value, interval] of rates) {
    if (value === null) continue;
    recorder.recordMetric(metricType, value, 'share', {
      capability,
      context: { cases, classes: classes.length, ...interval },
    });
  }
  if (evaluation.verdict === 'measured') return;
  recorder.recordIssue({
    severity: 'medium',
    capability,
    issueType: 'inconclusive',
    description: `The evaluation of the classes of ${capability} shows nothing for certain: ${cases} cases were answered.`,
  });
}
