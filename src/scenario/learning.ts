import { RealWorldError } from '../errors.js';
import { shuffle } from '../seeded-random.js';
import type { EngineContext } from './engine-context.js';

export interface ConfusionMatrix {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

export interface LearningEvaluation extends ConfusionMatrix {
  readonly cases: number;
  /** Share of the cases that are positive. */
  readonly prevalence: number;
  /** Null where the denominator is zero: no data is no result. */
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly falsePositiveRate: number | null;
  readonly falseNegativeRate: number | null;
}

/** Teaches a system and measures what it learnt on cases that it was not taught. */
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
  split<Case>(
    cases: readonly Case[],
    teachShare: number,
  ): { readonly teach: Case[]; readonly holdOut: Case[] } {
    if (!(teachShare > 0 && teachShare < 1)) {
      throw new RealWorldError(
        'ENGINE_INVALID',
        `learning.split(cases, ${teachShare}) needs a share between 0 and 1.`,
      );
    }
    const shuffled = shuffle(cases, this.#context.random);
    const border = Math.round(shuffled.length * teachShare);
    return { teach: shuffled.slice(0, border), holdOut: shuffled.slice(border) };
  }

  /**
   * Judges a system on labelled cases and keeps the figures as metrics of a capability.
   *
   * @param detect true when the system says that the case is positive
   */
  async evaluate<Case>(
    capability: string,
    cases: readonly { readonly positive: boolean; readonly subject: Case }[],
    detect: (subject: Case) => boolean | Promise<boolean>,
  ): Promise<LearningEvaluation> {
    const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
    for (const { positive, subject } of cases) {
      const answered = await detect(subject);
      if (positive) counts[answered ? 'truePositives' : 'falseNegatives']++;
      else counts[answered ? 'falsePositives' : 'trueNegatives']++;
    }
    return this.judge(capability, counts);
  }

  /** Turns counts into rates and keeps them as metrics of a capability. */
  judge(capability: string, counts: ConfusionMatrix): LearningEvaluation {
    const evaluation = evaluateConfusion(counts);
    const rates = {
      accuracy: evaluation.accuracy,
      precision: evaluation.precision,
      recall: evaluation.recall,
      false_positive_rate: evaluation.falsePositiveRate,
      false_negative_rate: evaluation.falseNegativeRate,
    };
    for (const [metricType, value] of Object.entries(rates)) {
      if (value === null) continue;
      this.#context.recorder.recordMetric(metricType, value, 'share', {
        capability,
        context: { cases: evaluation.cases, prevalence: evaluation.prevalence },
      });
    }
    return evaluation;
  }
}

export function evaluateConfusion(counts: ConfusionMatrix): LearningEvaluation {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  const positives = truePositives + falseNegatives;
  const negatives = trueNegatives + falsePositives;
  const cases = positives + negatives;
  return {
    ...counts,
    cases,
    prevalence: cases === 0 ? 0 : positives / cases,
    accuracy: share(truePositives + trueNegatives, cases),
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, positives),
    f1: share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    falsePositiveRate: share(falsePositives, negatives),
    falseNegativeRate: share(falseNegatives, positives),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
