import * as z from 'zod/mini';
import { scenarioKinds, severities } from '../../model.js';
import { capabilitySchema, kindSchema, scenarioSummarySchema } from './call-schemas.js';
import { historySchema } from './history-schemas.js';
import { reportVersion } from './report-version.js';

const count = z.int().check(z.minimum(0));
const share = z.number().check(z.minimum(0), z.maximum(1));
const severity = z.enum(severities);

const sessionSchema = z.strictObject({
  sessionId: z.string(),
  projectPath: z.string(),
  startedAtMs: z.number(),
  endedAtMs: z.nullable(z.number()),
  durationMinutes: z.number(),
  status: z.enum(['running', 'completed', 'stopped', 'error']),
  stopReason: z.nullable(z.string()),
  seed: z.int(),
  environment: z.strictObject({
    node: z.string(),
    vitest: z.string(),
    platform: z.string(),
    cpuModel: z.string(),
    cpuCount: count,
    memoryBytes: z.number(),
    commit: z.nullable(z.string()),
  }),
});

const scenarioSchema = z.strictObject({
  taskId: z.string(),
  name: z.string(),
  file: z.string(),
  line: z.nullable(z.int()),
  kind: z.enum(scenarioKinds),
  attempts: count,
  durationMs: z.nullable(z.number()),
  outcome: z.enum(['running', 'passed', 'failed', 'stopped', 'skipped', 'crashed']),
  errorMessage: z.nullable(z.string()),
});

const issueSchema = z.strictObject({
  issueId: z.string(),
  taskId: z.nullable(z.string()),
  atMs: z.number(),
  severity,
  capability: z.string(),
  issueType: z.string(),
  description: z.string(),
  suggestedFix: z.nullable(z.string()),
  reproducible: z.nullable(z.boolean()),
  evidenceActivityId: z.nullable(z.string()),
});

const suggestionSchema = z.strictObject({
  category: z.enum(['performance', 'reliability', 'resource_optimization', 'bug_fix']),
  priority: z.enum(['critical', 'high', 'medium', 'low']),
  suggestion: z.string(),
  rationale: z.string(),
  estimatedImpact: z.string(),
  expectedGain: z.number(),
  issueId: z.string(),
});

const statementSchema = z.strictObject({ capability: z.string(), statement: z.string() });

const gateSchema = z.strictObject({
  mode: z.enum(['report', 'fail']),
  verdict: z.enum(['passed', 'failed', 'inconclusive']),
  conditions: z.array(
    z.strictObject({
      subject: z.string(),
      name: z.string(),
      limit: z.number(),
      value: z.nullable(z.number()),
      low: z.nullable(z.number()),
      high: z.nullable(z.number()),
      samples: count,
      verdict: z.enum(['met', 'broken', 'inconclusive']),
      statement: z.string(),
    }),
  ),
  alerts: z.array(z.strictObject({ severity, message: z.string() })),
});

const metricSchema = z.strictObject({
  capability: z.string(),
  metricType: z.string(),
  unit: z.string(),
  count,
  mean: z.number(),
  min: z.number(),
  max: z.number(),
  last: z.number(),
});

/**
 * The report of a session as JSON, for programs and agents. Fields are added within a version; `reportVersion` grows when one
 * is renamed, removed, or means something else.
 */
export const reportSchema = z.strictObject({
  reportVersion: z.literal(reportVersion),
  session: sessionSchema,
  scenarios: z.array(scenarioSchema),
  totals: z.strictObject({
    activities: count,
    rowsKept: count,
    errors: count,
    errorsUnderFault: count,
    successRate: z.nullable(share),
    meanMs: z.nullable(z.number()),
  }),
  kinds: z.array(kindSchema),
  scenarioSummaries: z.array(scenarioSummarySchema),
  capabilities: z.array(capabilitySchema),
  workedWell: z.array(statementSchema),
  workedPoorly: z.array(statementSchema),
  issues: z.array(issueSchema),
  suggestions: z.array(suggestionSchema),
  metrics: z.array(metricSchema),
  history: historySchema,
  gate: z.nullable(gateSchema),
  score: z.nullable(
    z.strictObject({
      total: z.number().check(z.minimum(0), z.maximum(100)),
      parts: z.array(
        z.strictObject({
          name: z.enum(['success', 'response', 'resources']),
          weight: z.number(),
          value: share,
        }),
      ),
    }),
  ),
});

/** A report as a program reads it from a file. */
export type ReportJson = z.output<typeof reportSchema>;

/** The JSON Schema (draft 2020-12) of a report, as it is published with the package. */
export function describeReportSchema(): object {
  return { ...z.toJSONSchema(reportSchema), title: 'Report of a session of vitest-realworld' };
}
