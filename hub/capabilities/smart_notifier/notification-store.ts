import type { Database } from 'better-sqlite3';
import { type HeldLease, isLeaseAlive, type LeaseRow } from '../error_recovery/run-lease.js';
import type { DeferralReason, Delivery, Urgency } from './notifier-types.js';

/**
 * Table of smart_notifier. Times are milliseconds since the epoch. `sending` is on its way under a lease; `digested` was
 * sent in a digest.
 */
export const notificationSchema = `
  CREATE TABLE IF NOT EXISTS smart_notifier_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    urgency TEXT NOT NULL,
    source TEXT,
    window_ms INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'deduped', 'deferred', 'digested')),
    reason TEXT,
    into_id INTEGER,
    deliveries TEXT NOT NULL DEFAULT '[]',
    at INTEGER NOT NULL,
    sent_at INTEGER,
    owner_pid INTEGER,
    owner_start TEXT,
    owner_thread INTEGER,
    lease TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS smart_notifier_items_by_key ON smart_notifier_items (key, state, sent_at);
  CREATE INDEX IF NOT EXISTS smart_notifier_items_by_state ON smart_notifier_items (state, sent_at);
`;

export type ItemState = 'sending' | 'sent' | 'deduped' | 'deferred' | 'digested';

export interface NewItem {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly urgency: Urgency;
  readonly source: string | undefined;
  readonly windowMs: number;
}

export interface ItemRow {
  readonly id: number;
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly urgency: Urgency;
  readonly source: string | null;
  readonly windowMs: number;
  readonly state: ItemState;
  readonly reason: DeferralReason | null;
  readonly at: number;
}

/** What a notification is before it goes anywhere. */
export type Placement =
  | { readonly state: 'sending'; readonly held: HeldLease }
  | { readonly state: 'deduped'; readonly into: number }
  | { readonly state: 'deferred'; readonly reason: DeferralReason };

export function insertItem(database: Database, item: NewItem, placement: Placement, atMs: number): number {
  const held = placement.state === 'sending' ? placement.held : undefined;
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO smart_notifier_items (key, title, text, urgency, source, window_ms, state, reason, into_id, at,
         owner_pid, owner_start, owner_thread, lease) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      item.key,
      item.title,
      item.text,
      item.urgency,
      item.source ?? null,
      item.windowMs,
      placement.state,
      placement.state === 'deferred' ? placement.reason : null,
      placement.state === 'deduped' ? placement.into : null,
      atMs,
      held?.ownerPid ?? null,
      held?.ownerStart ?? null,
      held?.ownerThread ?? null,
      held?.lease ?? null,
    );
  return Number(lastInsertRowid);
}

/** The one of a key that is on its way, or was sent last after a moment. */
export function lastOfKey(database: Database, key: string, afterMs: number): number | undefined {
  return database
    .prepare<[string, number], { id: number }>(
      `SELECT id FROM smart_notifier_items
       WHERE key = ? AND (state = 'sending' OR (state IN ('sent', 'digested') AND sent_at > ?))
       ORDER BY id DESC LIMIT 1`,
    )
    .get(key, afterMs)?.id;
}

/** The one of a key that waits for a digest. */
export function waitingOfKey(database: Database, key: string): number | undefined {
  return database
    .prepare<[string], { id: number }>(
      "SELECT id FROM smart_notifier_items WHERE key = ? AND state = 'deferred' ORDER BY id LIMIT 1",
    )
    .get(key)?.id;
}

/** Notifications that were sent one by one after a moment, or are on their way so. */
export function countSentAfter(database: Database, afterMs: number): number {
  return (
    database
      .prepare<[number], { count: number }>(
        `SELECT count(*) AS count FROM smart_notifier_items
         WHERE (state = 'sent' AND sent_at > ?) OR (state = 'sending' AND reason IS NULL)`,
      )
      .get(afterMs)?.count ?? 0
  );
}

/** How many of a key were deduped since it was sent before the one with this number. */
export function countSuppressed(database: Database, key: string, id: number): number {
  return (
    database
      .prepare<[string, string, number], { count: number }>(
        `SELECT count(*) AS count FROM smart_notifier_items WHERE key = ? AND state = 'deduped' AND id >
           coalesce((SELECT max(id) FROM smart_notifier_items WHERE key = ? AND state IN ('sent', 'digested') AND id < ?), 0)`,
      )
      .get(key, key, id)?.count ?? 0
  );
}

export function waitingRows(database: Database): readonly ItemRow[] {
  return database
    .prepare<[], ItemRow>(
      `SELECT id, key, title, text, urgency, source, window_ms AS windowMs, state, reason, at FROM smart_notifier_items
       WHERE state = 'deferred'
       ORDER BY CASE urgency WHEN 'urgent' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, id`,
    )
    .all();
}

/** Takes waiting ones under a lease; their reason is kept, so that they can go back. */
export function takeForDigest(database: Database, ids: readonly number[], held: HeldLease): void {
  const take = database.prepare(
    `UPDATE smart_notifier_items SET state = 'sending', owner_pid = ?, owner_start = ?, owner_thread = ?, lease = ?
     WHERE id = ?`,
  );
  for (const id of ids) take.run(held.ownerPid, held.ownerStart, held.ownerThread, held.lease, id);
}

export type SendingEnd =
  | { readonly state: 'sent' | 'digested'; readonly sentAtMs: number }
  | { readonly state: 'deferred'; readonly reason: DeferralReason };

/** Writes how sending ended. */
export function settleItems(
  database: Database,
  ids: readonly number[],
  end: SendingEnd,
  deliveries: readonly Delivery[],
): void {
  const settle = database.prepare(
    `UPDATE smart_notifier_items SET state = ?, reason = ?, sent_at = ?, deliveries = ?, lease = NULL WHERE id = ?`,
  );
  const reason = end.state === 'deferred' ? end.reason : null;
  const sentAtMs = end.state === 'deferred' ? null : end.sentAtMs;
  for (const id of ids) settle.run(end.state, reason, sentAtMs, JSON.stringify(deliveries), id);
}

/** What a process that is gone was sending waits again: it may have been sent, but must not be lost. */
export function takeBackInterrupted(database: Database): void {
  const rows = database
    .prepare<[], LeaseRow & { id: number }>(
      `SELECT id, owner_pid AS ownerPid, owner_start AS ownerStart, owner_thread AS ownerThread, lease
       FROM smart_notifier_items WHERE state = 'sending'`,
    )
    .all();
  const gone = rows.filter((row) => !isLeaseAlive(row)).map(({ id }) => id);
  if (gone.length > 0) settleItems(database, gone, { state: 'deferred', reason: 'interrupted' }, []);
}

/** Removes settled ones beyond a number, but none that a window may still ask for. */
export function pruneSettled(database: Database, kept: number, beforeMs: number): void {
  database
    .prepare(
      `DELETE FROM smart_notifier_items WHERE state IN ('sent', 'digested', 'deduped') AND at < ? AND id <
         (SELECT max(id) FROM smart_notifier_items) - ?`,
    )
    .run(beforeMs, kept);
}

export function countStates(database: Database): Record<ItemState, number> {
  const counts: Record<ItemState, number> = { sending: 0, sent: 0, deduped: 0, deferred: 0, digested: 0 };
  const rows = database
    .prepare<[], { state: ItemState; count: number }>(
      'SELECT state, count(*) AS count FROM smart_notifier_items GROUP BY state',
    )
    .all();
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}
