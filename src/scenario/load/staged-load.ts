import { RealWorldError } from '../../errors.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireName } from '../engine-options.js';
import { planArrivals } from './arrivals.js';
import { judgeThresholds, type ThresholdVerdict } from './judge-thresholds.js';
import { type LoadFigures, summarizeTally } from './load-figures.js';
import { type OpenSettings, openSettingNames, resolveOpenSettings } from './load-numbers.js';
import { checkStages, type LoadStage, type ResolvedStage } from './load-stages.js';
import { LoadTally } from './load-tally.js';
import { type OpenFigures, summarizeOpen } from './open-figures.js';
import { drawRandom } from './open-load.js';
import type { Pacer } from './pacer.js';
import { recordFigures, recordOpenLoad, reportThresholds, reportUnreachedRate } from './record-load.js';
import { RunningCalls } from './running-calls.js';
import { startArrivals } from './start-arrivals.js';
import { workUsers } from './work-users.js';

export interface StagedLoadOptions extends OpenSettings {
  readonly name?: string;
  /** @param stage number of the stage, from 0 */
  readonly iterate: (iteration: number, stage: number) => unknown;
  /** True to leave out the stages after one whose thresholds are clearly broken at its end. @default false */
  readonly abortOnBreach?: boolean;
}

export type StageResult = {
  readonly name: string;
  readonly thresholds: readonly ThresholdVerdict[];
  /** `broken` when one threshold is, `met` when all are, null when there are none. */
  readonly verdict: ThresholdVerdict['verdict'] | null;
} & (
  | { readonly model: 'open'; readonly figures: OpenFigures }
  | { readonly model: 'closed'; readonly users: number; readonly figures: LoadFigures }
);

export interface StagedLoadResult {
  /** Stages that were begun. */
  readonly stages: readonly StageResult[];
  /** Name of the stage whose broken thresholds ended the load, or null. */
  readonly abortedAt: string | null;
  /** `broken` when one stage is, `met` when all that have thresholds are and none was left out, null without thresholds. */
  readonly verdict: ThresholdVerdict['verdict'] | null;
  readonly interrupted: boolean;
}

interface BegunStage {
  readonly stage: ResolvedStage;
  readonly tally: LoadTally;
  interrupted: boolean;
}

const names = ['name', 'iterate', 'abortOnBreach', ...openSettingNames];

/** Runs stage after stage without a pause: a call belongs to the stage in which it was to start. */
export async function runStagedLoad(
  context: EngineContext,
  pacer: Pacer,
  stages: readonly LoadStage[],
  options: StagedLoadOptions,
): Promise<StagedLoadResult> {
  const call = 'load.stages';
  const resolved = checkStages(call, stages);
  requireKnownOptions(call, options, names);
  const { name = 'load', iterate, abortOnBreach = false } = options;
  requireName(call, 'name', name);
  requireFunction(call, 'iterate', iterate);
  if (typeof abortOnBreach !== 'boolean') {
    throw new RealWorldError('ENGINE_INVALID', `${call}() needs "abortOnBreach" to be true or false.`);
  }
  const settings = resolveOpenSettings(call, options);
  const { clock, signal } = context;
  const calls = new RunningCalls(clock);
  const random = drawRandom(context);
  await pacer.prepare();
  const begun: BegunStage[] = [];
  let abortedAt: string | null = null;
  let next = 0;
  const takeIteration = (): number => next++;
  for (const [index, stage] of resolved.entries()) {
    if (signal.aborted) break;
    const tally = new LoadTally(clock.monotonicMs(), pacer.cpuMs());
    const current: BegunStage = { stage, tally, interrupted: false };
    begun.push(current);
    const { durationMs } = stage;
    const iterateStage = (iteration: number): unknown => iterate(iteration, index);
    if (stage.users === null) {
      const arrivals = planArrivals({ ...stage, arrivals: settings.arrivals }, random);
      const { maxInFlight, settleMs: overdueMs } = settings;
      const work = { arrivals, durationMs, maxInFlight, overdueMs, takeIteration, iterate: iterateStage };
      await startArrivals(context, pacer, calls, tally, work);
    } else {
      const { users } = stage;
      const untilMs = tally.startedMs + durationMs;
      const work = { users, rampUpMs: 0, thinkTimeMs: 0, takeIteration, untilMs, iterate: iterateStage };
      // Users end with their current iterations, which the next stage does not wait for.
      void workUsers(context, pacer, calls, tally, work);
      await pacer.waitUntil(untilMs, signal);
    }
    tally.cpuEndedMs = pacer.cpuMs();
    current.interrupted = signal.aborted;
    if (abortOnBreach && index < resolved.length - 1 && isBreached(current, calls, settings.maxInFlight)) {
      abortedAt = stage.name;
      break;
    }
  }
  await calls.settle(settings.settleMs, pacer);
  const results = begun.map((stage) => summarizeStage(stage, settings.maxInFlight));
  for (const result of results) recordStage(context, name, result);
  const interrupted = begun.some((stage) => stage.interrupted) || begun.length < resolved.length;
  return {
    stages: results,
    abortedAt,
    verdict: verdictOf(results, resolved, interrupted),
    interrupted: interrupted && abortedAt === null,
  };
}

