import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '../../src/report/markdown.js';
import { eventfulReport, sampleChange } from '../support/eventful-report.js';
import { sampleScenario } from '../support/sample-facts.js';

function split(markdown: string): readonly [above: string, below: string] {
  const border = markdown.indexOf('<details>');
  return [markdown.slice(0, border), markdown.slice(border)];
}

describe('the report as Markdown', () => {
  test('begins with the score, the gate and what got worse', () => {
    const report = eventfulReport();
    expect(renderMarkdown(report).split('\n')[0]).toBe(
      `### Score ${report.score?.total.toFixed(1)} of 100, gate failed, 1 metric got worse`,
    );
  });

  test('has what broke, the top movers with their intervals and the pressing issues above the fold', () => {
    const [above, below] = split(renderMarkdown(eventfulReport()));
    expect(above).toContain('**failed** shop.realworld.ts:30 &gt; breaks: it broke');
    expect(above).toContain('Again: `npx vitest run --project realworld shop.realworld.ts:30`');
    expect(above).toContain(
      '| regressed | `memory.recall` in watches the shop | median time | 10ms | 20ms | 2.00 (1.90 to 2.10) | 0.0035 | `0123456789` |',
    );
    expect(above).toContain('- **critical** `memory`: Forgets what it was told. Fix: Write it down.');
    expect(above).not.toContain('A small matter');
    expect(below).toContain('A small matter');
    expect(below).toContain('<summary>1 smaller move</summary>');
    expect(below).toContain('| `code_search` | 100 | 100.0% (96.3% to 100.0%) | 10ms |');
  });

  test('stays one screen above the fold however much there is', () => {
    const changes = Array.from({ length: 60 }, (_, index) => sampleChange({ method: `m${index}` }));
    const report = eventfulReport();
    const [above, below] = split(renderMarkdown({ ...report, history: { ...report.history, changes } }));
    expect(above.split('\n').length).toBeLessThan(45);
    expect(below).toContain('<summary>54 smaller moves</summary>');
  });

  test('shows names and errors from outside as text', () => {
    const hostile = 'a | <img src=x onerror=alert(1)> `c`\n| d | [e](http://f) @everyone www.g.h \u001b[31m';
    const report = eventfulReport({
      scenarios: [sampleScenario({ name: hostile, file: hostile, outcome: 'failed', errorMessage: hostile })],
    });
    const markdown = renderMarkdown({
      ...report,
      capabilities: report.capabilities.map((one) => ({ ...one, capability: hostile })),
      issues: report.issues.map((one) => ({ ...one, capability: hostile, description: hostile })),
    });
    const withoutCode = markdown.replaceAll(/`[^`\n]*`/g, '');
    expect(withoutCode).not.toMatch(/<img|@everyone|\]\(|:\/\/|www\./);
    expect(markdown).not.toContain('\u001b');
  });

  test('keeps its tables whole whatever the names hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('|', '\\', '`', '\n', '<', 'a', ' ', '*') }), (name) => {
        const report = eventfulReport();
        const markdown = renderMarkdown({
          ...report,
          scenarios: report.scenarios.map((one) => ({ ...one, name, file: name })),
        });
        for (const line of markdown.split('\n').filter((text) => /^\| (passed|failed) /.test(text))) {
          // A cell ends at a border that no odd number of backslashes takes away.
          expect(line.replaceAll(/\\[\s\S]/g, '').split('|')).toHaveLength(6);
        }
      }),
    );
  });
});
