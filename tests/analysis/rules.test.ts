import { describe, expect, test } from 'vitest';
import { analyzeSession, ruleIssues } from '../../src/analysis/analyze-session.js';
import type { Issue, MethodFigures, SessionFacts } from '../../src/model.js';
import {
  sampleFacts,
  sampleFigures,
  sampleIssue,
  sampleMetric,
  sampleScenario,
} from '../support/sample-facts.js';

const session = 'test_20260203_121500';

/** What the rules find, without what scenarios reported. */
function found(given: Partial<SessionFacts>): readonly Issue[] {
  const facts = sampleFacts(given);
  return ruleIssues(analyzeSession(facts), facts).filter(
    ({ issueType }) => issueType !== 'insufficient_data',
  );
}

function foundIn(figures: Partial<MethodFigures>, errorGroups: SessionFacts['errorGroups'] = []) {
  return found({ methods: [sampleFigures(figures)], errorGroups });
}

describe('a session without problems', () => {
  test('has no issue', () => {
    expect(found({})).toEqual([]);
  });
});

describe('slowness', () => {
  test('is found from two seconds on average, with the slowest call as evidence', () => {
    expect(foundIn({ meanMs: 2_000, maxMs: 3_000, cpuTimeMs: 100 })).toEqual([
      {
        issueId: `${session}:slow:code_search:index`,
        taskId: null,
        atMs: sampleFacts().session.endedAtMs,
        severity: 'medium',
        capability: 'code_search',
        issueType: 'slow',
        description: 'index takes 2.0s on average, 3.0s at most (10 calls).',
        suggestedFix: 'index waits for most of that time: run what it waits for side by side, or cache it.',
        reproducible: null,
        evidenceActivityId: 'slowest',
      },
    ]);
  });

  test('is not found just below two seconds', () => {
    expect(foundIn({ meanMs: 1_999.9 })).toEqual([]);
  });

  test('is high from five seconds', () => {
    expect(foundIn({ meanMs: 4_999.9 })[0]?.severity).toBe('medium');
    expect(foundIn({ meanMs: 5_000 })[0]?.severity).toBe('high');
  });

  test('that comes from computing is told from slowness that comes from waiting', () => {
    expect(foundIn({ meanMs: 2_000, cpuTimeMs: 14_001 })[0]?.suggestedFix).toContain('index computes for');
    expect(foundIn({ meanMs: 2_000, cpuTimeMs: 14_000 })[0]?.suggestedFix).toContain('index waits for');
  });
});

describe('unreliability', () => {
  const group = {
    capability: 'code_search',
    method: 'index',
    fingerprint: 'E',
    errorType: 'ENOENT',
    message: 'no such file',
    count: 2,
    activityId: 'evidence',
  };

  test('is found below 95 %, with the most frequent error as cause and evidence', () => {
    expect(
      foundIn({ calls: 20, errors: 3, failedActivityId: 'first' }, [group, { ...group, count: 1 }]),
    ).toMatchObject([
      {
        issueId: `${session}:unreliable:code_search:index`,
        severity: 'medium',
        description: 'index failed 3 of 20 calls (success rate 85.0%). Most often (2x) ENOENT: no such file.',
        suggestedFix: 'Handle or prevent "ENOENT" in index; it accounts for 2 of 3 failures.',
        reproducible: null,
        evidenceActivityId: 'evidence',
      },
    ]);
  });

  test('is not found at 95 %', () => {
    expect(foundIn({ calls: 20, errors: 1 })).toEqual([]);
  });

  test('does not count what failed under a fault', () => {
    expect(foundIn({ calls: 20, errorsUnderFault: 19 })).toEqual([]);
    expect(foundIn({ calls: 20, errorsUnderFault: 20 })).toEqual([]);
    expect(foundIn({ calls: 20, errorsUnderFault: 10, errors: 1 })).toMatchObject([
      { description: 'index failed 1 of 10 calls (success rate 90.0%).' },
    ]);
  });

  test.each([
    [100, 16, 'high'],
    [100, 15, 'medium'],
    [100, 50, 'high'],
    [100, 51, 'critical'],
    [4, 4, 'medium'],
    [5, 5, 'critical'],
  ])('of %i calls with %i errors is %3$s', (calls, errors, severity) => {
    expect(foundIn({ calls, errors })).toMatchObject([{ issueType: 'unreliable', severity }]);
  });

  test('is reproducible when every one of at least five calls fails', () => {
    expect(foundIn({ calls: 5, errors: 5 })[0]?.reproducible).toBe(true);
    expect(foundIn({ calls: 4, errors: 4 })[0]?.reproducible).toBeNull();
    expect(foundIn({ calls: 6, errors: 5 })[0]?.reproducible).toBeNull();
  });

  test('leaves timeouts and crashes to their own issues', () => {
    const issues = foundIn({ calls: 10, errors: 3, timeouts: 2, crashes: 1, failedActivityId: 'f' });
    expect(issues.map(({ issueType, severity }) => [issueType, severity])).toEqual([
      ['crash', 'critical'],
      ['timeout', 'high'],
    ]);
    expect(issues.map(({ description }) => description)).toEqual([
      'The process died during index in 1 of 10 calls.',
      'index had not returned in 2 of 10 calls when the scenario ended.',
    ]);
    expect(issues.every(({ evidenceActivityId }) => evidenceActivityId === 'f')).toBe(true);
  });
});

