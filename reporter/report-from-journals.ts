import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionReport } from '../src/model.js';
import { concludeSession, type SessionGate } from '../src/session/conclude-session.js';
import { SessionFeed, type SessionFeedOptions } from '../src/session/session-feed.js';
import type { SessionEnd } from '../src/session/session-log.js';
import type { SessionPage } from '../src/session-page.js';
import { SessionStore } from '../src/storage/session-store.js';

/**
 * The report of a session whose database cannot be used, made in a database that is thrown away.
 *
 * @param publish told the report while that database is open
 *
 * @throws when no such database can be made either
 */
export function reportFromJournals(
  feedOptions: Omit<SessionFeedOptions, 'store' | 'onEntries'>,
  end: SessionEnd,
  workersLive: () => boolean,
  gate: SessionGate,
  publish: (report: SessionReport, readPage: () => SessionPage) => void,
): SessionReport {
  const directory = mkdtempSync(join(tmpdir(), 'realworld-report-'));
  try {
    const store = new SessionStore(join(directory, 'report.db'));
    try {
      feedOptions.log.rewind();
      const feed = new SessionFeed({ ...feedOptions, store });
      const { sessionId } = feedOptions.start;
      const { report, readPage } = concludeSession({ store, feed, sessionId }, () => end, {
        lockTimeoutMs: 0,
        workersLive,
        gate,
      });
      publish(report, readPage);
      return report;
    } finally {
      store.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
