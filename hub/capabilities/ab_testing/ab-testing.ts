import { isDeepStrictEqual } from 'node:util';
import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import { guardState, openCapabilityState, type StateFile } from '../error_recovery/state-failure.js';
import { type Arm, assignArm } from './assign-arm.js';
import {
  adjustByHolm,
  type Comparison,
  compareMeans,
  compareProportions,
  sampleRatioProbability,
} from './compare-arms.js';
import {
  experimentSchema,
  insertDefinition,
  insertUser,
  readDefinition,
  type StoredDefinition,
  summariseArm,
  updateOutcome,
} from './experiment-store.js';
import { findSampleSize, type SampleSizeQuestion } from './sample-size.js';

export interface AbTestingOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
}

export interface ExperimentDefinition {
  readonly name: string;
  /** The first is the control. */
  readonly arms: readonly Arm[];
  /** Whether users succeed or not, or have a value. @default 'conversion' */
  readonly metric?: 'conversion' | 'mean';
  /** Deals anew when it is changed. @default the name */
  readonly salt?: string;
}

export interface ArmResult {
  readonly arm: string;
  /** Users that were assigned. */
  readonly assigned: number;
  /** Users in the analysis: all assigned of a conversion, those with an outcome of a mean. */
  readonly n: number;
  /** Share that succeeded, or mean outcome. */
  readonly mean: number;
}

export interface ArmComparison extends Comparison {
  readonly arm: string;
  readonly against: string;
  /** Corrected for the number of arms (Holm). */
  readonly pAdjusted: number;
}

/** What an experiment says. `effect`, `interval` and `p` are those of the first comparison. */
export interface ExperimentAnalysis {
  readonly source: string;
  readonly metric: 'conversion' | 'mean';
  readonly alpha: number;
  readonly arms: readonly ArmResult[];
  readonly effect: number;
  readonly interval: readonly [low: number, high: number];
  readonly p: number;
  /** Every arm against the first. */
  readonly comparisons: readonly ArmComparison[];
  /** Whether users are spread over the arms as the weights say; a mismatch makes all else worthless. */
  readonly sampleRatio: { readonly p: number; readonly mismatch: boolean };
}

const mismatchBelow = 0.001;

/**
 * Deals users to the arms of experiments, keeps their outcomes on disk and tells what differs.
 *
 * Methods that touch the state throw CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED when it cannot be used, NOT_FOUND for
 * an experiment that was not defined.
 */
export class AbTesting {
  readonly #file: StateFile;
  readonly #database: Database;

  constructor(options: AbTestingOptions) {
    this.#file = { ...options, capability: 'ab_testing' };
    this.#database = openCapabilityState(this.#file, experimentSchema);
  }

  /**
   * Defines an experiment; the same definition once more changes nothing.
   *
   * @throws CapabilityError BAD_INPUT for fewer than two arms, equal or empty names, weights that are not above 0, or an experiment of
   *   this name that is defined otherwise
   */
  define(experiment: ExperimentDefinition): void {
    const { name, metric = 'conversion', salt = name } = experiment;
    const arms = experiment.arms.map(({ name: arm, weight = 1 }) => ({ name: arm, weight }));
    refuseArms(name, arms);
    const definition: StoredDefinition = { metric, arms, salt };
    this.#write('define an experiment', () => {
      const known = readDefinition(this.#database, name);
      if (known === undefined) insertDefinition(this.#database, name, definition);
      else if (!isDeepStrictEqual(known, definition)) {
        throw new CapabilityError(
          'BAD_INPUT',
          `Experiment "${name}" is defined otherwise; changed arms would mix users. Take another name.`,
        );
      }
    });
  }

