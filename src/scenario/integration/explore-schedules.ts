import { isDeepStrictEqual } from 'node:util';
import type { EngineContext } from '../engine-context.js';
import { type ExplorationResult, type RaceEvidence, recordExploration } from './exploration-result.js';
import { checkExploreOptions, type ExploreOptions } from './explore-options.js';
import { type FastCheckPeer, loadFastCheck } from './fast-check-peer.js';
import { type RunOutcome, runOnFreshState } from './run-on-fresh-state.js';

interface Broken {
  readonly message: string;
  readonly order: readonly string[];
  readonly tasks: readonly string[];
}

/** Turns of a schedule that are drawn; later ones go on without preemption. */
const choicesMax = 40;
const shrinksMax = 300;

/** Runs tasks under many schedules, drawn by the scenario's seed, until one breaks the invariant. */
export async function exploreSchedules<State>(
  context: EngineContext,
  options: ExploreOptions<State>,
  loadPeer: () => Promise<FastCheckPeer> = loadFastCheck,
): Promise<ExplorationResult> {
  const actions = checkExploreOptions(options);
  const { signal, clock } = context;
  const { runs = 100, runTimeoutMs = 2_000, replay, model } = options;
  const peer = await loadPeer();
  const seed = replay?.seed ?? Math.floor(context.random() * 2 ** 31);
  const names = Object.keys(actions);
  const actionsMax = model === undefined ? names.length : (model.actionsMax ?? 4);
  const schedules = new Set<string>();
  let executed = 0;
  let pointsReached = 0;
  let broken: Broken | null = null;
  let brokenAtMs = 0;
  let shrinkRuns = 0;
  let overdue = 0;
  let crash: { readonly thrown: unknown } | null = null;
  const runOne = async (choices: readonly number[], chosen: readonly string[]): Promise<RunOutcome> => {
    try {
      return await runOnFreshState(options, actions, choices, chosen, runTimeoutMs, signal);
    } catch (thrown) {
      // What setUp or tearDown throws is no answer of the tasks, and fast-check would take it for one.
      crash ??= { thrown };
      throw thrown;
    }
  };
  const endOnCrash = (): void => {
    const happened = crash as { readonly thrown: unknown } | null;
    if (happened !== null) throw happened.thrown;
  };
  const drawOne = async (choices: readonly number[], drawn: readonly string[]): Promise<void> => {
    if (signal.aborted || crash !== null) return;
    // What is left untried counts as right, which ends the shrinking where it is.
    const shrinking = broken !== null;
    if (shrinking && (++shrinkRuns > shrinksMax || clock.monotonicMs() - brokenAtMs > 10 * runTimeoutMs))
      return;
    const outcome = await runOne(choices, model === undefined ? names : drawn);
    if (outcome.outcome === 'overdue') overdue++;
    if (outcome.outcome !== 'judged') return;
    if (!shrinking) executed++;
    schedules.add(outcome.order.join('\n'));
    pointsReached += outcome.pointsReached;
    if (outcome.message === null) return;
    if (broken === null) brokenAtMs = clock.monotonicMs();
    broken = { message: outcome.message, order: outcome.order, tasks: outcome.tasks };
    throw new Error(outcome.message);
  };
  const shape = {
    numbers: { below: Math.max(2, actionsMax), lengthMax: choicesMax },
    names: model === undefined ? null : { of: names, lengthMax: actionsMax },
    seed,
  };
  const details = await peer.check({ ...shape, runs, ...(replay && { path: replay.path }) }, drawOne);
  endOnCrash();
  const found = broken as Broken | null;
  let failure: RaceEvidence | null = null;
  let serial: string | null = null;
  if (found !== null) {
    const path = details.counterexamplePath ?? '';
    let again: readonly string[] | null = null;
    await peer.check({ ...shape, runs: 1, path }, async (choices, drawn) => {
      const outcome = await runOne(choices, model === undefined ? names : drawn);
      if (outcome.outcome !== 'judged' || outcome.message === null) return;
      again ??= outcome.order;
      throw new Error(outcome.message);
    });
    endOnCrash();
    const reproducible = isDeepStrictEqual(again, found.order);
    failure = { ...found, seed, path, reproducible, shrinks: details.numShrinks };
    serial = await breaksOneByOne(found.tasks, (chosen) => runOne([], chosen));
  }
  const interrupted = signal.aborted;
  const reason = serial ?? reasonFor(interrupted, executed, pointsReached, overdue);
  const result: ExplorationResult = {
    verdict: judge(failure, serial, interrupted, reason),
    runs: executed,
    distinctSchedules: schedules.size,
    seed,
    failure,
    interrupted,
    reason: failure === null || interrupted ? reason : serial,
  };
  recordExploration(context, options.capability, result);
  return result;
}

function judge(
  failure: RaceEvidence | null,
  serial: string | null,
  interrupted: boolean,
  reason: string | null,
): ExplorationResult['verdict'] {
  if (failure === null) return reason === null ? 'no_race_found' : 'inconclusive';
  if (serial !== null) return 'wrong_without_concurrency';
  // Not all orders of one after the other were tried, so concurrency may not be what is wrong.
  return interrupted ? 'inconclusive' : 'race';
}

/** The first order of the tasks, one after the other, that breaks the invariant; all orders of up to four tasks are tried. */
async function breaksOneByOne(
  tasks: readonly string[],
  run: (chosen: readonly string[]) => Promise<RunOutcome>,
): Promise<string | null> {
  for (const chosen of tasks.length <= 4 ? permute(tasks) : [tasks, tasks.toReversed()]) {
    const outcome = await run(chosen);
    if (outcome.outcome === 'stopped') return null;
    if (outcome.outcome === 'judged' && outcome.message !== null)
      return `${chosen.join(', ')} one after the other break it too: ${outcome.message}`;
  }
  return null;
}

function permute(items: readonly string[]): (readonly string[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) => permute(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

function reasonFor(
  interrupted: boolean,
  runs: number,
  pointsReached: number,
  overdue: number,
): string | null {
  if (interrupted) return `The scenario was stopped after ${runs} schedules.`;
  if (overdue > 0) return `${overdue} schedules took longer than "runTimeoutMs" though their tasks went on.`;
  if (runs === 0) return 'No schedule was run.';
  if (pointsReached > 0) return null;
  return 'No task has a point at which another could come between: call turns.point() or turns.wrap() in them.';
}
