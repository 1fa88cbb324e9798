import { analyzeSession } from '../../src/analysis/analyze-session.js';
import type { GateVerdict } from '../../src/gate.js';
import type { HistoryChange } from '../../src/history.js';
import type { SessionReport } from '../../src/model.js';
import { sampleFacts, sampleFigures, sampleIssue, sampleMetric, sampleScenario } from './sample-facts.js';

const subject = {
  file: 'shop.realworld.ts',
  scenario: 'watches the shop',
  capability: 'memory',
  method: 'recall',
  metric: 'median',
} as const;

export function sampleChange(given: Partial<HistoryChange> = {}): HistoryChange {
  return {
    ...subject,
    verdict: 'regressed',
    baselineRuns: 10,
    freshRuns: 3,
    baselineMedian: 10,
    freshMedian: 20,
    ratio: 2,
    ratioLow: 1.9,
    ratioHigh: 2.1,
    delta: 1,
    p: 0.0035,
    pAdjusted: 0.007,
    sinceCommit: '0123456789abcdef',
    baseline: null,
    statement: 'memory.recall: median time 10ms -> 20ms, 2.00 times',
    ...given,
  };
}

const gate: GateVerdict = {
  mode: 'report',
  verdict: 'failed',
  conditions: [
    {
      subject: 'session',
      name: 'successRate',
      limit: 0.8,
      value: 0.5,
      low: 0.3,
      high: 0.7,
      samples: 18,
      verdict: 'broken',
      statement: 'success rate 50.0%, at least 80.0% wanted',
    },
  ],
  alerts: [{ severity: 'high', message: 'Success rate 50.0% too low' }],
};

/** A report with something in every part. */
export function eventfulReport(given: Partial<SessionReport> = {}): SessionReport {
  const report = analyzeSession(
    sampleFacts({
      scenarios: [
        sampleScenario(),
        sampleScenario({
          taskId: 'task-2',
          name: 'breaks',
          kind: 'recovery',
          outcome: 'failed',
          errorMessage: 'it broke',
          line: 30,
        }),
      ],
      methods: [
        sampleFigures({ calls: 100 }),
        sampleFigures({
          capability: 'memory',
          method: 'recall',
          calls: 8,
          errors: 4,
          meanMs: 2_500,
          errorsUnderFault: 1,
        }),
      ],
      metrics: [
        sampleMetric('cpu_usage', 20),
        { ...sampleMetric('precision', 0.9), capability: 'memory', unit: 'share' },
      ],
      reportedIssues: [
        sampleIssue({
          severity: 'critical',
          suggestedFix: 'Write it down.',
          taskId: 'task-1',
          evidenceActivityId: 'abc-1',
        }),
        sampleIssue({ issueId: 'small', severity: 'low', description: 'A small matter.' }),
      ],
      gate,
    }),
  );
  const history: SessionReport['history'] = {
    ...report.history,
    metricsCompared: 4,
    sessionsNeeded: 0,
    baseline: { name: 'main', runs: 10, commits: ['0123456789abcdef'], isUsed: true },
    changes: [
      sampleChange(),
      sampleChange({ method: 'small', verdict: 'suspected', ratio: 1.04, ratioLow: 1.01, ratioHigh: 1.07 }),
    ],
    changePoints: [
      {
        ...subject,
        direction: 'worse',
        before: 10,
        after: 20,
        ratio: 2,
        p: 0.001,
        sinceSessionId: 'test_20260101_000000_aaaa',
        sinceCommit: null,
        runsAgo: 4,
        statement: 'memory.recall: median time 10ms -> 20ms, 4 runs ago',
      },
    ],
    ratchet: [
      {
        ...subject,
        bestMedian: 9,
        bestSinceSessionId: 'test_20250101_000000_aaaa',
        bestSinceCommit: null,
        nowMedian: 12,
        bestRuns: 5,
        nowRuns: 5,
        ratio: 1.33,
        p: 0.01,
        statement: 'memory.recall: median time 12ms, 9ms over its best runs',
      },
    ],
  };
  return { ...report, history, ...given };
}
