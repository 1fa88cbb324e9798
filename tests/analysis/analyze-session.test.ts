import { describe, expect, test } from 'vitest';
import { analyzeSession } from '../../src/analysis/analyze-session.js';
import { ExactLatencies } from '../../src/latency-distribution.js';
import type { MethodFigures, SessionFacts } from '../../src/model.js';
import {
  sampleFacts,
  sampleFigures,
  sampleIssue,
  sampleMetric,
  sampleScenario,
} from '../support/sample-facts.js';

function analyze(given: Partial<SessionFacts>) {
  return analyzeSession(sampleFacts(given));
}

function analyzeMethod(figures: Partial<MethodFigures>, given: Partial<SessionFacts> = {}) {
  return analyze({ methods: [sampleFigures(figures)], ...given });
}

describe('an analysis', () => {
  test('of the same facts is the same report, and leaves the facts as they are', () => {
    const make = () =>
      sampleFacts({
        methods: [sampleFigures({ errors: 4 }), sampleFigures({ method: 'b', meanMs: 6_000 })],
        metrics: [sampleMetric('cpu_usage', 95), sampleMetric('memory_usage', 20)],
        reportedIssues: [sampleIssue()],
        declaredCapabilities: ['code_search', 'unused'],
      });
    const facts = make();
    expect(analyzeSession(facts)).toEqual(analyzeSession(make()));
    expect(facts).toEqual(make());
  });
});

describe('totals', () => {
  test('count the calls without those that failed under a fault', () => {
    const { totals } = analyze({
      methods: [
        sampleFigures({ calls: 10, errors: 2, errorsUnderFault: 5, meanMs: 100 }),
        sampleFigures({ capability: 'memory', calls: 30, meanMs: 20 }),
      ],
    });
    expect(totals).toEqual({
      activities: 40,
      rowsKept: 40,
      errors: 2,
      errorsUnderFault: 5,
      successRate: 33 / 35,
      meanMs: 40,
    });
  });

  test('of nothing are no figures at all', () => {
    const report = analyze({ methods: [] });
    expect(report.totals).toMatchObject({ activities: 0, successRate: null, meanMs: null });
    expect(report.score).toBeNull();
    expect([report.capabilities, report.workedWell, report.workedPoorly]).toEqual([[], [], []]);
  });

  test('have no success rate when every call failed under a fault', () => {
    const report = analyzeMethod({ calls: 3, errorsUnderFault: 3 });
    expect(report.totals).toMatchObject({ successRate: null, meanMs: 10 });
    expect(report.capabilities[0]?.successRate).toBeNull();
    expect([report.workedWell, report.workedPoorly]).toEqual([[], []]);
  });
});

describe('a capability', () => {
  test('sums its methods up; percentiles are those of all its calls together', () => {
    const methods = [
      sampleFigures({
        method: 'a',
        calls: 2,
        errors: 1,
        meanMs: 600,
        maxMs: 900,
        latency: new ExactLatencies([300, 900]),
      }),
      sampleFigures({
        method: 'b',
        calls: 78,
        meanMs: 8,
        maxMs: 15,
        latency: new ExactLatencies(Array.from({ length: 78 }, (_, index) => 1 + index / 10)),
      }),
    ];
    const [capability] = analyze({ methods }).capabilities;
    expect(capability).toMatchObject({
      capability: 'code_search',
      calls: 80,
      errors: 1,
      successRate: 79 / 80,
      successInterval: { low: expect.closeTo(0.9325, 3), high: expect.closeTo(0.9978, 3) },
      meanMs: 22.8,
      medianMs: expect.closeTo(4.9),
      p95: {
        valueMs: expect.closeTo(8.5),
        count: 80,
        lowMs: expect.closeTo(8.1),
        highMs: expect.closeTo(900),
      },
      p99: { count: 80, countNeeded: 368 },
      maxMs: 900,
      callsPerCpuSecond: 8_000,
      // 78 below 100 ms, one below 500, one below 2000.
      uxQuality: expect.closeTo((78 + 0.8 + 0.5) / 80),
    });
    expect(capability?.methods.map(({ method, p95 }) => [method, p95.count])).toEqual([
      ['a', 2],
      ['b', 78],
    ]);
  });

  test('is summed up by kind of scenario and by scenario as well', () => {
    const scenarios = [
      sampleScenario({ kind: 'load', taskId: 'l1' }),
      sampleScenario({ kind: 'load', taskId: 'l2', outcome: 'failed' }),
      sampleScenario({ kind: 'load', taskId: 'l3', outcome: 'skipped' }),
      sampleScenario({ kind: 'recovery', taskId: 'r1' }),
    ];
    const scenarioMethods = [
      { ...sampleFigures({ calls: 3 }), taskId: 'l1' },
      { ...sampleFigures({ calls: 4, errors: 1 }), taskId: 'l2' },
      { ...sampleFigures({ calls: 90, errorsUnderFault: 2 }), taskId: null },
    ];
    const report = analyze({ scenarios, scenarioMethods });
    expect(report.kinds).toMatchObject([
      { kind: 'load', scenarios: 2, passed: 1, skipped: 1, calls: 7, errors: 1, successRate: 6 / 7 },
      { kind: 'recovery', scenarios: 1, passed: 1, calls: 0, successRate: null },
    ]);
    expect(report.scenarioSummaries).toMatchObject([
      { taskId: 'l1', calls: 3 },
      { taskId: 'l2', calls: 4, errors: 1 },
    ]);
  });
});

