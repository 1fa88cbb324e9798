import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/storage/open-database.js';
import { SessionStore } from '../../../src/storage/session-store.js';
import { sessionStart } from '../../support/sample-activity.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

export const { sessionId } = sessionStart;

export function openStore() {
  const store = new SessionStore(join(temporaryDirectory(), 'store.db'));
  onTestFinished(() => store.close());
  store.startSession(sessionStart);
  return store;
}

/** Asks the file itself, through another connection. */
export function ask(store: SessionStore, sql: string): unknown[] {
  const database = openDatabase(store.path);
  const rows = database.prepare(sql).all();
  database.close();
  return rows;
}
