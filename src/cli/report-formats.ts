import type { SessionReport } from '../model.js';
import { nearestName } from '../nearest-name.js';
import type { SessionStore } from '../storage/session-store.js';
import type { Given } from './command.js';
import { UsageError } from './usage-error.js';

/** What a format can be made of. */
export interface ReportSource {
  readonly report: SessionReport;
  /** Open while the report is rendered. */
  readonly store: SessionStore;
  readonly colors: boolean;
}

type RenderReport = (source: ReportSource) => string | Promise<string>;

/** Each format loads its renderer when it is asked for. */
const formats: ReadonlyMap<string, RenderReport> = new Map<string, RenderReport>([
  [
    'text',
    async ({ report, colors }) => (await import('../report/terminal.js')).renderTerminal(report, { colors }),
  ],
  ['json', async ({ report }) => (await import('../report/json.js')).renderJson(report)],
  ['markdown', async ({ report }) => (await import('../report/markdown.js')).renderMarkdown(report)],
  [
    'html',
    async ({ report, store }) => {
      const { readSessionPage } = await import('../session/read-session-page.js');
      const { renderHtml } = await import('../report/html/render-html.js');
      return renderHtml(readSessionPage(store, report.session.sessionId));
    },
  ],
]);

/** Names of the formats of a report. */
export const reportFormats: readonly string[] = [...formats.keys()];

/**
 * The renderer of the format that is asked for with `--format` or `--json`; text when none is.
 *
 * @throws UsageError for one that is unknown, or for two at once
 */
export function chooseFormat(given: Given): RenderReport {
  const format = given.text('format') ?? (given.has('json') ? 'json' : 'text');
  if (given.has('json') && format !== 'json') {
    throw new UsageError(`Options "--json" and "--format ${format}" contradict each other.`);
  }
  const render = formats.get(format);
  if (render !== undefined) return render;
  const nearest = nearestName(format, reportFormats);
  throw new UsageError(
    `Unknown format "${format}".${nearest === null ? '' : ` Did you mean "${nearest}"?`} Use one of: ${reportFormats.join(', ')}.`,
  );
}
