import { describe, expect, test } from 'vitest';
import type { Activity } from '../../src/model.js';
import { LiveGroups } from '../../src/report/live.js';
import { sampleActivity } from '../support/sample-activity.js';

function linesOf(...activities: readonly Partial<Activity>[]): readonly string[] {
  const groups = new LiveGroups();
  for (const [index, given] of activities.entries()) {
    groups.add(sampleActivity({ activityId: `a${index}`, ...given }));
  }
  return groups.takeLines('s1');
}

describe('live lines', () => {
  test('show one call with the first counts of its result', () => {
    expect(
      linesOf({ durationMs: 245, resultJson: '{"files":15,"name":"x","elapsedMs":9,"lines":300,"more":1}' }),
    ).toEqual(['[s1] code_search.index: 245ms, 15 files, 300 lines']);
  });

  test.each(['[3,4]', '"text"', 'null', '{"broken":', '{"a":"x","…":20}', '5'])(
    'find no count in %s',
    (resultJson) => {
      expect(linesOf({ durationMs: 245, resultJson })).toEqual(['[s1] code_search.index: 245ms']);
    },
  );

  test('sum several calls of a method up', () => {
    const failed = { outcome: 'failed', error: { name: 'E', message: 'm' } } as const;
    expect(linesOf({ durationMs: 100 }, { durationMs: 300, ...failed })).toEqual([
      '[s1] code_search.index: 2 calls, 200ms each, 1 error',
    ]);
    expect(linesOf(failed, failed)[0]).toContain('2 errors');
  });

  test('show the six methods that took most time, and how much is left out', () => {
    const lines = linesOf(
      ...Array.from({ length: 8 }, (_, index) => ({ method: `m${index}`, durationMs: 10 * (index + 1) })),
    );
    expect(lines.map((line) => line.split(' ')[1])).toEqual([
      'code_search.m7:',
      'code_search.m6:',
      'code_search.m5:',
      'code_search.m4:',
      'code_search.m3:',
      'code_search.m2:',
      'and',
    ]);
    expect(lines.at(-1)).toBe('[s1] and 2 calls of 2 other methods');
  });

  test('are empty after they were taken', () => {
    const groups = new LiveGroups();
    groups.add(sampleActivity({ activityId: 'a' }));
    expect(groups.takeLines('s1')).toHaveLength(1);
    expect(groups.takeLines('s1')).toEqual([]);
  });

  test('hold at most 100 characters and no terminal sequence', () => {
    const [line = ''] = linesOf({ method: `${String.fromCharCode(27)}[2J\n${'m'.repeat(300)}` });
    expect(line).toMatch(/^\[s1\] code_search\. \[2J m+…$/);
    expect(line).toHaveLength(100);
  });
});
