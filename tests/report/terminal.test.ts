import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyzeSession } from '../../src/analysis/analyze-session.js';
import { type SessionFacts, scenarioKinds, severities } from '../../src/model.js';
import { renderJson } from '../../src/report/json.js';
import { columnsOf } from '../../src/report/plain-text.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { reportWidth } from '../../src/report/terminal-layout.js';
import {
  sampleFacts,
  sampleFigures,
  sampleIssue,
  sampleMetric,
  sampleScenario,
} from '../support/sample-facts.js';

const esc = String.fromCharCode(27);
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
const harmful = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** A session with something in every section. */
const eventful: Partial<SessionFacts> = {
  scenarios: [
    sampleScenario(),
    sampleScenario({
      taskId: 'task-2',
      name: 'breaks',
      outcome: 'failed',
      errorMessage: 'no',
      kind: 'recovery',
    }),
  ],
  methods: [
    sampleFigures(),
    sampleFigures({
      capability: 'memory',
      method: 'recall',
      calls: 8,
      errors: 4,
      meanMs: 2_500,
      errorsUnderFault: 1,
    }),
  ],
  metrics: [sampleMetric('cpu_usage', 20), sampleMetric('memory_usage', 40)],
  reportedIssues: [
    sampleIssue({ suggestedFix: 'Write it down.', taskId: 'task-1', evidenceActivityId: 'abc-1' }),
  ],
};

function render(given: Partial<SessionFacts>, colors = false): string {
  return renderTerminal(analyzeSession(sampleFacts(given)), { colors });
}

