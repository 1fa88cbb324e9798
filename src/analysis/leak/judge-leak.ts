import { mannKendall, theilSenSlope } from '../statistics/trend.js';

/** What a process holds after so many calls, its garbage collected before. */
export interface LeakSample {
  readonly calls: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  readonly arrayBuffersBytes: number;
}

export interface LeakSettings {
  /** Growth below it is not called a leak, in bytes a call. @default 200 */
  readonly bytesPerCallMin?: number;
  /** False when garbage could not be collected before each sample; the verdict is weaker then. @default true */
  readonly collected?: boolean;
}

export interface MemoryTrend {
  readonly memory: 'heap' | 'external' | 'array_buffers';
  readonly growing: boolean;
  readonly bytesPerCall: number;
  /** Bounds of the growth at 98 %, so that it is above the lower one at 99 %. */
  readonly lowBytesPerCall: number;
  readonly highBytesPerCall: number;
  /** Chance of a rise like this without a trend. */
  readonly p: number;
}

export type LeakVerdict = { readonly samples: number; readonly collected: boolean } & (
  | { readonly verdict: 'leak' | 'no_leak'; readonly trends: readonly MemoryTrend[] }
  | { readonly verdict: 'inconclusive'; readonly samplesNeeded: number }
);

/** Samples at the beginning that are left out: caches fill and code is compiled. */
const settlingShare = 1 / 3;
const judgedMin = 12;
const alpha = 0.01;

/** Samples that are needed for a verdict, those that are left out included. */
export const leakSamplesMin = Math.ceil(judgedMin / (1 - settlingShare));

/**
 * Whether a process keeps more and more memory: a rise by the test of Mann and Kendall, and by the slope of Theil and Sen (1968) more than
 * a few bytes a call at its lower 99 % bound. The test alone is not enough: it calls any steady drift a rise (Machida et al. 2013).
 */
export function judgeLeak(
  samples: readonly LeakSample[],
  { bytesPerCallMin = 200, collected = true }: LeakSettings = {},
): LeakVerdict {
  const judged = samples.slice(Math.ceil(samples.length * settlingShare));
  if (judged.length < judgedMin) {
    return {
      samples: samples.length,
      collected,
      verdict: 'inconclusive',
      samplesNeeded: leakSamplesMin - samples.length,
    };
  }
  const trends = [
    trendOf('heap', judged, ({ heapUsedBytes }) => heapUsedBytes, bytesPerCallMin),
    trendOf('external', judged, ({ externalBytes }) => externalBytes, bytesPerCallMin),
    trendOf('array_buffers', judged, ({ arrayBuffersBytes }) => arrayBuffersBytes, bytesPerCallMin),
  ];
  const verdict = trends.some(({ growing }) => growing) ? 'leak' : 'no_leak';
  return { samples: samples.length, collected, verdict, trends };
}

function trendOf(
  memory: MemoryTrend['memory'],
  samples: readonly LeakSample[],
  bytesOf: (sample: LeakSample) => number,
  bytesPerCallMin: number,
): MemoryTrend {
  const { pRising } = mannKendall(samples.map(bytesOf));
  const slope = theilSenSlope(
    samples.map((sample) => ({ x: sample.calls, y: bytesOf(sample) })),
    1 - 2 * alpha,
  );
  return {
    memory,
    growing: pRising < alpha && slope !== null && slope.low > bytesPerCallMin,
    bytesPerCall: slope?.slope ?? 0,
    lowBytesPerCall: slope?.low ?? 0,
    highBytesPerCall: slope?.high ?? 0,
    p: pRising,
  };
}