describe('a scenario', () => {
  test.each(['passed', 'skipped', 'running'] as const)('that is %s is no issue', (outcome) => {
    expect(found({ scenarios: [sampleScenario({ outcome })] })).toEqual([]);
  });

  test('that failed is an issue with its place', () => {
    const scenarios = [sampleScenario({ outcome: 'failed', errorMessage: 'expected 1 to be 2' })];
    expect(found({ scenarios })).toMatchObject([
      {
        issueId: `${session}:scenario_failed:monitoring:task-1`,
        severity: 'high',
        taskId: 'task-1',
        description: 'Scenario "watches the shop" failed: expected 1 to be 2',
        suggestedFix: 'See shop.realworld.ts:12.',
      },
    ]);
  });

  test('whose worker died is critical', () => {
    const scenarios = [sampleScenario({ outcome: 'crashed', line: null })];
    expect(found({ scenarios })).toMatchObject([
      { severity: 'critical', issueType: 'worker_crash', suggestedFix: 'See shop.realworld.ts.' },
    ]);
  });
});

describe('a declared capability', () => {
  test('that no scenario called is an issue', () => {
    expect(found({ declaredCapabilities: ['code_search', 'memory'] })).toMatchObject([
      {
        issueId: `${session}:missing_capability:memory`,
        severity: 'low',
        capability: 'memory',
        reproducible: true,
      },
    ]);
  });

  test('is not missed when no hub was seen', () => {
    expect(found({ declaredCapabilities: null })).toEqual([]);
  });
});

describe('the machine', () => {
  test.each([
    ['cpu_usage', 90, 'CPU'],
    ['memory_usage', 95, 'memory'],
    ['disk_usage', 98, 'disk'],
  ])('is full when %s is at %i on average, and not just below', (metricType, limit, name) => {
    expect(found({ metrics: [sampleMetric(metricType, limit - 0.1)] })).toEqual([]);
    expect(found({ metrics: [sampleMetric(metricType, limit)] })).toMatchObject([
      {
        issueId: `${session}:resource_limit:system:${metricType}`,
        severity: 'medium',
        description: `The machine's ${name} was at ${limit} % on average over 6 samples (limit ${limit} %).`,
      },
    ]);
  });

  test('is not judged by a metric of the same name from elsewhere', () => {
    expect(found({ metrics: [{ ...sampleMetric('cpu_usage', 99), capability: 'memory' }] })).toEqual([]);
  });
});

describe('all issues', () => {
  test('stand the most severe first, those of the rules and those that were reported', () => {
    const facts = sampleFacts({
      methods: [sampleFigures({ calls: 10, errors: 10 }), sampleFigures({ method: 'slow', meanMs: 2_500 })],
      declaredCapabilities: ['code_search', 'unused'],
      reportedIssues: [sampleIssue({ severity: 'high' }), sampleIssue({ issueId: 'r-2', severity: 'info' })],
    });
    const report = analyzeSession(facts);
    expect(report.issues.map(({ severity, issueType }) => [severity, issueType])).toEqual([
      ['critical', 'unreliable'],
      ['high', 'reported'],
      ['medium', 'slow'],
      ['low', 'missing_capability'],
      ['info', 'reported'],
    ]);
    expect(ruleIssues(report, facts)).toHaveLength(3);
  });
});
