import * as z from 'zod/mini';

const count = z.int().check(z.minimum(0));
const share = z.number().check(z.minimum(0), z.maximum(1));

const rangeSchema = z.strictObject({ low: z.number(), high: z.number() });

/** A percentile with its 95 % interval, or with how many calls it would need to have one. */
const estimateSchema = z.union([
  z.strictObject({ valueMs: z.number(), count, lowMs: z.number(), highMs: z.number() }),
  z.strictObject({ valueMs: z.number(), count, countNeeded: count }),
]);

const windowSchema = z.strictObject({
  index: z.int(),
  calls: count,
  errors: count,
  totalMs: z.number(),
  cpuTimeMs: z.number(),
  sampledCalls: count,
  heapTotalBytes: z.number(),
  rssMaxBytes: z.number(),
});

/** What the figures of calls come to, in the shape of `CallSummary`. */
const callSummary = {
  calls: count,
  errors: count,
  errorsUnderFault: count,
  successRate: z.nullable(share),
  successInterval: z.nullable(rangeSchema),
  meanMs: z.number(),
  medianMs: z.number(),
  p95Ms: z.number(),
  maxMs: z.number(),
  p95: estimateSchema,
  p99: estimateSchema,
  throughputPerSecond: z.nullable(z.number()),
  cpuTimePerCallMs: z.number(),
  callsPerCpuSecond: z.nullable(z.number()),
  uxQuality: share,
  heapSlopeBytesPerMinute: z.nullable(z.number()),
  rssMaxBytes: z.number(),
} as const;

const methodSchema = z.strictObject({
  ...callSummary,
  capability: z.string(),
  method: z.string(),
  rowsKept: count,
  timeouts: count,
  crashes: count,
  p99Ms: z.number(),
  cpuTimeMs: z.number(),
  excellentCalls: count,
  goodCalls: count,
  acceptableCalls: count,
  poorCalls: count,
  firstResultMeanMs: z.nullable(z.number()),
  blockingCalls: count,
  blockingMaxMs: z.number(),
  rssGrowthMaxBytes: z.number(),
  slowestActivityId: z.string(),
  failedActivityId: z.nullable(z.string()),
  blockingActivityId: z.nullable(z.string()),
  rssGrowthActivityId: z.nullable(z.string()),
  windows: z.array(windowSchema),
  failurePatterns: z.array(
    z.strictObject({ kind: z.enum(['after_call', 'under_load', 'at_time']), statement: z.string() }),
  ),
});

export const capabilitySchema = z.strictObject({
  capability: z.string(),
  ...callSummary,
  trendMs: z.array(z.nullable(z.number())),
  methods: z.array(methodSchema),
});

export const kindSchema = z.strictObject({
  kind: z.enum(['monitoring', 'load', 'recovery', 'learning', 'integration']),
  scenarios: count,
  passed: count,
  skipped: count,
  ...callSummary,
});

export const scenarioSummarySchema = z.strictObject({ taskId: z.string(), ...callSummary });
