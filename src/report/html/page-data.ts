import type { Session } from '../../model.js';
import type { SessionPage } from '../../session-page.js';

/** A session in a list. */
export interface SessionSummaryRow extends Session {
  readonly activities: number;
  readonly errors: number;
  /** 0 to 100, or null when nothing was measured. */
  readonly score: number | null;
}

/** What stands in a page as data. */
export type PageData =
  | { readonly kind: 'session'; readonly page: SessionPage }
  | { readonly kind: 'sessions'; readonly sessions: readonly SessionSummaryRow[] };

/** Where a served page hears of changes; null in a file. */
export type LiveSource = {
  readonly eventsUrl: string;
  readonly dataUrl: string;
  readonly listUrl: string;
} | null;

/** What a server tells its pages: the sessions that are not what they were. */
export interface ChangeMessage {
  readonly sessions: readonly string[];
}