/** Whether a threshold is clearly broken already, calls in flight counted as far as they got. */
function isBreached(current: BegunStage, calls: RunningCalls, maxInFlight: number): boolean {
  const { tally, stage } = current;
  const ended = summarizeStage(current, maxInFlight);
  const agesMs = calls.agesMs(tally);
  const latency = tally.latencies.distribution(agesMs);
  const achieved = achievedOf(ended);
  // A call in flight may yet be quick or succeed, so only what is already too slow speaks, and for breaking alone.
  return judgeThresholds(stage.thresholds, { ...ended.figures, latency, achieved }).some(
    ({ verdict, near }) => verdict === 'broken' && !near,
  );
}

function summarizeStage({ stage, tally, interrupted }: BegunStage, maxInFlight: number): StageResult {
  const cpuMs = tally.cpuEndedMs ?? tally.cpuStartedMs;
  const input = { tally, cpuMs, plannedMs: interrupted ? 0 : stage.durationMs, interrupted };
  const openInput = { ...input, plannedMs: stage.durationMs, maxInFlight };
  const shape =
    stage.users === null
      ? { model: 'open' as const, figures: summarizeOpen(openInput) }
      : { model: 'closed' as const, users: stage.users, figures: summarizeTally(input) };
  const achieved = achievedOf(shape);
  const thresholds = judgeThresholds(stage.thresholds, { ...shape.figures, achieved });
  return { name: stage.name, thresholds, verdict: worstOf(thresholds), ...shape };
}

function achievedOf(
  stage: { model: 'open'; figures: OpenFigures } | { model: 'closed'; figures: LoadFigures },
) {
  if (stage.model === 'closed') return null;
  const { achievedShare: share, intendedStarts } = stage.figures;
  return { share, intendedStarts };
}

function worstOf(judged: readonly { readonly verdict: ThresholdVerdict['verdict'] | null }[]) {
  const verdicts = judged.flatMap(({ verdict }) => (verdict === null ? [] : [verdict]));
  if (verdicts.length === 0) return null;
  return (['broken', 'inconclusive', 'met'] as const).find((worst) => verdicts.includes(worst)) ?? null;
}

function verdictOf(results: readonly StageResult[], stages: readonly ResolvedStage[], interrupted: boolean) {
  const hasThresholds = stages.some(({ thresholds }) => Object.keys(thresholds).length > 0);
  if (!hasThresholds) return null;
  const worst = worstOf(results);
  return interrupted && worst !== 'broken' ? 'inconclusive' : worst;
}

function recordStage({ recorder }: EngineContext, load: string, result: StageResult): void {
  const named = `${load}, ${result.name}`;
  if (result.model === 'open') {
    recordOpenLoad(recorder, { load, stage: result.name }, result.figures);
    reportUnreachedRate(recorder, named, result.figures);
  } else {
    const { users, figures } = result;
    const context = { load, stage: result.name, users, iterations: figures.iterations };
    recordFigures(recorder, context, figures);
  }
  reportThresholds(recorder, named, result.thresholds);
}
