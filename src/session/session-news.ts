import { channel } from 'node:diagnostics_channel';

/** What the process of a run tells of a session at its beginning. */
export interface SessionBegun {
  readonly sessionId: string;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  /** Absolute path of the folder of its journals. */
  readonly journalDirectory: string;
  /** Absolute path of the database. */
  readonly database: string;
}

/** What the process of a run is told by the one that started it. */
export interface StopRequest {
  readonly request: 'stop';
}

/** What the process of a run tells the one that started it. */
export type RunNews =
  | { readonly news: 'begun'; readonly session: SessionBegun }
  | { readonly news: 'failed'; readonly code: string; readonly message: string };

/**
 * Has a `SessionBegun` for every session of this process. A channel, because the one who listens and the reporter that tells may
 * come from two copies of this package.
 */
export const sessionBegunChannel = channel('vitest-realworld:session-begun');
