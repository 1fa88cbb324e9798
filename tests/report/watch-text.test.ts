import { describe, expect, test } from 'vitest';
import { renderWatchLines, renderWatchRegion, type WatchView } from '../../src/report/watch-text.js';

const view: WatchView = {
  sessionId: 'test_20260203_121500_k3f9',
  projectPath: '/shop',
  elapsedMs: 65_000,
  activities: 1_204,
  errors: 2,
  cpuPercent: 25.34,
  memoryPercent: 42.1,
  capabilities: [
    { name: 'code_search', calls: 1_200, errors: 2, p95Ms: 245 },
    { name: 'memory', calls: 4, errors: 0, p95Ms: 0.4 },
  ],
  upToDate: true,
  runner: 'at_work',
};

describe('a look at running sessions', () => {
  test('is a region on a terminal', () => {
    expect(renderWatchRegion([view], 100)).toBe(`Session test_20260203_121500_k3f9 on /shop
  running for 1m 5s, 1204 activities, 2 errors
  CPU 25.3%, memory 42.1%
    code_search     1200 calls   99.8% success  p95 245ms
    memory             4 calls  100.0% success  p95 0.40ms
`);
  });

  test('fits into a narrow terminal', () => {
    const widths = renderWatchRegion([view, view], 40)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThan(40);
  });

  test('is a line in a pipe', () => {
    expect(renderWatchLines([view])).toBe(
      '[test_20260203_121500_k3f9] running for 1m 5s, 1204 activities, 2 errors | CPU 25.3%, memory 42.1% | code_search 1200, memory 4\n',
    );
    expect(renderWatchLines([])).toBe('No session is running.\n');
  });

  test('says so when the run is gone, and takes nothing from outside for a command to the terminal', () => {
    const hostile = { ...view, projectPath: '/a\u001b[2J\nb', runner: 'gone' as const };
    const region = renderWatchRegion([hostile], 120);
    expect(region).toContain('vitest-realworld recover');
    expect(region).not.toContain('\u001b');
    expect(renderWatchLines([hostile]).split('\n')).toHaveLength(2);
  });
});