describe('what worked well', () => {
  test('is at least 95 % success in less than 500 ms', () => {
    expect(analyzeMethod({ calls: 20, errors: 1, meanMs: 499 }).workedWell).toEqual([
      {
        capability: 'code_search',
        statement: 'High success rate (95.0% of 20 calls) and fast response (499ms)',
      },
    ]);
    expect(analyzeMethod({ calls: 100, errors: 6 }).workedWell).toEqual([]);
    expect(analyzeMethod({ meanMs: 500 }).workedWell).toEqual([]);
  });

  test('names the number of calls that the rate is of', () => {
    expect(analyzeMethod({ calls: 10, errorsUnderFault: 9 }).workedWell[0]?.statement).toContain(
      '100.0% of 1 call)',
    );
  });
});

describe('what worked poorly', () => {
  test('is below 85 % success', () => {
    expect(analyzeMethod({ calls: 20, errors: 3 }).workedPoorly).toEqual([]);
    expect(analyzeMethod({ calls: 20, errors: 4 }).workedPoorly).toEqual([
      { capability: 'code_search', statement: 'Low success rate (80.0% of 20 calls)' },
    ]);
  });

  test('is two seconds and more on average, by method', () => {
    expect(analyzeMethod({ meanMs: 1_999 }).workedPoorly).toEqual([]);
    expect(analyzeMethod({ meanMs: 2_000 }).workedPoorly).toEqual([
      { capability: 'code_search', statement: 'Slow response (index 2.0s)' },
    ]);
  });

  test('can be both', () => {
    expect(analyzeMethod({ calls: 10, errors: 5, meanMs: 3_000 }).workedPoorly[0]?.statement).toBe(
      'Low success rate (50.0% of 10 calls) and slow response (index 3.0s)',
    );
  });
});

describe('the score', () => {
  const machine = (cpu: number, memory: number) => [
    sampleMetric('cpu_usage', cpu),
    sampleMetric('memory_usage', memory),
  ];

  test('weighs success 70, response 20 and resources 10', () => {
    const { score } = analyzeMethod(
      { calls: 10, errors: 2, excellentCalls: 4, goodCalls: 3, acceptableCalls: 2, poorCalls: 1 },
      { metrics: machine(60, 90) },
    );
    expect(score?.parts).toEqual([
      { name: 'success', weight: 0.7, value: 0.8 },
      { name: 'response', weight: 0.2, value: expect.closeTo((4 + 3 * 0.8 + 2 * 0.5 + 0.2) / 10, 10) },
      { name: 'resources', weight: 0.1, value: expect.closeTo((0.8 + 0.5) / 2, 10) },
    ]);
    expect(score?.total).toBeCloseTo(56 + 15.2 + 6.5, 8);
  });

  test('is 100 when all is well', () => {
    expect(analyzeMethod({}, { metrics: machine(10, 10) }).score?.total).toBeCloseTo(100, 10);
  });

  test('gives the weight of a part that was not measured to the others', () => {
    const withoutMachine = analyzeMethod({ calls: 10, errors: 10 }).score;
    expect(withoutMachine?.parts.map(({ name }) => name)).toEqual(['success', 'response']);
    expect(withoutMachine?.total).toBeCloseTo((0.2 / 0.9) * 100, 10);
    const onlyFaults = analyzeMethod({ calls: 3, errorsUnderFault: 3 }, { metrics: machine(99, 10) }).score;
    expect(onlyFaults?.parts.map(({ name }) => name)).toEqual(['response', 'resources']);
    expect(onlyFaults?.total).toBeCloseTo(((0.2 + 0.1 * 0.6) / 0.3) * 100, 10);
  });

  test('needs both halves of the resources', () => {
    const { score } = analyzeMethod({}, { metrics: [sampleMetric('cpu_usage', 10)] });
    expect(score?.parts.map(({ name }) => name)).toEqual(['success', 'response']);
  });

  test.each([
    [49.9, 69.9, 1],
    [50, 70, 0.8],
    [70, 85, 0.5],
    [90, 95, 0.2],
  ])('values CPU at %d %% and memory at %d %% as %d', (cpu, memory, value) => {
    const { score } = analyzeMethod({}, { metrics: machine(cpu, memory) });
    expect(score?.parts.find(({ name }) => name === 'resources')?.value).toBeCloseTo(value, 10);
  });
});

