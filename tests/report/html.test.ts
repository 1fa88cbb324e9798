import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { analyzeSession } from '../../src/analysis/analyze-session.js';
import type { PageData } from '../../src/report/html/page-data.js';
import { renderHtml, renderSessionsHtml } from '../../src/report/html/render-html.js';
import { renderJson } from '../../src/report/json.js';
import { assemblePage, readSessionPage } from '../../src/session/read-session-page.js';
import type { SessionPage } from '../../src/session-page.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { hostile, richSessionId, storeRichSession } from '../support/page-sessions.js';
import { scenarioStart } from '../support/recording-rig.js';
import { sampleActivity, sessionStart, startedAtMs } from '../support/sample-activity.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function dataOf(html: string): PageData {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as PageData;
}

function pageIn(html: string): SessionPage {
  const data = dataOf(html);
  if (data.kind !== 'session') throw new Error('This is no page of a session.');
  return data.page;
}

/** What only the page's courses hold. */
function withoutWindows(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, one: unknown) => (name === 'windows' ? undefined : one)),
  ) as unknown;
}

describe('the data of the page', () => {
  test('hold the report of the session, number for number as its JSON does', () => {
    const { store } = storeRichSession();
    const report = analyzeSession(store.readFacts(richSessionId));
    const page = pageIn(renderHtml(readSessionPage(store, richSessionId)));
    const { reportVersion: _, ...json } = JSON.parse(renderJson(report)) as Record<string, unknown>;
    expect(page.report).toEqual(withoutWindows(json));
    expect(page.report.totals).toMatchObject({ activities: 235, errors: 10 });
    expect(page.report.history.changePoints.length).toBeGreaterThan(0);
  });

  test('count every call in the bars, the windows and the rows by scenario', () => {
    const { store } = storeRichSession();
    const { report, methods, scenarioMethods } = readSessionPage(store, richSessionId);
    const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
    for (const { capability, method, histogram, windows } of methods) {
      const figures = report.capabilities
        .find((one) => one.capability === capability)
        ?.methods.find((one) => one.method === method);
      expect([method, sum(histogram.counts)]).toEqual([method, figures?.calls]);
      expect([method, sum(windows.map(({ calls }) => calls))]).toEqual([method, figures?.calls]);
      expect(histogram.edgesMs).toHaveLength(histogram.counts.length + 1);
      expect(histogram.edgesMs[0]).toBeLessThanOrEqual(figures?.medianMs ?? 0);
      expect(histogram.edgesMs.at(-1)).toBeGreaterThanOrEqual(figures?.maxMs ?? Number.POSITIVE_INFINITY);
    }
    expect(sum(scenarioMethods.map(({ calls }) => calls))).toBe(report.totals.activities);
  });

  test('tell which activities ran around the evidence of an issue, nested and beside', () => {
    const { store } = storeRichSession();
    const { evidence } = readSessionPage(store, richSessionId);
    const timeline = evidence.find(({ activityId }) => activityId === 'outer');
    const nested = timeline?.calls.filter(({ capability }) => capability === 'nested');
    expect(nested?.map(({ method, depth, atMs }) => [method, depth, atMs])).toEqual([
      ['outer', 0, 1_000],
      ['inner', 1, 1_020],
      ['innermost', 2, 1_030],
      ['beside', 0, 1_040],
    ]);
    expect(timeline?.calls.find(({ method }) => method === 'beside')?.workerPid).toBe(6);
  });

  test('give back the evaluations, curves and trials that scenarios recorded', () => {
    const { store } = storeRichSession();
    const { evaluations, curves, recoveries } = readSessionPage(store, richSessionId);
    expect(evaluations).toMatchObject([
      {
        capability: 'learner',
        cases: 20,
        confusion: { truePositives: 8, falsePositives: 3, trueNegatives: 7, falseNegatives: 2 },
      },
    ]);
    expect(curves.map(({ rate, points }) => [rate, points.map(({ examples }) => examples)])).toEqual([
      ['recall', [0, 4, 8]],
      ['precision', [0, 4, 8]],
    ]);
    expect(recoveries.map(({ recovered, timeToRecoverMs }) => [recovered, timeToRecoverMs])).toEqual([
      [true, 120],
      [false, null],
      [true, 40],
    ]);
  });

  test('have the limits that the session was held to beside those that it is judged by', () => {
    const { store } = storeRichSession();
    const { machine } = readSessionPage(store, richSessionId);
    expect(machine.limits.cpuPercent).toBe(90);
    expect(machine.endsAbove).toEqual({ cpuPercent: 55, memoryPercent: 95, diskPercent: 98 });
  });

  test('put the metrics first in which something changed', () => {
    const { store } = storeRichSession();
    const { history, report } = readSessionPage(store, richSessionId);
    const [point] = report.history.changePoints;
    expect(history[0]).toMatchObject({ capability: point?.capability, method: point?.method });
    expect(history[0]?.points.at(-1)?.sessionId).toBe(richSessionId);
  });

  test('are those of a session without a call, a sample and an end', () => {
    const store = new SessionStore(`${temporaryDirectory()}/empty.db`);
    store.startSession(sessionStart);
    const page = pageIn(renderHtml(readSessionPage(store, sessionStart.sessionId)));
    expect(page).toMatchObject({
      methods: [],
      evidence: [],
      machine: { samples: 0, endsAbove: null },
      leftOut: [],
    });
    store.close();
  });
});

