import { messageOf, RealWorldError } from '../errors.js';
import { type EngineContext, pause } from './engine-context.js';
import { requireWhole } from './engine-options.js';
import { checkLedger, type LedgerOptions, type LedgerResult } from './recovery/check-ledger.js';
import {
  fileCorrupt,
  fileTruncated,
  fileVanished,
  permissionLost,
  type ReadyFault,
} from './recovery/file-faults.js';
import {
  type CheckpointOptions,
  type CheckpointResult,
  interruptAtCheckpoints,
} from './recovery/interrupt-at-checkpoints.js';
import { type FaultyNetwork, openFaultyNetwork } from './recovery/network-faults.js';
import {
  type FaultSummary,
  summarizeFaults,
  summarizeTrials,
  type TrialOutcome,
} from './recovery/summarize-trials.js';

export type { LedgerOptions, LedgerResult } from './recovery/check-ledger.js';
export type { ReadyFault } from './recovery/file-faults.js';
export type { CheckpointOptions, CheckpointResult } from './recovery/interrupt-at-checkpoints.js';
export type { FaultyNetwork, NetworkFault } from './recovery/network-faults.js';
export type { FaultSummary } from './recovery/summarize-trials.js';

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
  /** How long `verify` is asked again while it says no or throws, in milliseconds. @default 0 */
  readonly recoverWithinMs?: number;
  /** Pause between two questions, in milliseconds. @default 20 */
  readonly pollMs?: number;
  /** Steps that had to be done once more; asked when the system works again. */
  readonly workLost?: () => number;
  /** How often all of this is done. @default 1 */
  readonly repeat?: number;
  /** Capability that is tried; its issues and metrics carry the name. */
  readonly capability?: string;
}

/** Of several repetitions, the last that did not recover, else the last. */
export interface RecoveryResult extends TrialOutcome {
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
  /** All kinds of fault together, with intervals. */
  readonly all: FaultSummary;
  readonly byFault: Readonly<Record<string, FaultSummary>>;
}

/** Breaks things on purpose and watches the system notice and recover. */
export class RecoveryEngine {
  readonly #context: EngineContext;
  readonly #results: RecoveryResult[] = [];
  readonly #networks: FaultyNetwork[] = [];

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

