import type { SessionStore, SessionSummary } from '../../storage/session-store.js';

/** A session is told to have changed at most so often, and a costly one less often. */
const restMs = 1_000;
/** Share of the time that drawing a session that runs may take. */
const busyShare = 0.2;
/** While it waits for another process's lock, the server answers nobody. */
const lockTimeoutMs = 200;

/**
 * Notices when sessions change, once for all who look at them: the database tells by a number whether anybody wrote, and only then
 * the list is read.
 */
export class SessionWatch {
  readonly #store: SessionStore;
  readonly #nowMs: () => number;
  #dataVersion: number;
  #sessions: readonly SessionSummary[];
  /** How often each session changed since the server began. */
  readonly #versions = new Map<string, number>();
  readonly #pending = new Set<string>();
  readonly #restUntilMs = new Map<string, number>();

  /** @throws what the database throws */
  constructor(store: SessionStore, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
    store.lockTimeoutMs = lockTimeoutMs;
    this.#dataVersion = store.dataVersion;
    this.#sessions = store.listSessions();
  }

  /** Newest first. */
  get sessions(): readonly SessionSummary[] {
    return this.#sessions;
  }

  has(sessionId: string): boolean {
    return this.#sessions.some((session) => session.sessionId === sessionId);
  }

  /** A number that is another one when the session is not what it was. */
  versionOf(sessionId: string): number {
    return this.#versions.get(sessionId) ?? 0;
  }

  /** Keeps a session that takes long to draw from being drawn all the time. */
  noteCost(sessionId: string, tookMs: number): void {
    this.#restUntilMs.set(sessionId, this.#nowMs() + Math.max(restMs, tookMs / busyShare));
  }

  /**
   * Looks whether anything changed.
   *
   * @returns the sessions that whoever looks at them has to be told of
   * @throws what the database throws; the next call tries again
   */
  poll(): readonly string[] {
    const wasReplaced = this.#store.reopenIfReplaced(lockTimeoutMs);
    const dataVersion = this.#store.dataVersion;
    if (wasReplaced || dataVersion !== this.#dataVersion) {
      const sessions = this.#store.listSessions();
      for (const id of changedIds(this.#sessions, sessions, wasReplaced)) this.#pending.add(id);
      this.#sessions = sessions;
      this.#dataVersion = dataVersion;
    }
    const nowMs = this.#nowMs();
    const due = [...this.#pending].filter((id) => (this.#restUntilMs.get(id) ?? 0) <= nowMs);
    for (const id of due) {
      this.#pending.delete(id);
      this.#versions.set(id, this.versionOf(id) + 1);
      this.#restUntilMs.set(id, nowMs + restMs);
    }
    return due;
  }
}

/** Sessions at work, and those whose line in the list is another one. */
function changedIds(
  before: readonly SessionSummary[],
  after: readonly SessionSummary[],
  wasReplaced: boolean,
): readonly string[] {
  const known = new Map(before.map((session) => [session.sessionId, JSON.stringify(session)]));
  const ids = after
    .filter(
      (session) =>
        wasReplaced ||
        session.status === 'running' ||
        known.get(session.sessionId) !== JSON.stringify(session),
    )
    .map(({ sessionId }) => sessionId);
  const gone = before.filter(({ sessionId }) => !after.some((session) => session.sessionId === sessionId));
  return [...ids, ...gone.map(({ sessionId }) => sessionId)];
}
