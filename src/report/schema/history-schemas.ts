import * as z from 'zod/mini';
import { historyMetrics } from '../../history.js';

const count = z.int().check(z.minimum(0));

/** Which metric of which method in which scenario. */
const subject = {
  file: z.string(),
  scenario: z.string(),
  capability: z.string(),
  method: z.string(),
  metric: z.enum(historyMetrics),
} as const;

const changeSchema = z.strictObject({
  ...subject,
  verdict: z.enum(['regressed', 'improved', 'suspected']),
  baselineRuns: count,
  freshRuns: count,
  baselineMedian: z.number(),
  freshMedian: z.number(),
  ratio: z.nullable(z.number()),
  ratioLow: z.nullable(z.number()),
  ratioHigh: z.nullable(z.number()),
  delta: z.nullable(z.number()),
  p: z.number(),
  pAdjusted: z.number(),
  sinceCommit: z.nullable(z.string()),
  baseline: z.nullable(z.string()),
  statement: z.string(),
});

const changePointSchema = z.strictObject({
  ...subject,
  direction: z.enum(['worse', 'better']),
  before: z.number(),
  after: z.number(),
  ratio: z.nullable(z.number()),
  p: z.number(),
  sinceSessionId: z.string(),
  sinceCommit: z.nullable(z.string()),
  runsAgo: count,
  statement: z.string(),
});

const lossSchema = z.strictObject({
  ...subject,
  bestMedian: z.number(),
  bestSinceSessionId: z.string(),
  bestSinceCommit: z.nullable(z.string()),
  nowMedian: z.number(),
  bestRuns: count,
  nowRuns: count,
  ratio: z.nullable(z.number()),
  p: z.number(),
  statement: z.string(),
});

export const historySchema = z.strictObject({
  comparableSessions: count,
  otherSessions: count,
  metricsCompared: count,
  sessionsNeeded: count,
  baseline: z.nullable(
    z.strictObject({ name: z.string(), runs: count, commits: z.array(z.string()), isUsed: z.boolean() }),
  ),
  changes: z.array(changeSchema),
  changePoints: z.array(changePointSchema),
  ratchet: z.array(lossSchema),
});
