import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DashboardServer } from '../../src/cli/serve/dashboard-server.js';
import type { SessionStore } from '../../src/storage/session-store.js';
import { SessionStore as Store } from '../../src/storage/session-store.js';
import { browserMissing, useChromium } from '../support/chromium.js';
import { richSessionId, storeRichSession } from '../support/page-sessions.js';
import { sampleActivity, sessionStart, startedAtMs } from '../support/sample-activity.js';

const runningId = 'running';

/** Another connection than the server's, as the process of a run has. */
function startRunningSession(path: string): SessionStore {
  const writer = new Store(path);
  onTestFinished(() => writer.close());
  writer.startSession({ ...sessionStart, sessionId: runningId, startedAtMs: Date.now() });
  return writer;
}

function recordCalls(writer: SessionStore, from: number, calls: number): void {
  writer.ingestFor(runningId).ingest(
    Array.from({ length: calls }, (_, call) => ({
      entry: 'activity' as const,
      activity: sampleActivity({ activityId: `live-${from + call}`, startedAtMs: startedAtMs + call }),
    })),
  );
}

async function startServer(
  database: string,
): Promise<{ readonly server: DashboardServer; readonly url: string }> {
  const complaints: string[] = [];
  const server = new DashboardServer({
    database,
    host: '127.0.0.1',
    port: 0,
    token: null,
    pollMs: 50,
    complain: (sentence) => complaints.push(sentence),
  });
  const port = await server.listen();
  onTestFinished(async () => {
    await server.close();
    expect(complaints).toEqual([]);
  });
  return { server, url: `http://127.0.0.1:${port}` };
}

describe.skipIf(browserMissing !== null)(
  `serve in Chromium ${browserMissing ?? ''}`.trim(),
  { timeout: 180_000 },
  () => {
    const browser = useChromium();

    test('lists the sessions and leads to their pages', async () => {
      const { store } = storeRichSession();
      const { url } = await startServer(store.path);
      const context = await browser().newContext();
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(url);
      await page.getByRole('link', { name: richSessionId, exact: true }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(page.url()).toBe(`${url}/session/${richSessionId}`);
      expect(await page.locator('#overview .figures').innerText()).toContain('235');
      await page.getByRole('link', { name: 'All sessions' }).click();
      await page.getByRole('heading', { name: 'Real-world sessions' }).waitFor();
      expect(complaints).toEqual([]);
    });

    test('shows what a running session does without being asked again, and keeps what was open', async () => {
      const { store } = storeRichSession();
      const writer = startRunningSession(store.path);
      recordCalls(writer, 0, 5);
      const { url } = await startServer(store.path);
      const context = await browser().newContext();
      onTestFinished(() => context.close());
      const page = await context.newPage();
      await page.goto(`${url}/session/${runningId}`);
      const activities = page.locator('.figures div', { hasText: 'Activities' }).locator('dd');
      expect(await activities.innerText()).toBe('5');
      await page.locator('#capabilities details summary').first().click();
      await page.evaluate(() => Object.assign(globalThis, { stillTheSamePage: true }));
      recordCalls(writer, 5, 7);
      await page.locator('.figures dd', { hasText: /^12$/ }).waitFor();
      expect(await page.evaluate(() => 'stillTheSamePage' in globalThis)).toBe(true);
      expect(await page.locator('#capabilities details[open]').count()).toBe(1);
      writer.finishSession(runningId, { status: 'completed', endedAtMs: Date.now(), stopReason: null });
      await page.locator('.about .badge', { hasText: 'completed' }).waitFor();
    });

    test('shows a session that begins in the list of a page that is open', async () => {
      const { store } = storeRichSession();
      const { url, server } = await startServer(store.path);
      const context = await browser().newContext();
      onTestFinished(() => context.close());
      const page = await context.newPage();
      await page.goto(url);
      await expect.poll(() => server.listeners).toBe(1);
      startRunningSession(store.path);
      await page.getByRole('link', { name: runningId, exact: true }).waitFor();
    });
  },
);

test('fifty listeners hear of a change, and all of them read it', { timeout: 60_000 }, async () => {
  const { store } = storeRichSession();
  const writer = startRunningSession(store.path);
  recordCalls(writer, 0, 5);
  const { url, server } = await startServer(store.path);
  const leaving = new AbortController();
  const readers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const answer = await fetch(`${url}/events`, { signal: leaving.signal });
      expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      return answer.body?.getReader();
    }),
  );
  expect(server.listeners).toBe(50);
  recordCalls(writer, 5, 7);
  const heard = await Promise.all(
    readers.map(async (reader) => {
      const decoder = new TextDecoder();
      let text = '';
      while (!text.includes('event: change')) {
        const read = await reader?.read();
        if (read === undefined || read.done) break;
        text += decoder.decode(read.value, { stream: true });
      }
      const data = await (await fetch(`${url}/session/${runningId}/data.json`)).json();
      return [text, data] as const;
    }),
  );
  for (const [text, data] of heard) {
    expect(text).toContain(`event: change\ndata: {"sessions":["${runningId}"]}\n\n`);
    expect(data).toMatchObject({ kind: 'session', page: { report: { totals: { activities: 12 } } } });
  }
  leaving.abort();
  while (server.listeners > 0) await pause(5);
});
