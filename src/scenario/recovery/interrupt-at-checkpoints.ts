import { RealWorldError } from '../../errors.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireList, requireName } from '../engine-options.js';
import { checkLedger, type LedgerResult } from './check-ledger.js';

export interface CheckpointOptions {
  /** What is run, for the report. */
  readonly name: string;
  readonly capability?: string;
  /** Names of the places at which the run is cut off, one run for each. */
  readonly checkpoints: readonly string[];
  /** Runs until the checkpoint and is cut off there: a process that is killed, a call that throws. */
  readonly interrupt: (checkpoint: string) => unknown;
  /** Takes the run up again. May tell how many steps it did once more, as `{ redoneSteps }`. */
  readonly resume: (checkpoint: string) => unknown;
  /** Ids of the effects that the run must have had in the end, each once. */
  readonly expected: (checkpoint: string) => readonly string[];
  /** Ids of the effects that it left behind, as often as it applied them. */
  readonly applied: (checkpoint: string) => readonly string[] | Promise<readonly string[]>;
}

export interface CheckpointResult extends LedgerResult {
  readonly checkpoints: number;
  /** Runs that came back after they were cut off. */
  readonly resumed: number;
  /** What went wrong while they were taken up again. */
  readonly failures: readonly { readonly checkpoint: string; readonly failure: unknown }[];
  /** Steps that were done once more. */
  readonly workLostSteps: number;
  readonly interrupted: boolean;
}

const call = 'recovery.checkpoints';

/** Cuts a run off at every checkpoint, takes it up again, and looks whether each effect was applied exactly once. */
export async function interruptAtCheckpoints(
  context: EngineContext,
  options: CheckpointOptions,
): Promise<CheckpointResult> {
  requireOptions(options);
  const { name, capability, checkpoints, interrupt, resume } = options;
  const { recorder, signal } = context;
  const owner = capability === undefined ? {} : { capability };
  const expected: string[] = [];
  const applied: string[] = [];
  const failures: { checkpoint: string; failure: unknown }[] = [];
  let resumed = 0;
  let workLostSteps = 0;
  let tried = 0;
  for (const checkpoint of checkpoints) {
    if (signal.aborted) break;
    tried++;
    await interrupt(checkpoint);
    try {
      workLostSteps += redoneStepsOf(await resume(checkpoint));
      resumed++;
    } catch (failure) {
      failures.push({ checkpoint, failure });
    }
    // Runs at two checkpoints may name their effects alike.
    const mark = (id: string): string => `${checkpoint}: ${id}`;
    expected.push(...options.expected(checkpoint).map(mark));
    applied.push(...(await options.applied(checkpoint)).map(mark));
  }
  recorder.recordMetric('checkpoint_effectiveness', tried === 0 ? 0 : resumed / tried, 'share', {
    ...owner,
    context: { name, checkpoints: tried },
  });
  recorder.recordMetric('work_lost', workLostSteps, 'steps', {
    ...owner,
    context: { name, checkpoints: tried },
  });
  const ledger = checkLedger(context, { name, expected, applied, ...owner });
  return { ...ledger, checkpoints: tried, resumed, failures, workLostSteps, interrupted: signal.aborted };
}

function redoneStepsOf(outcome: unknown): number {
  if (typeof outcome !== 'object' || outcome === null || !('redoneSteps' in outcome)) return 0;
  return typeof outcome.redoneSteps === 'number' ? outcome.redoneSteps : 0;
}

function requireOptions(options: CheckpointOptions): void {
  requireKnownOptions(call, options, [
    'name',
    'capability',
    'checkpoints',
    'interrupt',
    'resume',
    'expected',
    'applied',
  ]);
  requireName(call, 'name', options.name);
  requireList(call, 'checkpoints', options.checkpoints);
  if (options.checkpoints.length === 0) {
    throw new RealWorldError('ENGINE_INVALID', `${call}() needs a checkpoint to cut the run off at.`);
  }
  for (const option of ['interrupt', 'resume', 'expected', 'applied'] as const) {
    requireFunction(call, option, options[option]);
  }
}
