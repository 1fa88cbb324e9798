import {
  renderHtml,
  renderSessionsHtml,
  sessionPageJson,
  sessionsJson,
} from '../../report/html/render-html.js';
import { readSessionPage } from '../../session/read-session-page.js';
import type { SessionPage } from '../../session-page.js';
import type { SessionStore } from '../../storage/session-store.js';
import type { SessionWatch } from './session-watch.js';

/** Pages that are kept for the next who asks. */
const keptMax = 12;
const eventsUrl = '/events';
const listUrl = '/';

interface KeptPage {
  readonly version: number;
  readonly page: SessionPage;
  html: string | null;
  json: string | null;
}

/** The pages of a server: each is made once for all who look at it, until its session changes. */
export class SessionPages {
  readonly #store: SessionStore;
  readonly #watch: SessionWatch;
  readonly #nowMs: () => number;
  readonly #kept = new Map<string, KeptPage>();

  constructor(store: SessionStore, watch: SessionWatch, nowMs: () => number) {
    this.#store = store;
    this.#watch = watch;
    this.#nowMs = nowMs;
  }

  listHtml(): string {
    return renderSessionsHtml(this.#watch.sessions, {
      live: { eventsUrl, dataUrl: '/data.json', listUrl },
    });
  }

  listJson(): string {
    return sessionsJson(this.#watch.sessions);
  }

  /** @throws what the database throws */
  sessionHtml(sessionId: string): string {
    const kept = this.#keep(sessionId);
    kept.html ??= renderHtml(kept.page, {
      live: { eventsUrl, dataUrl: `/session/${encodeURIComponent(sessionId)}/data.json`, listUrl },
    });
    return kept.html;
  }

  /** @throws what the database throws */
  sessionJson(sessionId: string): string {
    const kept = this.#keep(sessionId);
    kept.json ??= sessionPageJson(kept.page);
    return kept.json;
  }

  #keep(sessionId: string): KeptPage {
    const version = this.#watch.versionOf(sessionId);
    const known = this.#kept.get(sessionId);
    if (known?.version === version) return known;
    const startedMs = this.#nowMs();
    const made: KeptPage = { version, page: readSessionPage(this.#store, sessionId), html: null, json: null };
    this.#watch.noteCost(sessionId, this.#nowMs() - startedMs);
    this.#kept.delete(sessionId);
    this.#kept.set(sessionId, made);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptMax && oldest !== undefined) this.#kept.delete(oldest);
    return made;
  }
}
