import { RealWorldError } from '../../errors.js';
import { requireFunction, requireKnownOptions, requireWhole } from '../engine-options.js';
import type { Turns } from './turn-schedule.js';

export type ExploredTask<State> = (state: State, turns: Turns) => unknown;

export interface ExploreOptions<State> {
  /** What the tasks share, made anew for every schedule. */
  readonly setUp: () => State | Promise<State>;
  /** Takes away what `setUp` made. */
  readonly tearDown?: (state: State) => unknown;
  /** Tasks that run side by side, by name or in a list. Give these or a `model`. */
  readonly tasks?: Readonly<Record<string, ExploredTask<State>>> | readonly ExploredTask<State>[];
  /** Actions of which two or more are drawn, the same one more than once too. */
  readonly model?: {
    readonly actions: Readonly<Record<string, ExploredTask<State>>>;
    /** @default 4 */
    readonly actionsMax?: number;
  };
  /** Whether the state is right once all tasks have ended, in whatever order; false or a throw breaks it. */
  readonly invariant: (state: State, results: readonly PromiseSettledResult<unknown>[]) => unknown;
  /** True when a task may throw; else that breaks the invariant. @default false */
  readonly tasksMayFail?: boolean;
  /** Schedules to run. @default 100 */
  readonly runs?: number;
  /** Milliseconds for one schedule; tasks that take longer are taken to wait for each other. @default 2000 */
  readonly runTimeoutMs?: number;
  /** Capability that is explored; left out, the scenario's kind. */
  readonly capability?: string;
  /** Runs only the schedule that an earlier exploration found. */
  readonly replay?: { readonly seed: number; readonly path: string };
}

const names = [
  'setUp',
  'tearDown',
  'tasks',
  'model',
  'invariant',
  'tasksMayFail',
  'runs',
  'runTimeoutMs',
  'capability',
  'replay',
];

/** @returns the tasks or actions by name
 * @throws RealWorldError `ENGINE_INVALID`, naming the option */
export function checkExploreOptions<State>(
  options: ExploreOptions<State>,
): Readonly<Record<string, ExploredTask<State>>> {
  const call = 'integration.explore';
  requireKnownOptions(call, options, names);
  requireFunction(call, 'setUp', options.setUp);
  requireFunction(call, 'invariant', options.invariant);
  if (options.tearDown !== undefined) requireFunction(call, 'tearDown', options.tearDown);
  for (const name of ['runs', 'runTimeoutMs'] as const) {
    if (options[name] !== undefined) requireWhole(call, name, options[name]);
  }
  if (options.replay !== undefined) requireKnownOptions(call, options.replay, ['seed', 'path']);
  if ((options.tasks === undefined) === (options.model === undefined)) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs "tasks" or "model": one of them, and not both.`,
    );
  }
  if (options.model !== undefined) {
    requireKnownOptions(`${call}({ model })`, options.model, ['actions', 'actionsMax']);
    requireWhole(`${call}({ model })`, 'actionsMax', options.model.actionsMax ?? 4, 2);
  }
  const given = options.tasks ?? options.model?.actions ?? {};
  const actions: Record<string, ExploredTask<State>> = Array.isArray(given)
    ? Object.fromEntries(given.map((task, index) => [`task ${index + 1}`, task]))
    : { ...(given as Readonly<Record<string, ExploredTask<State>>>) };
  for (const [name, task] of Object.entries(actions)) requireFunction(call, name, task);
  const least = options.model === undefined ? 2 : 1;
  if (Object.keys(actions).length < least) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() needs at least ${least} ${least === 1 ? 'action' : 'tasks'}.`,
    );
  }
  return actions;
}
