import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

const path = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why the tests of pages are skipped here, or null where a browser is. */
export const browserMissing = existsSync(path)
  ? null
  : `no Chromium at ${path}: install it, or name one in CHROMIUM`;

/** A real browser for the tests of one file. @returns the browser once the tests run */
export function useChromium(): () => Browser {
  let browser: Browser | null = null;
  beforeAll(async () => {
    if (browserMissing !== null) return;
    browser = await chromium.launch({
      executablePath: path,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    });
  });
  afterAll(() => browser?.close());
  return () => {
    if (browser === null) throw new Error(`There is no browser: ${browserMissing}.`);
    return browser;
  };
}
