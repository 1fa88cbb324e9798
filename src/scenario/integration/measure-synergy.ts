import { bootstrapInterval, type Interval } from '../../analysis/statistics/bootstrap-interval.js';
import { RealWorldError } from '../../errors.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireList } from '../engine-options.js';

export interface SynergyOptions<Case, Answer> {
  readonly cases: readonly Case[];
  /** All capabilities together. */
  readonly together: (subject: Case) => Answer | Promise<Answer>;
  /** Each alone, by name. */
  readonly alone: Readonly<Record<string, (subject: Case) => Answer | Promise<Answer>>>;
  /** How good an answer is; more is better. */
  readonly score: (answer: Answer, subject: Case) => number;
  readonly capability?: string;
}

export interface SynergyComparison {
  readonly cases: number;
  /** Mean score of all together; null when there was no case. */
  readonly togetherMean: number | null;
  readonly aloneMeans: Readonly<Record<string, number | null>>;
  /** The best of those alone on these very cases, which is the hardest to beat. */
  readonly bestAlone: string;
  /** Mean of the differences, together less the best alone, case by case. */
  readonly difference: number | null;
  /** 95 % bootstrap interval of the difference; null below 6 cases. */
  readonly interval: Interval | null;
  readonly interrupted: boolean;
  readonly verdict: 'synergy' | 'none' | 'inconclusive';
  readonly reason: string | null;
}

/** With fewer, not even a gain in every case is beyond chance: 2 / 2^5 is above 0.05. */
const casesMin = 6;

/** Scores the whole against each of its parts on the same cases. */
export async function measureSynergy<Case, Answer>(
  context: EngineContext,
  options: SynergyOptions<Case, Answer>,
): Promise<SynergyComparison> {
  const call = 'integration.synergy';
  requireKnownOptions(call, options, ['cases', 'together', 'alone', 'score', 'capability']);
  const { cases, together, alone, score, capability } = options;
  requireList(call, 'cases', cases);
  requireFunction(call, 'together', together);
  requireFunction(call, 'score', score);
  const names = typeof alone === 'object' && alone !== null ? Object.keys(alone) : [];
  if (names.length === 0) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs "alone" to hold at least one function by its name.`,
    );
  }
  for (const name of names) requireFunction(call, `alone.${name}`, alone[name]);
  const rate = async (
    answer: (subject: Case) => Answer | Promise<Answer>,
    subject: Case,
  ): Promise<number> => {
    const value = score(await answer(subject), subject);
    if (Number.isFinite(value)) return value;
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs "score" to give a finite number; it gave ${value}.`,
    );
  };
  const scores = new Map<string, number[]>(names.map((name) => [name, []]));
  const whole: number[] = [];
  for (const subject of cases) {
    if (context.signal.aborted) break;
    whole.push(await rate(together, subject));
    for (const name of names) {
      const one = alone[name];
      if (one !== undefined) scores.get(name)?.push(await rate(one, subject));
    }
  }
  const result = judgeSynergy(whole, scores, whole.length < cases.length, context);
  if (result.difference !== null) {
    const { verdict, bestAlone, togetherMean, interval } = result;
    context.recorder.recordMetric('synergy_effectiveness', result.difference, 'score', {
      ...(capability === undefined ? {} : { capability }),
      context: { cases: result.cases, verdict, bestAlone, togetherMean, ...interval },
    });
  }
  return result;
}

function judgeSynergy(
  whole: readonly number[],
  scores: ReadonlyMap<string, readonly number[]>,
  interrupted: boolean,
  { random }: EngineContext,
): SynergyComparison {
  const cases = whole.length;
  const means = [...scores].map(([name, values]) => ({ name, values, mean: meanOf(values) }));
  const best = means.reduce((left, right) => ((right.mean ?? 0) > (left.mean ?? 0) ? right : left));
  const differences = whole.map((value, index) => value - (best.values[index] ?? 0));
  const interval =
    cases < casesMin
      ? null
      : bootstrapInterval([differences], ([sample = []]) => meanOf(sample) ?? 0, { random });
  const verdict =
    interrupted || interval === null
      ? 'inconclusive'
      : interval.low > 0
        ? 'synergy'
        : interval.high <= 0
          ? 'none'
          : 'inconclusive';
  return {
    cases,
    togetherMean: meanOf(whole),
    aloneMeans: Object.fromEntries(means.map(({ name, mean }) => [name, mean])),
    bestAlone: best.name,
    difference: meanOf(differences),
    interval,
    interrupted,
    verdict,
    reason:
      verdict !== 'inconclusive'
        ? null
        : interrupted
          ? `The scenario was stopped after ${cases} cases.`
          : interval === null
            ? `There are ${cases} cases, and it takes at least ${casesMin}.`
            : `On ${cases} cases the difference lies between ${interval.low.toFixed(3)} and ${interval.high.toFixed(3)}.`,
  };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