describe('the report', () => {
  test('has its sections in order', () => {
    const titles = [...render(eventful).matchAll(/^=+ ([A-Z ]+) =+$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      'SUMMARY',
      'WHAT WORKED WELL',
      'WHAT WORKED POORLY',
      'COMPARED WITH EARLIER RUNS',
      'TOP ISSUES DISCOVERED',
      'ACTIONABLE IMPROVEMENTS',
      'FIGURES',
      'END OF REPORT',
    ]);
    expect(render(eventful).split('\n').slice(0, 3)).toEqual([
      '='.repeat(80),
      `${' '.repeat(20)}REAL-WORLD TESTING - IMPROVEMENT REPORT`,
      '='.repeat(80),
    ]);
  });

  test('begins with the session and its figures', () => {
    const text = render(eventful);
    for (const line of [
      'Session ID: test_20260203_121500',
      'Project: projects/shop',
      'Duration: 30.0s',
      'Status: completed',
      'Total Activities: 18',
      'Total Errors: 4 (and 1 under injected faults)',
      'Success Rate: 76.5%',
      'Avg Response Time: 1.1s',
      'Seed: 42 (REALWORLD_SEED=42 repeats it)',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/^ {2}failed {2}recovery {4}breaks +1\.5s$/m);
  });

  test('shows an issue with its fix, its place and its evidence', () => {
    expect(render({ reportedIssues: eventful.reportedIssues ?? [] })).toContain(
      [
        '1. [MEDIUM] memory',
        '   Forgets what it was told.',
        '   Fix: Write it down.',
        '   Seen in: shop.realworld.ts:12 > watches the shop',
        '   Again: npx vitest run --project realworld shop.realworld.ts:12',
        '   Evidence: activity abc-1',
      ].join('\n'),
    );
  });

  test('shows a suggestion with its reason and its impact', () => {
    expect(render({ methods: [sampleFigures({ calls: 1, meanMs: 3_000, cpuTimeMs: 10 })] })).toContain(
      [
        '1. [MEDIUM] Optimize code_search.index - response time is too slow',
        '   Category: performance',
        '   Why: Average response time is 3.0s (1 call), of which 10ms CPU time',
        '   Impact: At 2.0s a call it would save 1.0s a call, 1.0s in this session',
      ].join('\n'),
    );
  });

  test('says so where there is nothing to say', () => {
    const text = render({ scenarios: [], methods: [], declaredCapabilities: null });
    for (const line of [
      'Success Rate: no activity',
      'Avg Response Time: no activity',
      'Quality Score: not enough data',
      'Nothing stood out.',
      'Nothing: no slow or unreliable capability.',
      'None.',
      'None: the data give no reason for advice.',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  test('shows ten issues and says how many more there are', () => {
    const issues = (count: number) =>
      Array.from({ length: count }, (_, index) => sampleIssue({ issueId: `i${index}` }));
    expect(render({ reportedIssues: issues(10) })).not.toContain('more issue');
    expect(render({ reportedIssues: issues(11) })).toContain('... and 1 more issue in the database.');
    const many = render({ reportedIssues: issues(13) });
    expect(many).toContain('10. [MEDIUM]');
    expect(many).not.toContain('11. [MEDIUM]');
    expect(many).toContain('... and 3 more issues in the database.');
  });

  test('shows every issue and the methods of every capability when it is to tell all', () => {
    const facts = sampleFacts({
      ...eventful,
      reportedIssues: Array.from({ length: 13 }, (_, index) => sampleIssue({ issueId: `i${index}` })),
    });
    const text = renderTerminal(analyzeSession(facts), { colors: false, verbose: true });
    expect(text).not.toContain('more issues');
    expect(text).toContain('13. [');
    expect(text).toMatch(/^ {2}recall {17}8/m);
    expect(render(eventful)).not.toMatch(/^ {2}recall/m);
  });

  test('shows how the time of a capability went, in the characters that the terminal has', () => {
    const window = { errors: 0, cpuTimeMs: 0, sampledCalls: 0, heapTotalBytes: 0, rssMaxBytes: 0 };
    const windows = [
      { ...window, index: 0, calls: 2, totalMs: 10 },
      { ...window, index: 2, calls: 1, totalMs: 40 },
    ];
    const report = analyzeSession(sampleFacts({ methods: [sampleFigures({ windows })] }));
    const lineOf = (text: string) => text.split('\n').find((line) => line.startsWith('code_search  '));
    expect(lineOf(renderTerminal(report, { colors: false }))).toMatch(/ ▁ █$/);
    expect(lineOf(renderTerminal(report, { colors: false, unicode: false }))).toMatch(/ _ #$/);
  });

  test('tells why a session was stopped', () => {
    const { session } = sampleFacts();
    expect(render({ session: { ...session, status: 'stopped', stopReason: 'disk is full' } })).toContain(
      'Status: stopped (disk is full)',
    );
  });
});

describe('colours', () => {
  test('are absent when none are asked for', () => {
    expect(render(eventful)).not.toContain(esc);
  });

  test('are there when asked for, and change nothing but the colour', () => {
    const hostile = sampleIssue({ description: 'word '.repeat(60), capability: 'long '.repeat(30) });
    const given = { ...eventful, reportedIssues: [hostile] };
    const painted = render(given, true);
    expect(painted).toContain(`${esc}[31m[HIGH]${esc}[39m`);
    expect(stripVTControlCharacters(painted)).toBe(render(given));
  });
});

describe('hostile text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('漢', '🦊', 'é', ' ', 'x'), maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom(esc, '[31m', '\u0007', '\n', '\r', '\u202e', '\u2028', '\u009b', 'a'),
      maxLength: 60,
    }),
    fc.constantFrom('', 'w'.repeat(500), `${'a'.repeat(79)} b`, `${esc}]8;;http://x${esc}\\link`),
  );
  const facts = fc
    .record({
      text,
      other: text,
      kind: fc.constantFrom(...scenarioKinds),
      severity: fc.constantFrom(...severities),
    })
    .map(({ text: hostile, other, kind, severity }) =>
      sampleFacts({
        session: {
          ...sampleFacts().session,
          sessionId: `s${other}`,
          projectPath: hostile,
          status: 'stopped',
          stopReason: other,
        },
        scenarios: [
          sampleScenario({
            name: hostile,
            file: other,
            kind,
            outcome: 'failed',
            errorMessage: other,
            durationMs: 4e8,
          }),
        ],
        methods: [
          sampleFigures({ capability: hostile }),
          sampleFigures({ capability: other, method: hostile, meanMs: 9_000, errors: 9 }),
        ],
        errorGroups: [
          {
            capability: other,
            method: hostile,
            fingerprint: 'E',
            errorType: hostile,
            message: other,
            count: 2,
            activityId: other,
          },
        ],
        reportedIssues: [
          sampleIssue({
            severity,
            taskId: 'task-1',
            capability: hostile,
            description: other,
            suggestedFix: hostile,
            evidenceActivityId: other,
          }),
        ],
        declaredCapabilities: [`${hostile} unused`],
      }),
    );

  test('leaves every line within 80 columns and without control characters', () => {
    fc.assert(
      fc.property(facts, (given) => {
        for (const line of renderTerminal(analyzeSession(given), { colors: false }).split('\n')) {
          expect(columnsOf(line)).toBeLessThanOrEqual(reportWidth);
          expect(line).not.toMatch(harmful);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('adds no terminal sequence to those of the colours', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const report = analyzeSession(given);
        const painted = renderTerminal(report, { colors: true });
        expect(stripVTControlCharacters(painted)).toBe(renderTerminal(report, { colors: false }));
      }),
      { numRuns: 50 },
    );
  });
});

describe('text and JSON', () => {
  test('tell the same figures', () => {
    const report = analyzeSession(sampleFacts(eventful));
    const text = renderTerminal(report, { colors: false });
    const { reportVersion, ...json } = JSON.parse(renderJson(report)) as typeof report & {
      readonly reportVersion: number;
    };
    expect(reportVersion).toBe(1);
    // Distributions are in the database, not in the report.
    const written = JSON.stringify(report, (name, value: unknown) =>
      name === 'latency' || name === 'overlappedLatency' ? undefined : value,
    );
    expect(JSON.stringify(json)).toBe(written);
    expect(text).toContain(`Total Activities: ${json.totals.activities}`);
    expect(text).toContain(`Total Errors: ${json.totals.errors} `);
    expect(text).toContain(`Success Rate: ${((json.totals.successRate ?? -1) * 100).toFixed(1)}%`);
    expect(text).toContain(`Quality Score: ${json.score?.total.toFixed(1)} of 100`);
    expect(text).toContain(`Seed: ${json.session.seed}`);
    for (const { suggestion } of json.suggestions) expect(text).toContain(suggestion);
    for (const { statement } of [...json.workedWell, ...json.workedPoorly]) expect(text).toContain(statement);
    expect(text.match(/^\d+\. \[/gm)).toHaveLength(json.issues.length + json.suggestions.length);
  });
});