  /** Ready-made faults of files, on what the scenario owns. Each is spread into `trial`. */
  readonly faults = {
    fileVanished,
    permissionLost,
    fileTruncated,
    fileCorrupt: (path: string): ReadyFault => fileCorrupt(path, this.#context.random),
  } as const;

  /** Opens a way to a service on this machine that can be broken. Close it, or leave that to the end of the scenario. */
  async faultyNetwork(port: number): Promise<FaultyNetwork> {
    requireWhole('recovery.faultyNetwork', 'port', port);
    const network = await openFaultyNetwork(port);
    this.#networks.push(network);
    return network;
  }

  /** Compares the effects that a system left behind with those it should have: each once. */
  checkLedger(options: LedgerOptions): LedgerResult {
    return checkLedger(this.#context, options);
  }

  /** Cuts a run off at every checkpoint, takes it up again, and looks whether each effect was applied exactly once. */
  checkpoints(options: CheckpointOptions): Promise<CheckpointResult> {
    return interruptAtCheckpoints(this.#context, options);
  }

  /** Takes away what the scenario left open. */
  async close(): Promise<void> {
    for (const network of this.#networks.splice(0)) await network.close();
  }

  /** A fault from injection to recovery, as often as asked. The cause is taken away whatever happens. */
  async trial<Outcome>(trial: RecoveryTrial<Outcome>): Promise<RecoveryResult> {
    const { repeat = 1, capability } = trial;
    requireWhole('recovery.trial', 'repeat', repeat);
    const results: RecoveryResult[] = [];
    while (results.length < repeat && (results.length === 0 || !this.#context.signal.aborted)) {
      results.push(await this.#tryOnce(trial));
    }
    this.#reportTrials(results, capability);
    const unrecovered = results.filter(({ recovered }) => !recovered);
    return (unrecovered.at(-1) ?? results.at(-1)) as RecoveryResult;
  }

  async #tryOnce<Outcome>(trial: RecoveryTrial<Outcome>): Promise<RecoveryResult> {
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
    const { recovered, failure } = await this.#awaitRecovery(trial, restoredMs);
    const timeToRecoverMs = recovered ? clock.monotonicMs() - restoredMs : null;
    const workLostSteps = recovered ? (trial.workLost?.() ?? 0) : 0;
    const result = { fault: trial.fault, detected, recovered, timeToRecoverMs, workLostSteps, failure };
    this.#results.push(result);
    const owner = trial.capability === undefined ? {} : { capability: trial.capability };
    const context = { fault: trial.fault };
    recorder.recordMetric('error_detected', Number(detected), 'share', { ...owner, context });
    recorder.recordMetric('recovered', Number(recovered), 'share', { ...owner, context });
    if (timeToRecoverMs !== null)
      recorder.recordMetric('time_to_recover', timeToRecoverMs, 'ms', { ...owner, context });
    if (trial.workLost !== undefined)
      recorder.recordMetric('work_lost', workLostSteps, 'steps', { ...owner, context });
    return result;
  }

  async #awaitRecovery<Outcome>(
    { recover, verify, recoverWithinMs = 0, pollMs = 20 }: RecoveryTrial<Outcome>,
    restoredMs: number,
  ): Promise<{ readonly recovered: boolean; readonly failure: unknown }> {
    const { clock, signal } = this.#context;
    let failure: unknown = null;
    try {
      await recover?.();
    } catch (thrown) {
      return { recovered: false, failure: thrown };
    }
    for (;;) {
      try {
        failure = null;
        if (await verify()) return { recovered: true, failure: null };
      } catch (thrown) {
        failure = thrown;
      }
      if (signal.aborted || clock.monotonicMs() - restoredMs >= recoverWithinMs)
        return { recovered: false, failure };
      await pause(pollMs, signal);
    }
  }

  #reportTrials(results: readonly RecoveryResult[], capability: string | undefined): void {
    const { recorder } = this.#context;
    const owner = capability === undefined ? {} : { capability };
    const [first] = results;
    if (first === undefined) return;
    const failed = results.filter(({ recovered }) => !recovered);
    const undetected = results.filter(({ detected }) => !detected);
    const trials = `${results.length} ${results.length === 1 ? 'trial' : 'trials'}`;
    if (failed.length > 0) {
      const reason = failed.at(-1)?.failure;
      recorder.recordIssue({
        ...owner,
        // Broken for good, and nobody was told.
        severity: failed.some(({ detected }) => !detected) ? 'critical' : 'high',
        issueType: 'failed_recovery',
        description: `After the fault "${first.fault}" was gone the system did not work again in ${failed.length} of ${trials}${reason === null || reason === undefined ? '' : `: ${messageOf(reason)}`}.`,
        suggestedFix: `Find what the fault "${first.fault}" leaves behind: a connection, a lock, a cache, a half-written file.`,
        ...(failed.length === results.length && results.length > 1 ? { reproducible: true } : {}),
      });
    }
    if (undetected.some(({ recovered }) => recovered)) {
      recorder.recordIssue({
        ...owner,
        severity: 'medium',
        issueType: 'undetected_fault',
        description: `The fault "${first.fault}" was not noticed in ${undetected.length} of ${trials}.`,
        suggestedFix: 'Let a call that cannot do its work say so, by an error that names what is missing.',
      });
    }
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
      all: summarizeTrials(this.#results),
      byFault: summarizeFaults(this.#results),
    };
    if (trials > 0) {
      const { recorder } = this.#context;
      recorder.recordMetric('error_detection_rate', detected / trials, 'share', { context: { trials } });
      recorder.recordMetric('recovery_success_rate', times.length / trials, 'share', { context: { trials } });
    }
    return summary;
  }
}
