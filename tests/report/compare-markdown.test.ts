import { describe, expect, test } from 'vitest';
import { compareRuns } from '../../src/analysis/regression/compare-runs.js';
import type { SessionStatistic } from '../../src/history.js';
import { renderComparisonMarkdown } from '../../src/report/compare-markdown.js';
import { renderComparison } from '../../src/report/compare-text.js';
import { escapeMarkdown } from '../../src/report/markdown-text.js';
import { levelsAround } from '../support/sessions-of-runs.js';

const hostile = 'a | b <img src=x onerror=alert(1)> `c`\n| d | [e](http://f) @everyone \u001b[31m';

/** Runs in which every named method is at its level. */
function runs(side: string, count: number, levels: Readonly<Record<string, number>>, scenario = 'sells') {
  return Array.from({ length: count }, (_, run) => ({
    sessionId: `${side}-${run}`,
    commit: 'abc',
    statistics: Object.entries(levels).map(
      ([method, level]): SessionStatistic => ({
        file: 'shop.realworld.ts',
        scenario,
        capability: 'shop',
        method,
        metric: 'median',
        value: levelsAround(level, count)[run] ?? 0,
        calls: 25,
      }),
    ),
  }));
}

function compare(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  scenario = 'sells',
) {
  return compareRuns(
    { name: 'commit:a', runs: runs('a', 20, before, scenario) },
    { name: 'commit:b', runs: runs('b', 10, after, scenario) },
  );
}

describe('a comparison as Markdown', () => {
  test('has the top movers with their intervals above the fold and the small ones below', () => {
    const before = { sell: 10, refund: 10, list: 10, count: 10 };
    const markdown = renderComparisonMarkdown(compare(before, { ...before, sell: 20, list: 9.4, refund: 6 }));
    const [above = '', below = ''] = markdown.split('<details>');
    expect(above).toMatch(
      /\| regressed \| shop\.sell in sells \| median time \| 10ms \| 20ms \| 2\.0\d \(1\.9\d to 2\.\d\d\) \|/,
    );
    expect(above).toContain('| improved | shop.refund in sells |');
    expect(above).not.toContain('shop.list');
    expect(below).toContain('<summary>1 smaller or further change</summary>');
    expect(below).toContain('| improved | shop.list in sells |');
    expect(markdown).not.toContain('shop.count');
  });

  test('shows names from outside as they are, without a table, a link, a mention or HTML of theirs', () => {
    const comparison = compare({ [hostile]: 10 }, { [hostile]: 20 }, hostile);
    const markdown = renderComparisonMarkdown(comparison);
    const row = markdown.split('\n').find((line) => line.includes('regressed |'));
    expect(row?.match(/(?<!\\)\|/g)).toHaveLength(8);
    expect(markdown).not.toMatch(/<img|@everyone|\]\(|:\/\//);
    expect(markdown).not.toContain('\u001b');
    expect(escapeMarkdown(hostile)).toBe(
      'a \\| b &lt;img src=x onerror=alert\\(1\\)&gt; \\`c\\` \\| d \\| \\[e\\]\\(http&#58;//f\\) &#64;everyone  \\[31m',
    );
  });
});

describe('a comparison as text', () => {
  test('has no control character of a name in it', () => {
    expect(renderComparison(compare({ [hostile]: 10 }, { [hostile]: 20 }))).not.toContain('\u001b');
  });
});