  /** The arm of a user, always the same one; the user takes part from now on. */
  assign(experiment: string, user: string): string {
    return this.#write('assign a user', () => {
      const { salt, arms } = this.#definition(experiment);
      const arm = assignArm(salt, user, arms);
      insertUser(this.#database, experiment, user, arm);
      return arm;
    });
  }

  /**
   * Keeps the outcome of a user; the last one counts.
   *
   * @param outcome whether the user succeeded, or a value
   * @throws CapabilityError BAD_INPUT when it does not suit the metric, NOT_FOUND for a user that was not assigned
   */
  record(
    experiment: string,
    user: string,
    outcome: boolean | number,
    options: { readonly source?: string } = {},
  ): void {
    this.#write('record an outcome', () => {
      const { metric } = this.#definition(experiment);
      const suits = metric === 'conversion' ? typeof outcome === 'boolean' : Number.isFinite(outcome);
      if (!suits) {
        const wanted = metric === 'conversion' ? 'true or false' : 'a finite number';
        throw new CapabilityError('BAD_INPUT', `Outcome ${outcome} of "${experiment}" is not ${wanted}.`);
      }
      if (!updateOutcome(this.#database, experiment, user, Number(outcome), options.source)) {
        throw new CapabilityError('NOT_FOUND', `User "${user}" was not assigned in "${experiment}".`);
      }
    });
  }

  /**
   * Compares every arm with the first.
   *
   * @throws CapabilityError BAD_INPUT while an arm has too few users to be compared, or for an alpha that is not between 0 and 1
   */
  analyse(experiment: string, options: { readonly alpha?: number } = {}): ExperimentAnalysis {
    const { alpha = 0.05 } = options;
    if (!(alpha > 0 && alpha < 1)) {
      throw new CapabilityError('BAD_INPUT', `Alpha ${alpha} is not between 0 and 1.`);
    }
    // One transaction, so that all arms are seen at one moment.
    return guardState(this.#file, 'analyse an experiment', () =>
      this.#database.transaction(() => this.#analyse(experiment, alpha))(),
    );
  }

  /**
   * How many users each of two equal arms needs.
   *
   * @throws CapabilityError BAD_INPUT for values out of their range
   */
  sampleSize(question: SampleSizeQuestion): { readonly perArm: number; readonly total: number } {
    const perArm = findSampleSize(question);
    return { perArm, total: 2 * perArm };
  }

  /** Closes the state. */
  dispose(): void {
    this.#database.close();
  }

  #analyse(experiment: string, alpha: number): ExperimentAnalysis {
    const { metric, arms } = this.#definition(experiment);
    const summaries = arms.map(({ name }) => ({
      arm: name,
      ...summariseArm(this.#database, experiment, name, metric === 'conversion'),
    }));
    const usersMin = metric === 'conversion' ? 1 : 2;
    const small = summaries.find(({ n }) => n < usersMin);
    const [control, ...treatments] = summaries;
    if (small !== undefined || control === undefined) {
      throw new CapabilityError(
        'BAD_INPUT',
        `Arm "${small?.arm}" of "${experiment}" has ${small?.n} users to analyse, fewer than ${usersMin}.`,
      );
    }
    const compare = metric === 'conversion' ? compareProportions : compareMeans;
    const compared = treatments.map((treatment) => ({
      ...compare(control, treatment, alpha),
      arm: treatment.arm,
      against: control.arm,
    }));
    const adjusted = adjustByHolm(compared.map(({ p }) => p));
    const comparisons = compared.map((one, at) => ({ ...one, pAdjusted: adjusted[at] ?? one.p }));
    const ratio = sampleRatioProbability(
      summaries.map(({ assigned }) => assigned),
      arms.map(({ weight }) => weight),
    );
    const { effect, interval, p } = comparisons[0] ?? { effect: 0, interval: [0, 0] as const, p: 1 };
    return {
      source: experiment,
      metric,
      alpha,
      arms: summaries.map(({ arm, assigned, n, mean }) => ({ arm, assigned, n, mean })),
      effect,
      interval,
      p,
      comparisons,
      sampleRatio: { p: ratio, mismatch: ratio < mismatchBelow },
    };
  }

  #definition(experiment: string): StoredDefinition {
    const definition = readDefinition(this.#database, experiment);
    if (definition !== undefined) return definition;
    throw new CapabilityError('NOT_FOUND', `Experiment "${experiment}" is not defined. Call define() first.`);
  }

  #write<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, () => this.#database.transaction(operation).immediate());
  }
}

function refuseArms(experiment: string, arms: readonly Required<Arm>[]): void {
  const names = arms.map(({ name }) => name);
  const reason =
    experiment.trim() === ''
      ? 'An experiment has no name.'
      : arms.length < 2
        ? `Experiment "${experiment}" has ${arms.length} arms, fewer than two.`
        : new Set(names).size < names.length || names.some((name) => name.trim() === '')
          ? `Arms of experiment "${experiment}" have equal or empty names.`
          : arms.every(({ weight }) => weight > 0 && Number.isFinite(weight))
            ? undefined
            : `A weight of experiment "${experiment}" is not a number above 0.`;
  if (reason !== undefined) throw new CapabilityError('BAD_INPUT', reason);
}
