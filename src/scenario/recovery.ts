import { RealWorldError } from '../errors.js';
import type { EngineContext } from './engine-context.js';

export interface RecoveryTrial<Outcome> {
  /** Name of the kind of fault, such as `file_vanished`; activities under it carry the name. */
  readonly fault: string;
  /** Brings the fault about. */
  readonly inject: () => void | Promise<void>;
  /** Does what the fault should disturb. What it throws is an answer, not a failure of the scenario. */
  readonly attempt: () => Outcome | Promise<Outcome>;
  /** Whether the system noticed: given what `attempt` threw or returned. */
  readonly detected: (answer: { readonly thrown?: unknown; readonly value?: Outcome }) => boolean;
  /** Takes the cause away. */
  readonly restore: () => void | Promise<void>;
  /** Gets the system to work again, where it does not by itself. */
  readonly recover?: () => void | Promise<void>;
  /** Whether the system works as before. */
  readonly verify: () => boolean | Promise<boolean>;
}

export interface RecoveryResult {
  readonly fault: string;
  readonly detected: boolean;
  readonly recovered: boolean;
  /** From the moment the cause was gone until the system worked, in milliseconds; null when it did not. */
  readonly timeToRecoverMs: number | null;
  /** What `verify` or `recover` threw. */
  readonly failure: unknown;
}

export interface RecoverySummary {
  readonly trials: number;
  readonly detected: number;
  readonly recovered: number;
  readonly meanTimeToRecoverMs: number | null;
}

/** Breaks things on purpose and watches the system notice and recover. */
export class RecoveryEngine {
  readonly #context: EngineContext;
  readonly #results: RecoveryResult[] = [];

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Runs work while a fault is in force; activities that begin meanwhile are marked with it. */
  async underFault<Result>(fault: string, work: () => Result | Promise<Result>): Promise<Result> {
    if (typeof fault !== 'string' || fault.trim() === '') {
      throw new RealWorldError('ENGINE_INVALID', 'A fault needs a name, such as "file_vanished".');
    }
    const { recorder } = this.#context;
    const before = recorder.fault;
    recorder.fault = fault.slice(0, 100);
    try {
      return await work();
    } finally {
      recorder.fault = before;
    }
  }

  /** One fault from injection to recovery. The cause is taken away whatever happens. */
  async trial<Outcome>(trial: RecoveryTrial<Outcome>): Promise<RecoveryResult> {
    const { clock, recorder } = this.#context;
    let detected = false;
    try {
      await trial.inject();
      const answer = await this.underFault(trial.fault, async () => {
        try {
          return { value: await trial.attempt() };
        } catch (thrown) {
          return { thrown };
        }
      });
      // Outside of the attempt's try: what the question itself throws is no answer of the system.
      detected = trial.detected(answer);
    } finally {
      await trial.restore();
    }
    const restoredMs = clock.monotonicMs();
    let recovered = false;
    let failure: unknown = null;
    try {
      await trial.recover?.();
      recovered = await trial.verify();
    } catch (thrown) {
      failure = thrown;
    }
    const timeToRecoverMs = recovered ? clock.monotonicMs() - restoredMs : null;
    const result = { fault: trial.fault, detected, recovered, timeToRecoverMs, failure };
    this.#results.push(result);
    const context = { fault: trial.fault };
    recorder.recordMetric('error_detected', Number(detected), 'share', { context });
    recorder.recordMetric('recovered', Number(recovered), 'share', { context });
    if (timeToRecoverMs !== null)
      recorder.recordMetric('time_to_recover', timeToRecoverMs, 'ms', { context });
    return result;
  }

  /** All trials of the scenario so far, also kept as metrics. */
  summarize(): RecoverySummary {
    const trials = this.#results.length;
    const detected = this.#results.filter((result) => result.detected).length;
    const times = this.#results.flatMap(({ timeToRecoverMs }) =>
      timeToRecoverMs === null ? [] : [timeToRecoverMs],
    );
    const summary: RecoverySummary = {
      trials,
      detected,
      recovered: times.length,
      meanTimeToRecoverMs: times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0) / times.length,
    };
    if (trials > 0) {
      const { recorder } = this.#context;
      recorder.recordMetric('error_detection_rate', detected / trials, 'share', { context: { trials } });
      recorder.recordMetric('recovery_success_rate', times.length / trials, 'share', { context: { trials } });
    }
    return summary;
  }
}