describe('the document', () => {
  test('allows its own script and style by their hashes and nothing else', () => {
    const { store } = storeRichSession();
    const html = renderHtml(readSessionPage(store, richSessionId));
    const hash = (tag: 'script' | 'style'): string => {
      const [, text = ''] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(html) ?? [];
      return `sha256-${createHash('sha256').update(text).digest('base64')}`;
    };
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    expect(policy).toBe(
      `default-src 'none'; script-src '${hash('script')}'; style-src '${hash('style')}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(html.match(/<script[ >]/g)).toHaveLength(3);
    expect(html).not.toMatch(/\s(?:src|srcset|action)=["'][^"']/);
  });

  test('holds hostile texts in its data only, and there without a character of markup', () => {
    const { store } = storeRichSession();
    const html = renderHtml(readSessionPage(store, richSessionId));
    const [, json = ''] = /id="data">(.*?)<\/script>/s.exec(html) ?? [];
    expect(json).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.stringify(pageIn(html))).toContain(JSON.stringify(hostile.error).slice(1, -1));
    expect(html.replace(json, '')).not.toContain('hacked');
  });

  test('escapes the id of a session in its title', () => {
    const { store } = storeRichSession();
    const page = readSessionPage(store, richSessionId);
    const session = { ...page.report.session, sessionId: '</title><script>1</script>' };
    const html = renderHtml({ ...page, report: { ...page.report, session } });
    expect(html).toContain('<title>&lt;/title&gt;&lt;script&gt;1&lt;/script&gt; - real-world report</title>');
  });

  test('may ask its own server when it is served', () => {
    const live = { eventsUrl: '/events', dataUrl: '/data.json', listUrl: '/' };
    const html = renderSessionsHtml([], { live });
    expect(html).toContain("connect-src 'self'");
    expect(dataOf(html)).toEqual({ kind: 'sessions', sessions: [] });
  });

  test('is under a megabyte without data', () => {
    expect(Buffer.byteLength(renderSessionsHtml([]))).toBeLessThan(1024 ** 2);
  });
});

test('a session of many activities is sampled, and the page says so', { timeout: 120_000 }, () => {
  const store = new SessionStore(`${temporaryDirectory()}/many.db`);
  const calls = 60_000;
  store.startSession(sessionStart);
  const { sessionId } = sessionStart;
  const ingest = store.ingestFor(sessionId);
  ingest.ingest([{ entry: 'scenario_started', scenario: scenarioStart }]);
  for (let from = 0; from < calls; from += 5_000) {
    ingest.ingest(
      Array.from({ length: 5_000 }, (_, index) => ({
        entry: 'activity' as const,
        activity: sampleActivity({
          activityId: `a-${from + index}`,
          taskId: scenarioStart.taskId,
          method: `method-${index % 100}`,
          startedAtMs: startedAtMs + from + index,
          durationMs: 1 + (index % 50),
        }),
      })),
    );
  }
  ingest.saveSums();
  store.finishSession(sessionId, {
    status: 'completed',
    endedAtMs: startedAtMs + calls,
    stopReason: null,
  });
  const facts = store.readFacts(sessionId);
  const page = assemblePage(store.samples, facts, analyzeSession(facts));
  store.close();
  const sampled = page.methods.flatMap(({ sample }) => sample);
  // Of the hundred methods each is met, for all that they come in turn.
  expect(page.methods.filter(({ sample }) => sample.length > 5)).toHaveLength(80);
  expect(sampled.length).toBeGreaterThan(1_000);
  expect(sampled.length).toBeLessThanOrEqual(3_000);
  expect(Math.max(...sampled.map(({ atMs }) => atMs))).toBeGreaterThan(calls - 100);
  expect(page.leftOut).toEqual([
    `The dots in the charts are ${sampled.length} of 60000 activities, drawn from even stretches of them. Everything else is over all of them.`,
    '80 of 100 methods have a chart of their own, those with the most calls.',
  ]);
  expect(Buffer.byteLength(renderHtml(page))).toBeLessThan(3 * 1024 ** 2);
});
