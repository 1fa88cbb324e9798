import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogAnalyzer } from '../capabilities/log_analyzer/index.js';
import { groupedRight } from '../scenarios/support/compiler-lines.js';
import { logAnalyzerWorkload } from '../scenarios/workloads/log_analyzer.js';
import { seededRandom } from '../seeded-random.js';
import { wilsonInterval } from '../wilson-interval.js';
import { compilerDiagnostics, type DiagnosticLine } from './fixtures/compiler-diagnostics.js';

function groupingAccuracy(lines: readonly DiagnosticLine[]) {
  const { templates, templateOfLine } = new LogAnalyzer().templates(lines.map(({ line }) => line));
  const truth = lines.map(({ code }) => code);
  const right = groupedRight(truth, templateOfLine).filter(Boolean).length;
  return {
    lines: lines.length,
    trueTemplates: new Set(truth).size,
    templates: templates.length,
    share: right / lines.length,
    low: wilsonInterval(right, lines.length)[0],
  };
}

describe('lines of a compiler', () => {
  const log = () => [...compilerDiagnostics('rxjs/src'), ...compilerDiagnostics('three/src')];

  it('are grouped by their message with an accuracy of at least .80', { timeout: 300_000 }, () => {
    const accuracy = groupingAccuracy(log());
    if (process.env.HUB_FIGURES !== undefined) console.log(accuracy);
    expect(accuracy.lines).toBeGreaterThan(10_000);
    expect(accuracy.trueTemplates).toBeGreaterThan(50);
    expect(accuracy.low).toBeGreaterThanOrEqual(0.8);
  });

  it('are given the template that they were learnt with', { timeout: 300_000 }, () => {
    const analyzer = new LogAnalyzer();
    const lines = log().map(({ line }) => line);
    const { templateOfLine, templates } = analyzer.templates(lines, { source: 'tsc' });
    expect(templates.reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
    const kept = lines.filter((line, at) => analyzer.classify(line)?.id === templateOfLine[at]).length;
    if (process.env.HUB_FIGURES !== undefined) console.log({ kept, of: lines.length });
    expect(kept / lines.length).toBeGreaterThan(0.999);
  });

  it('raise no alarm when dealt out at random and one when a burst is planted', { timeout: 300_000 }, () => {
    const analyzer = new LogAnalyzer();
    const lines = log().map(({ line }) => line);
    const { templates, templateOfLine } = analyzer.templates(lines);
    const random = seededRandom(22);
    const rare = templates.find(({ count }) => count < 120 && count > 60);
    if (rare === undefined) throw new Error('no template of the size that is planted');
    let falseAlarms = 0;
    let found = 0;
    const trials = 20;
    for (let trial = 0; trial < trials; trial += 1) {
      const windows: string[][] = Array.from({ length: 20 }, () => []);
      for (const line of lines) if (random() < 0.1) windows[Math.floor(random() * 20)]?.push(line);
      falseAlarms += analyzer.anomalies(windows).length === 0 ? 0 : 1;
      const example = lines[templateOfLine.indexOf(rare.id)] ?? '';
      windows[7]?.push(...new Array<string>(25).fill(example));
      const first = analyzer.anomalies(windows)[0];
      if (first?.kind === 'burst' && first.window === 7 && first.template.id === rare.id) found += 1;
    }
    if (process.env.HUB_FIGURES !== undefined) console.log({ falseAlarms, found, trials });
    expect(falseAlarms).toBeLessThanOrEqual(2);
    expect(found).toBe(trials);
  });
});

// Compiling one more package takes half a minute, so that this figure is taken on demand: HUB_FIGURES=1.
it.runIf(process.env.HUB_FIGURES !== undefined)(
  'groups messages of a package that nobody looked at while the masks were chosen',
  {
    timeout: 300_000,
  },
  () => {
    const accuracy = groupingAccuracy(compilerDiagnostics('eslint/lib'));
    if (process.env.HUB_FIGURES !== undefined) console.log(accuracy);
    expect(accuracy.lines).toBeGreaterThan(1_000);
    expect(accuracy.low).toBeGreaterThan(0.7);
  },
);

describe('templates', () => {
  it('tell what lines share, how many there are and the first of them', () => {
    const { templates, source, lines } = new LogAnalyzer().templates(
      [
        'Connected to 10.0.0.7:5432 in 12 ms',
        "User 'mara k' logged in",
        'Connected to 10.0.0.9:5432 in 7 ms',
        "User 'jo' logged in",
        'Disk full',
        'Connected to 10.1.0.9:80 in 70 ms',
      ],
      { source: 'app.log' },
    );
    expect({ source, lines }).toEqual({ source: 'app.log', lines: 6 });
    expect(templates).toEqual([
      {
        id: 0,
        template: 'Connected to <number> in <number> ms',
        count: 3,
        example: 'Connected to 10.0.0.7:5432 in 12 ms',
      },
      { id: 1, template: 'User <quoted> logged in', count: 2, example: "User 'mara k' logged in" },
      { id: 2, template: 'Disk full', count: 1, example: 'Disk full' },
    ]);
  });

  it.each([
    ['2026-01-02T10:11:12.345Z boot', '<time> boot'],
    ['see https://example.org/a?b=1 now', 'see <url> now'],
    ['open ./src/a.ts and C:\\work\\b.txt', 'open <path> and <path>'],
    ['request 6f9619ff-8b86-d011-b42d-00cf4fc964ff ended', 'request <id> ended'],
    ["it can't be 'so so'", "it can't be <quoted>"],
    ['either and/or both', 'either and/or both'],
    ['took -3.5ms of 0xff', 'took <number>ms of <number>'],
  ])('mask the values of %j', (line, template) => {
    expect(new LogAnalyzer().templates([line]).templates[0]?.template).toBe(template);
  });

  it('keep apart what a quoted word of few values says', () => {
    const lines = Array.from(
      { length: 60 },
      (_, at) => `'v${at}' is possibly '${at % 2 ? 'null' : 'undefined'}'.`,
    );
    const { templates } = new LogAnalyzer().templates(lines);
    expect(templates.map(({ template, count }) => [template, count])).toEqual([
      ["<quoted> is possibly 'undefined'.", 30],
      ["<quoted> is possibly 'null'.", 30],
    ]);
  });

  it('give every line a template, whatever the lines', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 40 }), (lines) => {
        const { templates, templateOfLine } = new LogAnalyzer().templates(lines);
        expect(templateOfLine).toHaveLength(lines.length);
        expect(templates.reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
        for (const { id, example } of templates) {
          expect(templateOfLine[lines.indexOf(example)]).toBe(id);
        }
      }),
      { numRuns: 500, seed: 22 },
    );
  });

  it('look at the first 4,096 characters of a line and say so', () => {
    expect(new LogAnalyzer().templates([`a ${'b'.repeat(5_000)}`, 'c']).cutLines).toBe(1);
  });
});

