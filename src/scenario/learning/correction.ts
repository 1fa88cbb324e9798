import { isDeepStrictEqual } from 'node:util';
import type { Interval } from '../../analysis/statistics/bootstrap-interval.js';
import { proportionInterval } from '../../analysis/statistics/proportion-interval.js';
import { RealWorldError } from '../../errors.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireList } from '../engine-options.js';

export interface CorrectionOptions<Mistake, Subject> {
  readonly mistakes: readonly Mistake[];
  /** Corrects the system once. */
  readonly correct: (mistake: Mistake) => unknown;
  /** Whether the system makes the mistake. */
  readonly check: (mistake: Mistake) => boolean | Promise<boolean>;
  /** What no correction is about. */
  readonly unrelated?: readonly Subject[];
  /** What the system says of it; compared by value before and after all corrections. */
  readonly answer?: (subject: Subject) => unknown;
  readonly capability?: string;
}

export interface CorrectionResult<Mistake> {
  /** Mistakes that the system made before they were corrected; only these can be corrected. */
  readonly made: number;
  readonly corrected: number;
  /** Made again right after the correction. */
  readonly stillMade: readonly Mistake[];
  /** Gone after their own correction and back after a later one. */
  readonly relapsed: readonly Mistake[];
  /** `corrected / made`, or null when no mistake was made. */
  readonly effectiveness: number | null;
  /** 95 % interval of the effectiveness. */
  readonly interval: Interval | null;
  readonly collateral: {
    /** Answers that were the same when asked twice before the corrections. */
    readonly compared: number;
    readonly changed: number;
    /** Left out: they change by themselves. */
    readonly unstable: number;
    readonly interval: Interval | null;
  };
  readonly interrupted: boolean;
  readonly verdict: 'measured' | 'inconclusive';
}

const names = ['mistakes', 'correct', 'check', 'unrelated', 'answer', 'capability'];

/** Corrects one mistake after the other and measures what that does to it, and to what it is not about. */
export async function measureCorrection<Mistake, Subject>(
  context: EngineContext,
  options: CorrectionOptions<Mistake, Subject>,
): Promise<CorrectionResult<Mistake>> {
  const call = 'learning.correct';
  requireKnownOptions(call, options, names);
  requireList(call, 'mistakes', options.mistakes);
  requireFunction(call, 'correct', options.correct);
  requireFunction(call, 'check', options.check);
  const { mistakes, correct, check, unrelated = [], answer } = options;
  requireList(call, 'unrelated', unrelated);
  if (unrelated.length > 0) requireFunction(call, 'answer', answer);
  const { signal } = context;
  const ask = async (): Promise<unknown[]> => {
    const answers = [];
    // A copy: a system that hands out its own state would change what it said before.
    for (const subject of unrelated) answers.push(structuredClone(await answer?.(subject)));
    return answers;
  };
  const isMade = async (mistake: Mistake): Promise<boolean> => {
    const made: unknown = await check(mistake);
    if (typeof made === 'boolean') return made;
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}: "check" answered with a ${typeof made}, not true or false.`,
    );
  };
  const before = await ask();
  const again = await ask();
  const stillMade: Mistake[] = [];
  const gone: Mistake[] = [];
  let asked = 0;
  for (const mistake of mistakes) {
    if (signal.aborted) break;
    asked++;
    if (!(await isMade(mistake))) continue;
    await correct(mistake);
    if (await isMade(mistake)) stillMade.push(mistake);
    else gone.push(mistake);
  }
  const relapsed: Mistake[] = [];
  for (const mistake of gone) if (await isMade(mistake)) relapsed.push(mistake);
  const after = await ask();
  const stable = before.map((_, index) => isDeepStrictEqual(before[index], again[index]));
  const compared = stable.filter(Boolean).length;
  const changed = stable.filter(
    (same, index) => same && !isDeepStrictEqual(before[index], after[index]),
  ).length;
  const made = gone.length + stillMade.length;
  const interrupted = asked < mistakes.length;
  const result: CorrectionResult<Mistake> = {
    made,
    corrected: gone.length,
    stillMade,
    relapsed,
    effectiveness: made === 0 ? null : gone.length / made,
    interval: proportionInterval(gone.length, made),
    collateral: {
      compared,
      changed,
      unstable: unrelated.length - compared,
      interval: proportionInterval(changed, compared),
    },
    interrupted,
    verdict: made === 0 || interrupted ? 'inconclusive' : 'measured',
  };
  recordCorrection(context, options.capability, result);
  return result;
}

function recordCorrection(
  { recorder }: EngineContext,
  capability: string | undefined,
  { made, effectiveness, interval, relapsed, collateral }: CorrectionResult<unknown>,
): void {
  const owner = capability === undefined ? {} : { capability };
  if (effectiveness !== null) {
    recorder.recordMetric('correction_effectiveness', effectiveness, 'share', {
      ...owner,
      context: { cases: made, relapsed: relapsed.length, ...interval },
    });
  }
  if (collateral.compared > 0) {
    recorder.recordMetric('correction_collateral', collateral.changed / collateral.compared, 'share', {
      ...owner,
      context: { cases: collateral.compared, unstable: collateral.unstable, ...collateral.interval },
    });
  }
}
