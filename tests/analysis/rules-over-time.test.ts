import { describe, expect, test } from 'vitest';
import { analyzeSession } from '../../src/analysis/analyze-session.js';
import { ExactLatencies } from '../../src/latency-distribution.js';
import type { ActivityWindow, MethodFigures, SessionReport } from '../../src/model.js';
import { createRandom } from '../../src/seeded-random.js';
import { sampleFacts, sampleFigures, sampleScenario } from '../support/sample-facts.js';

/** A session of one scenario with one method. */
function reportOf(given: Partial<MethodFigures>): SessionReport {
  const figures = sampleFigures(given);
  return analyzeSession(
    sampleFacts({
      methods: [figures],
      scenarioMethods: [{ ...figures, taskId: sampleScenario().taskId }],
    }),
  );
}

function issueTypes(given: Partial<MethodFigures>): readonly string[] {
  return reportOf(given).issues.map(({ issueType }) => issueType);
}

/** Windows of ten calls whose mean is what a function says, with some noise. */
function windows(count: number, meanMs: (index: number) => number): readonly ActivityWindow[] {
  const random = createRandom(4);
  return Array.from({ length: count }, (_, index) => ({
    index,
    calls: 10,
    errors: 0,
    totalMs: 10 * meanMs(index) * (0.9 + 0.2 * random()),
    cpuTimeMs: 0,
    sampledCalls: 10,
    heapTotalBytes: 0,
    rssMaxBytes: 0,
  }));
}

const latencies = (count: number, durationMs: number): readonly number[] => {
  const random = createRandom(5);
  return Array.from({ length: count }, () => durationMs * (0.9 + 0.2 * random()));
};

