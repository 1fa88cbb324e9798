import { appendFileSync, statSync } from 'node:fs';
import { messageOf } from '../src/errors.js';
import type { SessionReport } from '../src/model.js';
import { renderMarkdown } from '../src/report/markdown.js';
import { renderTerminal, type TerminalOptions } from '../src/report/terminal.js';
import type { SessionPage } from '../src/session-page.js';
import { saveReports } from './save-reports.js';

/** The summary of a job may hold 1 MiB in all steps; a report is a few KB. */
const summaryBytesMax = 1_000_000;

export interface Publication {
  /** Absolute path of the folder of reports. */
  readonly folder: string;
  /** Null when no page is wanted. */
  readonly readPage: (() => SessionPage) | null;
  readonly print: (text: string) => void;
  readonly look: TerminalOptions;
  /** File that a CI service shows beside the job (`GITHUB_STEP_SUMMARY`), or undefined. */
  readonly summaryFile: string | undefined;
  /** Where the data are, in a sentence. */
  readonly lastLine: string;
}

/** Prints a report and saves it; that it cannot be saved as a file is said and takes nothing from it. */
export function publishReport(report: SessionReport, publication: Publication): void {
  const { print, look, lastLine, folder, readPage, summaryFile } = publication;
  const places = [...saveReports(folder, report, readPage), ...appendSummary(report, summaryFile)];
  print(`\n${renderTerminal(report, look)}\n${places.join('\n')}\n${lastLine}\n`);
}

function appendSummary(report: SessionReport, file: string | undefined): readonly string[] {
  if (file === undefined || file === '') return [];
  try {
    const markdown = `${renderMarkdown(report)}\n`;
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size + Buffer.byteLength(markdown) > summaryBytesMax) {
      return [`Job summary: left out, because ${file} would grow beyond what is shown`];
    }
    appendFileSync(file, markdown);
    return [`Job summary: ${file}`];
  } catch (thrown) {
    return [`Job summary: not written: ${messageOf(thrown)}`];
  }
}
