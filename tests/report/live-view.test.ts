import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { LiveTally } from '../../src/report/live-tally.js';
import { type LiveStatus, renderLiveLine, renderLiveRegion } from '../../src/report/live-view.js';
import { sampleActivity } from '../support/sample-activity.js';

const plain = picocolors.createColors(false);
const failure = { outcome: 'failed', error: { name: 'E', message: 'm' } } as const;

function status(given: Partial<LiveStatus> = {}): LiveStatus {
  return {
    sessionId: 'test_20260203_121500_abcd',
    elapsedMs: 30_000,
    expectedMs: 300_000,
    scenariosDone: 2,
    filesDone: 1,
    filesTotal: 4,
    scenario: 'keeps up with a workspace',
    activities: 5,
    errors: 0,
    cpuPercent: 25.31,
    memoryPercent: 42.1,
    capabilityCount: 1,
    capabilities: [{ capability: 'code_search', calls: 5, errors: 0, successRate: 1, p95Ms: 12 }],
    ...given,
  };
}

describe('the live region', () => {
  test('shows the session, how far it is, the machine and what is active', () => {
    expect(renderLiveRegion(status(), { columns: 100, colors: plain, unicode: true })).toEqual([
      '[██░░░░░░░░░░░░░░░░░░] Running 0:00:30 / Remaining 0:04:30',
      'Session test_20260203_121500_abcd, 2 scenarios done, file 2 of 4',
      'keeps up with a workspace',
      '5 activities, 0 errors; CPU 25.3%, Memory 42.1%',
      '  • code_search                    5 calls 100.0% success  p95 12ms',
    ]);
  });

  test('shows how far it is by files where no earlier session tells how long it takes', () => {
    const [first] = renderLiveRegion(status({ expectedMs: null, filesDone: 2 }), {
      columns: 100,
      colors: plain,
      unicode: false,
    });
    expect(first).toBe('[##########..........] Running 0:00:30');
  });

  test('says so when it takes longer than expected', () => {
    const [first] = renderLiveRegion(status({ elapsedMs: 400_000 }), {
      columns: 100,
      colors: plain,
      unicode: false,
    });
    expect(first).toBe('[####################] Running 0:06:40, longer than expected');
  });

  test.each([30, 40, 80, 200])(
    'keeps every line within a terminal of %i columns, painted or not',
    (columns) => {
      const hostile = `\u001b[2J\n${'x'.repeat(300)}`;
      const capabilities = [{ capability: hostile, calls: 5, errors: 1, successRate: 0.8, p95Ms: 12 }];
      const lines = renderLiveRegion(status({ scenario: hostile, capabilities, errors: 1 }), {
        columns,
        colors: picocolors.createColors(true),
        unicode: true,
      });
      for (const line of lines) {
        const shown = stripVTControlCharacters(line);
        expect(shown.length).toBeLessThan(columns);
        expect(shown).not.toContain('\u001b');
        expect(shown).not.toContain('\n');
      }
    },
  );
});

test('the line of a log tells the same', () => {
  const capabilities = [
    { capability: 'a', calls: 3, errors: 0, successRate: 1, p95Ms: 1 },
    { capability: 'b', calls: 1, errors: 0, successRate: null, p95Ms: 1 },
  ];
  expect(renderLiveLine(status({ capabilities, capabilityCount: 7 }))).toBe(
    '[test_20260203_121500_abcd] Running 0:00:30 / Remaining 0:04:30, 2 scenarios done, file 2 of 4, 5 activities, 0 errors, CPU 25.3%, Memory 42.1%; a 3 100.0% success, b 1 under fault and 5 more',
  );
  expect(renderLiveLine(status({ cpuPercent: null, capabilities: [], capabilityCount: 0 }))).toContain(
    'machine not sampled yet',
  );
});

describe('the tally', () => {
  test('counts failures without those under a fault, and names what was called last first', () => {
    const tally = new LiveTally();
    const calls = [
      { capability: 'search', durationMs: 10 },
      { capability: 'memory', durationMs: 20, ...failure },
      { capability: 'memory', durationMs: 30, ...failure, fault: 'disk_full' },
      { capability: 'search', durationMs: 10 },
    ];
    for (const [index, call] of calls.entries())
      tally.add(sampleActivity({ activityId: `a${index}`, ...call }));
    expect([tally.activities, tally.errors, tally.capabilityCount]).toEqual([4, 1, 2]);
    expect(tally.newest(5)).toMatchObject([
      { capability: 'search', calls: 2, errors: 0, successRate: 1 },
      { capability: 'memory', calls: 2, errors: 1, successRate: 0 },
    ]);
    expect(tally.newest(1)).toHaveLength(1);
    expect(tally.newest(5)[1]?.p95Ms).toBeCloseTo(30, 0);
  });
});