describe('a method that gets slower while the session goes on', () => {
  test('is an issue when the windows rise by a quarter and more', () => {
    const report = reportOf({ calls: 200, meanMs: 19.5, windows: windows(20, (index) => 10 + index) });
    const [issue] = report.issues;
    expect(issue).toMatchObject({
      issueType: 'slowing_down',
      severity: 'high',
      evidenceActivityId: 'slowest',
    });
    expect(issue?.description).toMatch(
      /from about (9|10|11)\.?\d*ms to (2[7-9]|3[0-2])\.?\d*ms a call \(200 calls in 20 windows/,
    );
    expect(report.suggestions).toMatchObject([
      {
        estimatedImpact: expect.stringMatching(
          /^If every call took what the first ones took \(1[12]\.?\d*ms\), this session/,
        ),
      },
    ]);
  });

  test('is none when it rises by less, stays, falls, or has few windows', () => {
    expect(issueTypes({ windows: windows(20, (index) => 10 + index / 20) })).toEqual([]);
    expect(issueTypes({ windows: windows(20, () => 10) })).toEqual([]);
    expect(issueTypes({ windows: windows(20, (index) => 40 - index) })).toEqual([]);
    expect(issueTypes({ windows: windows(9, (index) => 10 + 5 * index) })).toEqual([]);
  });
});

test('what getting slower costs is told by the calls of the scenario in which it does', () => {
  const slower = windows(20, (index) => 10 + index);
  const inOne = {
    ...sampleFigures({ calls: 200, meanMs: 19.5, windows: slower }),
    taskId: sampleScenario().taskId,
  };
  const elsewhere = windows(60, () => 500).map((one) => ({ ...one, index: one.index - 100 }));
  const methods = [sampleFigures({ calls: 800, meanMs: 380, windows: [...elsewhere, ...slower] })];
  const { suggestions } = analyzeSession(sampleFacts({ methods, scenarioMethods: [inOne] }));
  expect(suggestions.map(({ estimatedImpact }) => estimatedImpact)).toEqual([
    expect.stringMatching(
      /^If every call took what the first ones took \(1[12]\.?\d*ms\), .* 1\.\ds shorter$/,
    ),
  ]);
});

describe('a session in which nothing gets slower', () => {
  test('is silent in 98 of 100 of 120 methods, whose windows all differ by chance', () => {
    const random = createRandom(29);
    const noise = (): readonly ActivityWindow[] =>
      windows(15, () => 10 * Math.exp(0.3 * (random() + random() + random() - 1.5)));
    const sessions = 200;
    let alarmed = 0;
    for (let session = 0; session < sessions; session++) {
      const methods = Array.from({ length: 120 }, (_, index) =>
        sampleFigures({ method: `method${index}`, windows: noise() }),
      );
      const { taskId } = sampleScenario();
      const scenarioMethods = methods.map((figures) => ({ ...figures, taskId }));
      const { issues } = analyzeSession(sampleFacts({ methods, scenarioMethods }));
      if (issues.some(({ issueType }) => issueType === 'slowing_down')) alarmed++;
    }
    expect(alarmed / sessions).toBeLessThanOrEqual(0.02);
  });

  test('is silent where a later scenario asks for more than the one before it', () => {
    const ofScenario = (taskId: string, first: number, meanMs: number) => ({
      ...sampleFigures({
        windows: windows(12, () => meanMs).map((one, at) => ({ ...one, index: first + at })),
      }),
      taskId,
    });
    const scenarioMethods = [ofScenario('small', 0, 10), ofScenario('large', 12, 80)];
    const methods = [sampleFigures({ windows: scenarioMethods.flatMap((figures) => figures.windows) })];
    const report = analyzeSession(sampleFacts({ methods, scenarioMethods }));
    expect(report.issues.map(({ issueType }) => issueType)).toEqual([]);
  });
});

describe('a method that is slower beside other calls', () => {
  const contended = (aloneMs: number, besideMs: number, calls = 40): Partial<MethodFigures> => {
    const beside = latencies(calls, besideMs);
    return {
      calls: 2 * calls,
      latency: new ExactLatencies([...latencies(calls, aloneMs), ...beside]),
      overlappedLatency: new ExactLatencies(beside),
    };
  };

  test('is an issue with both medians', () => {
    const report = analyzeSession(sampleFacts({ methods: [sampleFigures(contended(10, 50))] }));
    expect(report.issues).toMatchObject([{ issueType: 'contention', severity: 'high' }]);
    expect(report.issues[0]?.description).toMatch(
      /index takes (49|50|51)\.?\d*ms beside other calls and (9|10)\.?\d*ms alone/,
    );
  });

  test('is told whether it waits for the thread or for something else, where CPU time was sampled', () => {
    const ofShare = (share: number) => {
      const figures = { ...contended(10, 50), meanMs: 30, cpuTimeMs: share * 30 * 80 };
      const [issue] = analyzeSession(sampleFacts({ methods: [sampleFigures(figures)] })).issues;
      return `${issue?.severity}: ${issue?.description.split('. ')[1]} ${issue?.suggestedFix}`;
    };
    expect(ofShare(0.95)).toMatch(/^medium: .* computed 95 % of the time\. index waits for the thread/);
    expect(ofShare(0.1)).toMatch(/^high: .* computed 10 % .* a lock, one connection or a queue\.$/);
    expect(ofShare(0.5)).toMatch(/^high: .* computed 50 % .* a queue, or the thread/);
    expect(ofShare(0)).toMatch(/^high: undefined .* a lock, one connection, or work/);
  });

  test('is advised on before others of its severity when more time would be saved', () => {
    const methods = [
      sampleFigures({ ...contended(10, 50), method: 'seldom', medianMs: 10, meanMs: 11 }),
      sampleFigures({ ...contended(10, 50), method: 'often', medianMs: 10, meanMs: 30 }),
    ];
    const { suggestions } = analyzeSession(sampleFacts({ methods }));
    expect(suggestions.map(({ issueId }) => issueId.split(':').at(-1))).toEqual(['often', 'seldom']);
  });

  test('is none when it is a little slower, or was called too rarely to tell', () => {
    expect(issueTypes(contended(10, 14))).toEqual([]);
    expect(issueTypes(contended(10, 50, 19))).toEqual([]);
    expect(issueTypes(contended(0.1, 0.5))).toEqual([]);
  });
});

describe('a method that blocks the event loop', () => {
  test('is an issue with the call that did it first', () => {
    const blocked = { blockingCalls: 2, blockingMaxMs: 1_200, blockingActivityId: 'blocker' };
    const report = analyzeSession(sampleFacts({ methods: [sampleFigures(blocked)] }));
    expect(report.issues).toMatchObject([
      { issueType: 'event_loop_blocked', severity: 'low', evidenceActivityId: 'blocker' },
    ]);
    expect(issueTypes({ maxMs: 1_200 })).toEqual([]);
    // Counted by an earlier version, which did not know for how long.
    expect(issueTypes({ blockingCalls: 2 })).toEqual([]);
    expect(issueTypes({ ...blocked, meanMs: 3_000 })).toEqual(['slow']);
  });
});

describe('calls far from the usual', () => {
  test('are an issue with their number and the limit', () => {
    const report = analyzeSession(
      sampleFacts({
        methods: [
          sampleFigures({ calls: 102, latency: new ExactLatencies([...latencies(100, 20), 900, 1_000]) }),
        ],
      }),
    );
    expect(report.issues).toMatchObject([{ issueType: 'outliers', severity: 'low' }]);
    expect(report.issues[0]?.description).toContain('2 of 102 calls more than 100ms');
  });

  test('are none when they are few times the median, quick, or among few calls', () => {
    expect(issueTypes({ calls: 101, latency: new ExactLatencies([...latencies(100, 200), 700]) })).toEqual(
      [],
    );
    expect(issueTypes({ calls: 101, latency: new ExactLatencies([...latencies(100, 1), 90]) })).toEqual([]);
    expect(issueTypes({ calls: 29, latency: new ExactLatencies([...latencies(28, 20), 900]) })).toEqual([]);
  });
});