describe('suggestions', () => {
  test('belong to an issue of the report and take its priority', () => {
    const report = analyze({
      methods: [
        sampleFigures({ calls: 10, errors: 10 }),
        sampleFigures({ method: 'b', meanMs: 6_000 }),
        sampleFigures({ method: 'c', errors: 2, timeouts: 1, crashes: 1 }),
      ],
      metrics: [sampleMetric('cpu_usage', 95)],
      reportedIssues: [sampleIssue({ severity: 'info', suggestedFix: 'Write it down.' })],
      declaredCapabilities: ['code_search', 'unused'],
    });
    expect(report.suggestions).toHaveLength(report.issues.length);
    for (const { issueId, priority } of report.suggestions) {
      const issue = report.issues.find((candidate) => candidate.issueId === issueId);
      expect(priority).toBe(issue?.severity === 'info' ? 'low' : issue?.severity);
    }
    expect(report.suggestions.map(({ category }) => category)).toEqual([
      // Both are critical: the failures cost the score more.
      'reliability',
      'bug_fix',
      'reliability',
      'performance',
      'resource_optimization',
      'reliability',
      'bug_fix',
    ]);
  });

  test('for failures compute what the most frequent error costs', () => {
    const errorGroups = [
      {
        capability: 'code_search',
        method: 'index',
        fingerprint: 'E',
        errorType: 'E',
        message: 'm',
        count: 3,
        activityId: 'a',
      },
    ];
    const { suggestions } = analyzeMethod({ calls: 12, errors: 4, errorsUnderFault: 2 }, { errorGroups });
    expect(suggestions).toEqual([
      {
        expectedGain: expect.closeTo(28),
        category: 'reliability',
        priority: 'high',
        suggestion: 'Fix error handling in code_search.index',
        rationale: 'Success rate is only 60.0% (10 calls)',
        estimatedImpact: 'Without "E" (3x) success rate would be 90.0%',
        issueId: 'test_20260203_121500:unreliable:code_search:index',
      },
    ]);
  });

  test('for slowness compute what two seconds a call would save', () => {
    const { suggestions } = analyzeMethod({ calls: 4, meanMs: 3_000, cpuTimeMs: 400 });
    expect(suggestions).toMatchObject([
      {
        category: 'performance',
        priority: 'medium',
        rationale: 'Average response time is 3.0s (4 calls), of which 100ms CPU time',
        estimatedImpact: 'At 2.0s a call it would save 1.0s a call, 4.0s in this session',
      },
    ]);
  });

  test('for timeouts compute the success rate without them, leaving faults out', () => {
    const { suggestions } = analyzeMethod({ calls: 12, errors: 3, timeouts: 2, errorsUnderFault: 2 });
    expect(suggestions.find(({ suggestion }) => suggestion.startsWith('Bound the time'))).toMatchObject({
      suggestion: 'Bound the time of code_search.index',
      rationale: '2 of 12 calls had not returned when their scenario ended',
      estimatedImpact: 'Success rate would rise to 90.0%',
    });
  });

  test.each(['reported', 'slow', 'unreliable', 'timeout'])(
    'take over what a scenario advises on its issue of type %s',
    (issueType) => {
      const reportedIssues = [sampleIssue({ issueType, suggestedFix: 'Write it down.' })];
      expect(analyze({ reportedIssues }).suggestions).toEqual([
        {
          expectedGain: 0,
          category: 'bug_fix',
          priority: 'medium',
          suggestion: 'Write it down.',
          rationale: 'Forgets what it was told.',
          estimatedImpact: 'Resolves an issue of severity medium',
          issueId: 'reported-1',
        },
      ]);
    },
  );

  test('are silent on a reported issue without advice', () => {
    expect(analyze({ reportedIssues: [sampleIssue()] }).suggestions).toEqual([]);
  });
});
