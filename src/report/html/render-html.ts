import type { SessionPage } from '../../session-page.js';
import { readPageAssets } from './page-assets.js';
import type { SessionSummaryRow } from './page-data.js';
import { contentSecurityPolicy, renderShell } from './render-shell.js';

/** Distributions are drawn as bars, and the courses of methods stand beside the report. */
const leftOutOfReport = new Set(['latency', 'overlappedLatency', 'windows']);
/** Figures of charts only: a pixel is less exact. */
const digitsDrawn = 6;

export interface HtmlOptions {
  /** Where the page hears of changes, when it is served; left out, it asks nobody for anything. */
  readonly live?: { readonly eventsUrl: string; readonly dataUrl: string; readonly listUrl: string };
}

/**
 * The page about a session: one file that needs nothing else.
 *
 * @throws RealWorldError `PAGE_MISSING` when the package was not built
 */
export function renderHtml(page: SessionPage, { live }: HtmlOptions = {}): string {
  const { session } = page.report;
  return renderShell({
    title: `${session.sessionId} - real-world report`,
    dataJson: sessionPageJson(page),
    live: live ?? null,
  });
}

/** The page of a server that lists its sessions; @throws RealWorldError `PAGE_MISSING` */
export function renderSessionsHtml(
  sessions: readonly SessionSummaryRow[],
  options: HtmlOptions = {},
): string {
  return renderShell({
    title: 'Sessions - real-world reports',
    dataJson: sessionsJson(sessions),
    live: options.live ?? null,
  });
}

/** The policy that a server sends with every answer; @throws RealWorldError `PAGE_MISSING` */
export function servedPolicy(): string {
  return `${contentSecurityPolicy({ ...readPageAssets(), isLive: true })}; frame-ancestors 'none'`;
}

/** The data of a session's page, as its script reads them. */
export function sessionPageJson({ report, methods, machine, ...others }: SessionPage): string {
  const reportJson = JSON.stringify(report, (name, value: unknown) =>
    leftOutOfReport.has(name) ? undefined : value,
  );
  const drawnJson = JSON.stringify({ methods, machine }, (_name, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(digitsDrawn)) : value,
  );
  const parts = [JSON.stringify(others), drawnJson].map((json) => json.slice(1, -1));
  return `{"kind":"session","page":{"report":${reportJson},${parts.join(',')}}}`;
}

/** The data of a list of sessions, as the page's script reads them. */
export function sessionsJson(sessions: readonly SessionSummaryRow[]): string {
  return JSON.stringify({ kind: 'sessions', sessions });
}