describe('anomalies', () => {
  it('of lines are those without a template', () => {
    const analyzer = new LogAnalyzer();
    analyzer.templates(['request 1 done', 'request 2 done']);
    expect(analyzer.anomalies(['request 9 done', 'kernel panic: not syncing'])).toEqual([
      { kind: 'unknown-line', line: 'kernel panic: not syncing', at: 1 },
    ]);
  });

  it('of windows include a template that falls silent', () => {
    const analyzer = new LogAnalyzer();
    const window = new Array<string>(60).fill('heartbeat 1 ok');
    analyzer.templates(window);
    const found = analyzer.anomalies([window, window, [], window, window, window]);
    expect(found).toMatchObject([{ kind: 'drop', window: 2, count: 0, expected: 60 }]);
  });

  it('refuse to judge by too few windows, a mixture, or nothing learnt', () => {
    const analyzer = new LogAnalyzer();
    expect(() => analyzer.anomalies(['x'])).toThrow(expect.objectContaining({ code: 'NOT_INDEXED' }));
    analyzer.templates(['x']);
    expect(() => analyzer.anomalies([['x'], ['x']])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => analyzer.anomalies(['x', ['x']] as never)).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
    analyzer.dispose();
    expect(() => analyzer.classify('x')).toThrow(expect.objectContaining({ code: 'NOT_INDEXED' }));
  });
});

it.each([{ similarity: 2 }, { similarity: Number.NaN }, { depth: 0 }, { depth: 1.5 }])(
  'refuses the options %j',
  (options) => {
    expect(() => new LogAnalyzer().templates(['x'], options)).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
  },
);

it('does the rounds of the workload', async () => {
  const analyzer = new LogAnalyzer();
  const { round } = await logAnalyzerWorkload.prepare({
    hub: { log_analyzer: analyzer } as never,
    root: '.',
    scratchDirectory: '.',
    seed: 5,
    signal: new AbortController().signal,
  });
  for (let number = 0; number < 5; number += 1) await round(number);
  analyzer.classify = () => undefined;
  await expect(Promise.resolve().then(() => round(5))).rejects.toThrow('example');
});
