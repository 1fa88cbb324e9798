import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { renderHtml } from '../../src/report/html/render-html.js';
import { readSessionPage } from '../../src/session/read-session-page.js';
import { browserMissing, useChromium } from '../support/chromium.js';
import { hostile, richSessionId, storeRichSession } from '../support/page-sessions.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Axe as it stands on the page once its source was run there. */
interface AxeWindow {
  readonly axe: {
    run(): Promise<{
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly { readonly html: string }[];
      }[];
    }>;
  };
}

interface OpenedReport {
  readonly page: Page;
  /** Addresses that the page asked for, beside its own file. */
  readonly requests: readonly string[];
  /** What the console and uncaught errors said. */
  readonly complaints: readonly string[];
}

describe.skipIf(browserMissing !== null)(
  `the HTML report in Chromium ${browserMissing ?? ''}`.trim(),
  { timeout: 180_000 },
  () => {
    const browser = useChromium();

    let html: string | null = null;

    function writeReport(): string {
      // The page of a session is the same for every test.
      html ??= renderHtml(readSessionPage(storeRichSession().store, richSessionId));
      const path = join(temporaryDirectory(), 'report with spaces & ümlauts.html');
      writeFileSync(path, html);
      return path;
    }

    /** Writes the page of the rich session into a file and opens it where there is no network. */
    async function openReport(options: BrowserContextOptions = {}): Promise<OpenedReport> {
      const path = writeReport();
      const context = await browser().newContext({ offline: true, ...options });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const requests: string[] = [];
      const complaints: string[] = [];
      await context.route('**/*', (route) => {
        const url = route.request().url();
        if (url.startsWith('file:')) return route.continue();
        requests.push(url);
        return route.abort();
      });
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(pathToFileURL(path).href);
      await page.locator('main').waitFor();
      return { page, requests, complaints };
    }

    async function openAllFolds(page: Page): Promise<void> {
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      await page.locator('canvas').first().waitFor();
    }

    test('opens from a file without a network, asks for nothing and complains of nothing', async () => {
      const { page, requests, complaints } = await openReport();
      await openAllFolds(page);
      expect(await page.title()).toBe('rich - real-world report');
      expect(await page.locator('h2').allTextContents()).toEqual([
        'Overview',
        'What got worse',
        'Issues',
        'Suggestions',
        'Scenarios',
        'Capabilities and methods',
        'Machine',
        'Error groups',
        'Accuracy',
        'Recovery',
        'History',
        'Measured by scenarios',
        'Environment',
        'How this was computed',
      ]);
      expect(await page.locator('canvas').count()).toBeGreaterThan(8);
      expect([requests, complaints]).toEqual([[], []]);
    });

    test('shows the numbers of the report', async () => {
      const { page } = await openReport();
      const overview = page.locator('#overview');
      expect(await overview.locator('.figures').innerText()).toMatch(
        /Activities\s+235\s+Success rate\s+95\.7%/,
      );
      const worse = await page.locator('#worse').innerText();
      expect(worse).toContain('shop.sell');
      expect(worse).toContain('95 % interval');
      expect(worse).toContain('cccc3333cc');
    });

    test('shows hostile names and errors as text', async () => {
      const { page, complaints } = await openReport();
      await openAllFolds(page);
      expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
      expect(await page.evaluate(() => 'hacked' in {})).toBe(false);
      expect(await page.locator('img, iframe, svg, main script, main style').count()).toBe(0);
      expect(
        await page.locator('#capabilities').getByText(hostile.capability, { exact: true }).count(),
      ).toBeGreaterThan(0);
      const errorText = await page.locator('#errors .error-text').first().textContent();
      expect(errorText).toBe(hostile.error);
      expect(await page.locator('#scenarios .title').allTextContents()).toContain(hostile.scenario);
      expect(await page.locator('#issues').textContent()).toContain(hostile.issue);
      expect(complaints).toEqual([]);
    });

    test.each(['light', 'dark'] as const)('has nothing that axe objects to, in %s', async (colorScheme) => {
      const { page } = await openReport({ colorScheme });
      await openAllFolds(page);
      await page.evaluate(axeSource);
      const { violations } = await page.evaluate(() => (globalThis as unknown as AxeWindow).axe.run());
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    });

    test('leads to every section by keyboard', async () => {
      const { page } = await openReport();
      const ids = await page.locator('main > section').evaluateAll((all) => all.map(({ id }) => id));
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the report');
      for (const id of ids) {
        await page.keyboard.press('Tab');
        expect(await page.evaluate("document.activeElement?.getAttribute('href')")).toBe(`#${id}`);
      }
      for (const id of ids) {
        await page.locator(`nav a[href="#${id}"]`).focus();
        await page.keyboard.press('Enter');
        expect(await page.evaluate('document.activeElement?.id')).toBe(id);
      }
      const fold = page.locator('#issues details summary').first();
      await fold.focus();
      await page.keyboard.press('Enter');
      await page.locator('#issues .timeline').first().waitFor();
    });

    test('draws the activities around the evidence of an issue', async () => {
      const { page } = await openReport();
      const issue = page.locator('#issues .issue', { hasText: hostile.issue });
      await issue.locator('summary').click();
      const rows = issue.locator('.timeline li');
      await rows.first().waitFor();
      const nested = rows.filter({ hasText: 'nested.' });
      expect(await nested.locator('.call').allTextContents()).toEqual([
        'nested.outerevidence',
        'nested 1 deep: nested.inner',
        'nested 2 deep: nested.innermost',
        'nested.beside',
      ]);
      const widths = await nested
        .locator('.span')
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
      expect(widths[0]).toBeGreaterThan(widths[1] ?? 0);
      expect(widths[1]).toBeGreaterThan(widths[2] ?? 0);
    });

    test.each([390, 1280])('does not overflow a page of %i pixels', async (width) => {
      const { page } = await openReport({ viewport: { width, height: 800 } });
      await openAllFolds(page);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    });

    test('is printed whole: every fold open and every chart drawn', async () => {
      const { page } = await openReport();
      await page.emulateMedia({ media: 'print' });
      await openAllFolds(page);
      expect(await page.locator('details:not([open])').count()).toBe(0);
      expect(await page.locator('nav').isVisible()).toBe(false);
      const undrawn = page.locator('.plot').filter({ hasNot: page.locator('canvas') });
      expect(await undrawn.count()).toBe(0);
    });

    test('says what to do where scripts are off', async () => {
      const path = writeReport();
      const context = await browser().newContext({ javaScriptEnabled: false, offline: true });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      await page.goto(pathToFileURL(path).href);
      expect(await page.locator('body').innerText()).toContain('Allow scripts to read it');
    });
  },
);
