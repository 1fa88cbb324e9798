import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../src/errors.js';
import type { SessionReport } from '../src/model.js';
import { renderHtml } from '../src/report/html/render-html.js';
import { renderJson } from '../src/report/json.js';
import { renderTerminal } from '../src/report/terminal.js';
import type { SessionPage } from '../src/session-page.js';

/**
 * Saves the report of a session as text, as JSON and, where that is wanted, as a page.
 *
 * @param readPage null when no page is wanted
 * @returns where they are, or why they are not, a line each
 */
export function saveReports(
  folder: string,
  report: SessionReport,
  readPage: (() => SessionPage) | null,
): readonly string[] {
  const path = join(folder, report.session.sessionId);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${path}.txt`, renderTerminal(report, { colors: false }));
    writeFileSync(`${path}.json`, renderJson(report));
  } catch (thrown) {
    return [`Report: not saved, because ${folder} cannot be written: ${messageOf(thrown)}`];
  }
  return [`Report: ${path}.txt`, ...(readPage === null ? [] : [savePage(`${path}.html`, readPage)])];
}

/** What goes wrong with the page takes nothing from the other forms. */
function savePage(path: string, readPage: () => SessionPage): string {
  try {
    writeFileSync(path, renderHtml(readPage()));
    return `Page: ${path}`;
  } catch (thrown) {
    return `Page: not saved, because ${messageOf(thrown)}`;
  }
}
