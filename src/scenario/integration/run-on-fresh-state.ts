import { clearTimeout, setTimeout } from 'node:timers';
import { messageOf } from '../../errors.js';
import type { ExploredTask, ExploreOptions } from './explore-options.js';
import { runSchedule, type ScheduledTask, type ScheduleRun, UnfinishedSchedule } from './turn-schedule.js';

/** How one schedule went. */
export type RunOutcome =
  | {
      readonly outcome: 'judged';
      /** What is wrong, or null. */
      readonly message: string | null;
      readonly order: readonly string[];
      readonly tasks: readonly string[];
      readonly pointsReached: number;
    }
  /** Tasks still took turns when the time was over: slow, and not known to be wrong. */
  | { readonly outcome: 'overdue' }
  /** The scenario was stopped meanwhile. */
  | { readonly outcome: 'stopped' };

/** Runs one schedule on a fresh state. */
export async function runOnFreshState<State>(
  { setUp, tearDown, invariant, tasksMayFail = false }: ExploreOptions<State>,
  actions: Readonly<Record<string, ExploredTask<State>>>,
  choices: readonly number[],
  chosen: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const state = await setUp();
  try {
    const tasks = chosen.map(
      (name): ScheduledTask => ({
        name,
        work: (turns) => actions[name]?.(state, turns),
      }),
    );
    let run: ScheduleRun;
    // A timer of its own, cleared at the end: AbortSignal.timeout() would leave one behind for each schedule.
    const overdue = new AbortController();
    const timer = setTimeout(() => overdue.abort(), timeoutMs);
    try {
      run = await runSchedule(tasks, choices, AbortSignal.any([signal, overdue.signal]));
    } catch (thrown) {
      if (signal.aborted) return { outcome: 'stopped' };
      if (!(thrown instanceof UnfinishedSchedule)) throw thrown;
      if (thrown.waiting > 0) return { outcome: 'overdue' };
      const { message, order } = thrown;
      return { outcome: 'judged', message, order, tasks: chosen, pointsReached: 0 };
    } finally {
      clearTimeout(timer);
    }
    const message = await judgeRun(state, run, invariant, tasksMayFail);
    return { outcome: 'judged', message, order: run.order, tasks: chosen, pointsReached: run.pointsReached };
  } finally {
    await tearDown?.(state);
  }
}

async function judgeRun<State>(
  state: State,
  { results }: ScheduleRun,
  invariant: ExploreOptions<State>['invariant'],
  tasksMayFail: boolean,
): Promise<string | null> {
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined && !tasksMayFail) return `A task failed: ${messageOf(failed.reason)}`;
  try {
    return (await invariant(state, results)) === false ? 'The invariant does not hold.' : null;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
