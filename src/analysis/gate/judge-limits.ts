import type { ConditionName, GateCondition, RunLimits } from '../../gate.js';
import type { LatencyDistribution } from '../../latency-distribution.js';
import { formatDuration, formatShare } from '../../units.js';
import { estimatePercentile } from '../statistics/percentile-interval.js';
import { proportionInterval } from '../statistics/proportion-interval.js';

/** Calls of a method, a capability or a scenario, as far as they can be held to limits. */
export interface RunFigures {
  readonly calls: number;
  /** Without those under an injected fault. */
  readonly errors: number;
  readonly errorsUnderFault: number;
  readonly latency: LatencyDistribution;
  readonly meanMs: number;
  readonly maxMs: number;
  /** CPU time of all calls, in milliseconds; null when it was not measured. */
  readonly cpuTimeMs: number | null;
  /** From the first call to the end of the last, in milliseconds; null when it is not known. */
  readonly spanMs: number | null;
}

export const minSamplesUsual = 20;

interface Measured {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly samples: number;
}

interface Measure {
  readonly name: Exclude<keyof RunLimits, 'minSamples'>;
  /** Whether the limit is the least that is wanted, and not the most. */
  readonly atLeast: boolean;
  readonly label: string;
  readonly format: (value: number) => string;
  readonly of: (figures: RunFigures) => Measured;
}

const measures: readonly Measure[] = [
  {
    name: 'meanMs',
    atLeast: false,
    label: 'mean',
    format: formatDuration,
    of: (run) => plain(run.meanMs, run.calls),
  },
  { name: 'medianMs', atLeast: false, label: 'median', format: formatDuration, of: percentile(0.5) },
  { name: 'p95Ms', atLeast: false, label: '95th percentile', format: formatDuration, of: percentile(0.95) },
  { name: 'p99Ms', atLeast: false, label: '99th percentile', format: formatDuration, of: percentile(0.99) },
  {
    name: 'maxMs',
    atLeast: false,
    label: 'slowest call',
    format: formatDuration,
    of: (run) => plain(run.maxMs, run.calls),
  },
  {
    name: 'cpuTimeMs',
    atLeast: false,
    label: 'CPU time a call',
    format: formatDuration,
    of: ({ cpuTimeMs, calls }) => plain(cpuTimeMs === null ? null : cpuTimeMs / calls, calls),
  },
  { name: 'successRate', atLeast: true, label: 'success rate', format: formatShare, of: successRate },
  {
    name: 'errors',
    atLeast: false,
    label: 'failed calls',
    format: String,
    of: (run) => plain(run.errors, run.calls - run.errorsUnderFault),
  },
  {
    name: 'throughputPerSecond',
    atLeast: true,
    label: 'throughput',
    format: (value) => `${value.toFixed(1)} calls/s`,
    of: ({ calls, spanMs }) =>
      plain(spanMs === null || spanMs === 0 ? null : (calls / spanMs) * 1_000, calls),
  },
];

export const limitNames: readonly string[] = [...measures.map(({ name }) => name), 'minSamples'];

/** Holds calls to limits, one condition for each limit that is named. Fewer calls than `minSamples` are inconclusive. */
export function judgeLimits(
  subject: string,
  figures: RunFigures,
  limits: RunLimits,
): readonly GateCondition[] {
  const minSamples = limits.minSamples ?? minSamplesUsual;
  return measures.flatMap((measure) => {
    const limit = limits[measure.name];
    return limit === undefined ? [] : [judge(subject, figures, measure, limit, minSamples)];
  });
}

function judge(
  subject: string,
  figures: RunFigures,
  { name, atLeast, label, format, of }: Measure,
  limit: number,
  minSamples: number,
): GateCondition {
  const measured = figures.calls === 0 ? nothing : of(figures);
  const { value, low, high, samples } = measured;
  const wanted = `${atLeast ? 'at least' : 'at most'} ${format(limit)}`;
  if (value === null || samples < minSamples) {
    const why =
      value === null
        ? 'it was not measured'
        : `${samples} ${samples === 1 ? 'call is' : 'calls are'} too few, ${minSamples} are needed`;
    return condition(name, 'inconclusive', `${label}: wanted ${wanted}; ${why}`);
  }
  const isMet = atLeast ? value >= limit : value <= limit;
  const interval =
    low === null || high === null
      ? ''
      : ` (95 % interval ${format(low)} to ${format(high)}, ${samples} calls)`;
  const sample = interval === '' ? ` (${samples} ${samples === 1 ? 'call' : 'calls'})` : interval;
  return condition(name, isMet ? 'met' : 'broken', `${label}: ${format(value)}${sample}, wanted ${wanted}`);

  function condition(
    conditionName: ConditionName,
    verdict: GateCondition['verdict'],
    statement: string,
  ): GateCondition {
    return { subject, name: conditionName, limit, ...measured, verdict, statement };
  }
}

const nothing: Measured = { value: null, low: null, high: null, samples: 0 };

function plain(value: number | null, samples: number): Measured {
  return { value, low: null, high: null, samples };
}

function percentile(share: number): (figures: RunFigures) => Measured {
  return ({ latency }) => {
    const estimate = estimatePercentile(latency, share);
    const interval =
      'lowMs' in estimate ? { low: estimate.lowMs, high: estimate.highMs } : { low: null, high: null };
    return { value: estimate.valueMs, ...interval, samples: estimate.count };
  };
}

function successRate({ calls, errors, errorsUnderFault }: RunFigures): Measured {
  const judged = calls - errorsUnderFault;
  const interval = proportionInterval(judged - errors, judged);
  if (interval === null) return nothing;
  return { value: (judged - errors) / judged, ...interval, samples: judged };
}
