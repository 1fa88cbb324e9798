import type { SessionReport } from '../model.js';
import { reportVersion } from './schema/report-version.js';

/** Distributions have a place of their own in the database, `activity_aggregates.latency_histogram`. */
const leftOut = new Set(['latency', 'overlappedLatency']);

/** The report as JSON, as `reportSchema` describes it: the data behind the text, for programs and agents. */
export function renderJson(report: SessionReport): string {
  const json = JSON.stringify(
    { reportVersion, ...report },
    (name, value: unknown) => (leftOut.has(name) ? undefined : value),
    2,
  );
  return `${json}\n`;
}
