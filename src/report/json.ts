import type { SessionReport } from '../model.js';

/** The report as JSON: the data behind the text, for programs and agents. */
export function renderJson(report: SessionReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
