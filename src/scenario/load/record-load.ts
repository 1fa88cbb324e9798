import type { PercentileEstimate } from '../../analysis/statistics/percentile-interval.js';
import type { ScenarioRecorder } from '../../recording/scenario-recorder.js';
import type { LoadResult } from './closed-load.js';
import type { ThresholdVerdict } from './judge-thresholds.js';
import type { LoadFigures } from './load-figures.js';
import { percentileThresholds } from './load-thresholds.js';
import type { OpenFigures } from './open-figures.js';

type Context = Readonly<Record<string, unknown>>;

export function recordClosedLoad(recorder: ScenarioRecorder, name: string, result: LoadResult): void {
  const context = { load: name, users: result.users, iterations: result.iterations };
  recordFigures(recorder, context, result);
  const { corrected } = result;
  if (corrected === null || corrected.latency.count === 0) return;
  const { intendedIntervalMs } = corrected;
  for (const [percentile, valueMs] of [
    ['p95', corrected.p95Ms],
    ['p99', corrected.p99Ms],
  ] as const) {
    recorder.recordMetric(`response_time_${percentile}_corrected`, valueMs, 'ms', {
      context: { ...context, intendedIntervalMs },
    });
  }
}

export function recordOpenLoad(recorder: ScenarioRecorder, named: Context, result: OpenFigures): void {
  const context = { ...named, iterations: result.iterations };
  recordFigures(recorder, context, result);
  recorder.recordMetric('intended_rate', result.intendedRatePerSecond, 'starts/s', { context });
  recorder.recordMetric('achieved_rate', result.achievedRatePerSecond, 'starts/s', {
    context: { ...context, verdict: result.verdict },
  });
  recorder.recordMetric('dropped_starts', result.droppedStarts, 'count', { context });
  recorder.recordMetric('start_delay_p99', result.startDelay.p99Ms, 'ms', { context });
}

/** What every load is measured by; times are left out when there is none. */
export function recordFigures(recorder: ScenarioRecorder, context: Context, figures: LoadFigures): void {
  recorder.recordMetric('throughput', figures.throughputPerSecond, 'ops/s', { context });
  if (figures.latency.count > 0) {
    recorder.recordMetric('response_time_mean', figures.meanMs, 'ms', { context });
    for (const percentile of ['p95', 'p99'] as const) {
      recorder.recordMetric(`response_time_${percentile}`, figures[percentile].valueMs, 'ms', {
        context: { ...context, ...certaintyOf(figures[percentile]) },
      });
    }
  }
  if (figures.iterationsPerCpuSecond !== null) {
    recorder.recordMetric('resource_efficiency', figures.iterationsPerCpuSecond, 'ops/cpu-s', { context });
  }
}

function certaintyOf(estimate: PercentileEstimate): Context {
  return 'lowMs' in estimate
    ? { lowMs: estimate.lowMs, highMs: estimate.highMs }
    : { countNeeded: estimate.countNeeded };
}

/** A rate that was not reached is an issue: the figures then are those of a smaller load. */
export function reportUnreachedRate(recorder: ScenarioRecorder, name: string, result: OpenFigures): void {
  if (result.verdict !== 'not_reached') return;
  const intended = formatRate(result.intendedRatePerSecond);
  const achieved = formatRate(result.achievedRatePerSecond);
  recorder.recordIssue({
    severity: result.achievedShare < 0.9 ? 'high' : 'medium',
    issueType: 'load_not_reached',
    description: `The load "${name}" was to start ${intended}/s and started ${achieved}/s (${formatPercent(result.achievedShare)}). ${result.reason}`,
    suggestedFix:
      result.droppedStarts > 0 && result.startDelay.p99Ms < 10
        ? 'Find out why calls do not end; raise maxInFlight when so many are expected.'
        : 'Keep the process that makes the load free: let the system run in another one, or lower the rate.',
  });
}

/** A broken threshold is an issue, one that could not be judged is said. */
export function reportThresholds(
  recorder: ScenarioRecorder,
  name: string,
  verdicts: readonly ThresholdVerdict[],
): void {
  for (const { threshold, limit, value, verdict, near, count, countNeeded, low, high } of verdicts) {
    if (verdict === 'met') continue;
    const format = threshold in percentileThresholds ? formatMs : formatPercent;
    const interval = low === null || high === null ? '' : `, 95 % interval ${format(low)} to ${format(high)}`;
    const seen = value === null ? 'there is no data' : `it was ${format(value)} (n = ${count}${interval})`;
    const said = `"${name}" was to keep ${threshold} ${threshold in percentileThresholds ? 'within' : 'at or above'} ${format(limit)}; ${seen}.`;
    if (verdict === 'broken') {
      recorder.recordIssue({
        severity: near ? 'medium' : 'high',
        issueType: 'load_threshold_broken',
        description: near ? `${said} The limit is within the interval.` : said,
      });
    } else {
      recorder.recordIssue({
        severity: 'info',
        issueType: 'insufficient_data',
        description: `The load ${said} That does not tell.`,
        ...(countNeeded === null ? {} : { suggestedFix: `Let the load make at least ${countNeeded} calls.` }),
      });
    }
  }
}

function formatRate(ratePerSecond: number): string {
  return ratePerSecond.toFixed(ratePerSecond < 100 ? 1 : 0);
}

function formatMs(durationMs: number): string {
  return `${durationMs.toFixed(durationMs < 10 ? 2 : 1)} ms`;
}

function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
