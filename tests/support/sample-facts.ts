import { ExactLatencies } from '../../src/latency-distribution.js';
import {
  type Issue,
  type MethodFigures,
  type MetricFigures,
  type Scenario,
  type SessionFacts,
  usualWeights,
} from '../../src/model.js';
import { sessionStart, startedAtMs } from './sample-activity.js';

/** A quick method that never failed, called ten times. */
export function sampleFigures(given: Partial<MethodFigures> = {}): MethodFigures {
  const calls = given.calls ?? 10;
  return {
    capability: 'code_search',
    method: 'index',
    calls,
    rowsKept: calls,
    errors: 0,
    errorsUnderFault: 0,
    timeouts: 0,
    crashes: 0,
    meanMs: 10,
    medianMs: 9,
    p95Ms: 20,
    p99Ms: 25,
    maxMs: 30,
    cpuTimeMs: 5,
    excellentCalls: calls,
    goodCalls: 0,
    acceptableCalls: 0,
    poorCalls: 0,
    firstResultMeanMs: null,
    blockingCalls: 0,
    blockingMaxMs: 0,
    rssGrowthMaxBytes: 0,
    slowestActivityId: 'slowest',
    failedActivityId: null,
    blockingActivityId: null,
    rssGrowthActivityId: null,
    latency: new ExactLatencies(Array.from({ length: calls }, () => 10)),
    overlappedLatency: new ExactLatencies([]),
    windows: [],
    ...given,
  };
}

export function sampleScenario(given: Partial<Scenario> = {}): Scenario {
  return {
    taskId: 'task-1',
    name: 'watches the shop',
    file: 'shop.realworld.ts',
    line: 12,
    kind: 'monitoring',
    attempts: 1,
    durationMs: 1_500,
    outcome: 'passed',
    errorMessage: null,
    ...given,
  };
}

export function sampleMetric(metricType: string, mean: number): MetricFigures {
  return {
    capability: 'system',
    metricType,
    unit: 'percent',
    count: 6,
    mean,
    min: mean,
    max: mean,
    last: mean,
  };
}

export function sampleIssue(given: Partial<Issue> = {}): Issue {
  return {
    issueId: 'reported-1',
    taskId: null,
    atMs: startedAtMs,
    severity: 'medium',
    capability: 'memory',
    issueType: 'reported',
    description: 'Forgets what it was told.',
    suggestedFix: null,
    reproducible: null,
    evidenceActivityId: null,
    ...given,
  };
}

export function sampleFacts(given: Partial<SessionFacts> = {}): SessionFacts {
  return {
    session: {
      ...sessionStart,
      endedAtMs: startedAtMs + 30_000,
      status: 'completed',
      stopReason: null,
    },
    scenarios: [sampleScenario()],
    methods: [sampleFigures()],
    scenarioMethods: [],
    windowMs: 1_000,
    errorGroups: [],
    failures: [],
    circumstances: [],
    notes: [],
    metrics: [],
    reportedIssues: [],
    declaredCapabilities: ['code_search'],
    history: { comparableSessions: 0, otherSessions: 0, series: [] },
    gate: null,
    scoreWeights: usualWeights,
    safetyLimits: null,
    ...given,
  };
}
