// How long a browser takes to open the page of a session of 100,000 activities, from its file until it is drawn, against a page
// without anything. Needs Chromium: the path of another is taken from CHROMIUM.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { JournalReader } from '../dist/src/recording/journal-reader.js';
import { renderHtml } from '../dist/src/report/html/render-html.js';
import { readSessionPage } from '../dist/src/session/read-session-page.js';
import { SessionStore } from '../dist/src/storage/session-store.js';
import { figure, interleave, ratios, tell } from './support/measure.mjs';
import { openRig, smallResult, temporaryDirectory } from './support/rig.mjs';
import { sessionStart, steadySystem } from './support/session-start.mjs';

const activities = 100_000;
/** As many as a page has room for. */
const methods = 80;
const sessionId = 'bench';
const directory = temporaryDirectory();

function renderPage() {
  const names = Array.from({ length: methods }, (_, index) => `find${index}`);
  const capability = Object.fromEntries(names.map((name) => [name, () => smallResult]));
  const rig = openRig({ directory: join(directory, 'journal'), sessionId, capability });
  for (let index = 0; index < activities; index++) rig.capability[names[index % methods]]();
  rig.scenario.end();
  rig.journal.close();
  const store = new SessionStore(join(directory, 'page.db'));
  store.startSession(sessionStart(sessionId, directory));
  const ingest = store.ingestFor(sessionId, { systemAt: steadySystem });
  const reader = new JournalReader(rig.directory);
  for (let more = true; more; ) {
    const read = reader.readNew();
    ingest.ingest(read.entries);
    more = read.more;
  }
  ingest.saveSums();
  const page = readSessionPage(store, sessionId);
  store.close();
  if (page.report.totals.activities !== activities)
    throw new Error(`${page.report.totals.activities} of ${activities} activities are in the report.`);
  return renderHtml(page);
}

const html = renderPage();
const files = { full: join(directory, 'page.html'), blank: join(directory, 'blank.html') };
writeFileSync(files.full, html);
writeFileSync(files.blank, '<!doctype html><title>blank</title><main>Nothing.</main>');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const tab = await browser.newPage();

async function openMs(file) {
  const startedMs = performance.now();
  await tab.goto(pathToFileURL(file).href);
  await tab.locator('main').waitFor();
  // Two frames later what stands in the page was drawn.
  await tab.evaluate(
    () => new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(settle))),
  );
  return performance.now() - startedMs;
}

const figures = await interleave(
  { full: () => openMs(files.full), blank: () => openMs(files.blank) },
  { rounds: 15 },
);
await browser.close();
tell([
  figure('page of 100,000 activities, from its file until it is drawn', figures.full, 'ms', 1_000),
  figure('a page without anything', figures.blank, 'ms'),
  figure('opening it against a page without anything', ratios(figures.full, figures.blank), 'times'),
  figure('size of the page', [html.length / 1_000], 'KB', 1_000),
]);
