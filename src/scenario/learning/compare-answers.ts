import type { Interval } from '../../analysis/statistics/bootstrap-interval.js';
import { mcNemar } from '../../analysis/statistics/mcnemar.js';
import { RealWorldError } from '../../errors.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireList, requireName } from '../engine-options.js';
import {
  type Answer,
  askCases,
  countAnswers,
  type Detect,
  judgeAnswers,
  type LabelledCase,
  type LearningEvaluation,
} from './evaluate-cases.js';
import { differenceInterval, pairedDifference } from './paired-difference.js';

/** One version of a system that is judged beside another. */
export interface NamedDetector<Subject> {
  readonly name: string;
  readonly detect: Detect<Subject>;
}

export interface CompareOptions {
  /** Capability that the metrics belong to; left out, the scenario's kind. */
  readonly capability?: string;
  /** Chance of calling equal versions different. @default 0.05 */
  readonly alpha?: number;
}

export interface ComparisonResult {
  readonly first: LearningEvaluation & { readonly name: string };
  readonly second: LearningEvaluation & { readonly name: string };
  readonly cases: number;
  /** Cases on which only the first was right; an abstention is not right. */
  readonly onlyFirstRight: number;
  readonly onlySecondRight: number;
  /** Share of right answers of the second less that of the first, or null when there was no case. */
  readonly difference: number | null;
  /** 95 % interval of the difference. */
  readonly interval: Interval | null;
  /** Two-sided chance value of McNemar's exact test (1947). */
  readonly p: number;
  readonly verdict: 'first_better' | 'second_better' | 'no_difference_shown' | 'inconclusive';
  readonly reason: string | null;
}

/** Asks two versions about the same cases and tells which is right more often. */
export async function compareDetectors<Subject>(
  context: EngineContext,
  first: NamedDetector<Subject>,
  second: NamedDetector<Subject>,
  cases: readonly LabelledCase<Subject>[],
  options: CompareOptions = {},
): Promise<ComparisonResult> {
  const call = 'learning.compare';
  for (const version of [first, second]) {
    requireKnownOptions(call, version, ['name', 'detect']);
    requireName(call, 'name', version.name);
    requireFunction(call, 'detect', version.detect);
  }
  requireList(call, 'cases', cases);
  requireKnownOptions(call, options, ['capability', 'alpha']);
  const { alpha = 0.05, capability } = options;
  if (!(alpha > 0 && alpha < 1)) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs "alpha" between 0 and 1; it was given ${alpha}.`,
    );
  }
  const asked = await askCases(call, cases, first.detect, context.signal);
  const others = await askCases(call, cases, second.detect, context.signal);
  const result = compareAnswers(cases, [first.name, asked.answers], [second.name, others.answers], alpha);
  const interrupted = asked.interrupted || others.interrupted;
  const whole: ComparisonResult = interrupted
    ? { ...result, verdict: 'inconclusive', reason: `The scenario was stopped after ${result.cases} cases.` }
    : result;
  if (whole.difference !== null) {
    context.recorder.recordMetric('accuracy_difference', whole.difference, 'share', {
      ...(capability === undefined ? {} : { capability }),
      context: {
        first: first.name,
        second: second.name,
        cases: whole.cases,
        p: whole.p,
        verdict: whole.verdict,
        ...whole.interval,
      },
    });
  }
  return whole;
}

/** Compares answers that were given on the same cases; cases that only one was asked about are left out. */
export function compareAnswers(
  cases: readonly LabelledCase<unknown>[],
  [firstName, firstAnswers]: readonly [string, readonly Answer[]],
  [secondName, secondAnswers]: readonly [string, readonly Answer[]],
  alpha = 0.05,
): ComparisonResult {
  const count = Math.min(firstAnswers.length, secondAnswers.length);
  const compared = cases.slice(0, count);
  let onlyFirstRight = 0;
  let onlySecondRight = 0;
  compared.forEach(({ positive }, index) => {
    const firstRight = firstAnswers[index] === positive;
    if (firstRight === (secondAnswers[index] === positive)) return;
    if (firstRight) onlyFirstRight++;
    else onlySecondRight++;
  });
  const differing = onlyFirstRight + onlySecondRight;
  const { p } = mcNemar(onlyFirstRight, onlySecondRight);
  // The smallest chance value that this many differing cases can give at all.
  const reachable = mcNemar(0, differing).p;
  const clear = p < alpha;
  const better = onlySecondRight > onlyFirstRight ? 'second_better' : 'first_better';
  const reason =
    count === 0
      ? 'There was no case.'
      : reachable >= alpha
        ? `The versions differ on ${differing} of ${count} cases: too few for any answer at ${alpha}.`
        : null;
  return {
    first: { name: firstName, ...judgeAnswers(countAnswers(compared, firstAnswers.slice(0, count))) },
    second: { name: secondName, ...judgeAnswers(countAnswers(compared, secondAnswers.slice(0, count))) },
    cases: count,
    onlyFirstRight,
    onlySecondRight,
    difference: count === 0 ? null : (onlySecondRight - onlyFirstRight) / count,
    interval:
      count === 0 ? null : differenceInterval(pairedDifference(onlyFirstRight, onlySecondRight, count)),
    p,
    verdict: reason !== null ? 'inconclusive' : clear ? better : 'no_difference_shown',
    reason,
  };
}
