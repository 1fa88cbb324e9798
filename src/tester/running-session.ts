import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { recoverOrphans } from '../session/recover-orphans.js';
import { findOrphans, isRunning } from '../session/session-directories.js';
import type { SessionBegun } from '../session/session-news.js';
import { lockTimeoutMs } from '../storage/open-database.js';
import { SessionStore } from '../storage/session-store.js';
import { msPerMinute } from '../units.js';
import { SessionFollower, type SessionProgress } from './follow-session.js';
import type { RunSessionProcess } from './run-session-process.js';

/** Longest wait for workers that were killed, in milliseconds. */
const deathTimeoutMs = 5_000;
const deathPollMs = 20;

export interface ActiveSession extends SessionProgress {
  readonly sessionId: string;
  /** Absolute path of the workspace. */
  readonly projectPath: string;
  readonly startedAtMs: number;
  readonly elapsedMs: number;
  /** Null when the session has no time limit. */
  readonly remainingMs: number | null;
}

/** A session that a tester started, until its process is gone and everything of it is in the database. */
export class RunningSession {
  readonly sessionId: string;
  /** Settles when everything of the session is stored; rejects when that cannot be. */
  readonly ended: Promise<void>;
  readonly #begun: SessionBegun;
  readonly #projectPath: string;
  readonly #minutesMax: number | null;
  readonly #process: RunSessionProcess;
  readonly #follower: SessionFollower;
  #isOver = false;

  constructor(
    process: RunSessionProcess,
    begun: SessionBegun,
    { projectPath, minutesMax }: { readonly projectPath: string; readonly minutesMax: number | null },
  ) {
    this.#process = process;
    this.#begun = begun;
    this.#projectPath = projectPath;
    this.#minutesMax = minutesMax;
    this.sessionId = begun.sessionId;
    this.#follower = new SessionFollower(begun.journalDirectory);
    this.ended = this.#awaitEnd();
    // Who asks about the end is told; a program that does not ask goes on.
    this.ended.catch(() => {});
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Process id of the process that runs it. */
  get pid(): number | null {
    return this.#process.pid;
  }

  async stop(): Promise<void> {
    if (!this.#isOver) await this.#process.stop();
    await this.ended;
  }

  async observe(): Promise<ActiveSession> {
    const progress = await this.#follower.read();
    const { sessionId, startedAtMs } = this.#begun;
    const elapsedMs = Math.max(0, Date.now() - startedAtMs);
    const limitMs = this.#minutesMax === null ? null : this.#minutesMax * msPerMinute;
    return {
      sessionId,
      projectPath: this.#projectPath,
      startedAtMs,
      elapsedMs,
      remainingMs: limitMs === null ? null : Math.max(0, limitMs - elapsedMs),
      ...progress,
    };
  }

  async #awaitEnd(): Promise<void> {
    await this.#process.ended;
    try {
      await this.#storeLeftovers();
    } finally {
      this.#isOver = true;
      this.#follower.close();
    }
  }

  /** A process that was killed, or that had no time, has left journals: they are stored now and not by a later run. */
  async #storeLeftovers(): Promise<void> {
    const { journalDirectory, database, sessionId } = this.#begun;
    const orphan = (): ReturnType<typeof findOrphans> =>
      findOrphans(dirname(journalDirectory)).filter(({ owner }) => owner.start.sessionId === sessionId);
    if (orphan().length === 0) return;
    await this.#follower.read();
    const deadline = Date.now() + deathTimeoutMs;
    while (this.#follower.workerPids.some(isRunning) && Date.now() < deadline) await delay(deathPollMs);
    const store = new SessionStore(database);
    try {
      recoverOrphans(store, orphan(), lockTimeoutMs);
    } finally {
      store.close();
    }
  }
}
