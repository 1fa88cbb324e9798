import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Cron } from 'croner';
import { CapabilityError } from '../../errors.js';
import { dropLease, type HeldLease, takeLease } from '../error_recovery/run-lease.js';
import { guardState, openCapabilityState, type StateFile } from '../error_recovery/state-failure.js';
import { type ChannelOptions, createChannel } from './channels.js';
import {
  countSentAfter,
  countStates,
  countSuppressed,
  type ItemRow,
  insertItem,
  lastOfKey,
  type NewItem,
  notificationSchema,
  type Placement,
  pruneSettled,
  settleItems,
  takeBackInterrupted,
  takeForDigest,
  waitingOfKey,
  waitingRows,
} from './notification-store.js';
import type {
  Delivery,
  Digest,
  DigestItem,
  Flushed,
  NotificationChannel,
  NotificationToSend,
  Notified,
  NotifierStatus,
  OutgoingMessage,
  QuietHours,
  RateLimit,
} from './notifier-types.js';
import { quietTime } from './quiet-time.js';
import { writeDigest } from './write-digest.js';

export interface SmartNotifierOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
  /** @default the file notifications.jsonl in the state's folder */
  readonly channels?: readonly ChannelOptions[];
  /** How long after one of its key was sent a notification is not sent again, in milliseconds. @default 300000 */
  readonly windowMs?: number;
  readonly quietHours?: QuietHours;
  /** @default 10 a minute */
  readonly rateLimit?: RateLimit;
  /** The clock, in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

const largestDigest = 1_000;
const keptSettled = 10_000;

/**
 * Decides for each notification whether it is sent now, is spoken for by another of its key, or waits for a digest; it is
 * always exactly one of these, and on disk when `notify` resolves.
 *
 * One whose process dies while it is sent waits for the next digest: it may be sent twice, with the same `messageId`, but is
 * not lost. An urgent one waits only when no channel takes it.
 *
 * Every method throws CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED when the state cannot be used.
 */
export class SmartNotifier {
  readonly #file: StateFile;
  readonly #database: Database;
  readonly #channels: readonly NotificationChannel[];
  readonly #windowMs: number;
  readonly #rateLimit: RateLimit;
  readonly #isQuiet: (atMs: number) => boolean;
  readonly #now: () => number;
  readonly #lease: HeldLease = takeLease();
  #digests: Cron | undefined;
  #digestError: unknown;

  /** @throws CapabilityError BAD_INPUT for options out of range */
  constructor(options: SmartNotifierOptions) {
    const {
      windowMs = 300_000,
      rateLimit = { count: 10, windowMs: 60_000 },
      now = Date.now,
      channels = [{ kind: 'file', path: join(options.stateDirectory, 'notifications.jsonl') }],
    } = options;
    if (channels.length === 0)
      throw new CapabilityError('BAD_INPUT', 'A notifier needs at least one channel.');
    refuseNegative('windowMs', windowMs);
    refuseNegative('rateLimit.count', rateLimit.count);
    refuseNegative('rateLimit.windowMs', rateLimit.windowMs);
    this.#file = { ...options, capability: 'smart_notifier' };
    this.#channels = channels.map(createChannel);
    this.#windowMs = windowMs;
    this.#rateLimit = rateLimit;
    this.#isQuiet = quietTime(options.quietHours);
    this.#now = now;
    this.#database = openCapabilityState(this.#file, notificationSchema);
    this.#write('take notifications back', () => takeBackInterrupted(this.#database));
  }

  /**
   * Sends a notification, or says why not now.
   *
   * @throws CapabilityError BAD_INPUT for an empty key or title, or a negative window
   */
  async notify(notification: NotificationToSend): Promise<Notified> {
    const item = this.#toItem(notification);
    const atMs = this.#now();
    const { id, placement } = this.#write('keep a notification', () => {
      const chosen = this.#place(item, atMs);
      return { id: insertItem(this.#database, item, chosen, atMs), placement: chosen };
    });
    const named = { id, key: item.key, ...(item.source === undefined ? {} : { source: item.source }) };
    if (placement.state === 'deduped') return { ...named, outcome: 'deduped', into: placement.into };
    if (placement.state === 'deferred') {
      return { ...named, outcome: 'deferred', reason: placement.reason, deliveries: [] };
    }
    const suppressed = this.#guard('count notifications', () =>
      countSuppressed(this.#database, item.key, id),
    );
    const at = new Date(atMs).toISOString();
    const { key, title, text, urgency } = item;
    const deliveries = await this.#deliver({
      messageId: `notification-${id}-${atMs}`,
      kind: 'notification',
      title,
      text,
      urgency,
      at,
      items: [{ ...named, key, title, text, urgency, at, suppressed }],
    });
    const isSent = deliveries.some(({ delivered }) => delivered);
    this.#write('record what was sent', () => {
      settleItems(
        this.#database,
        [id],
        isSent ? { state: 'sent', sentAtMs: atMs } : { state: 'deferred', reason: 'undeliverable' },
        deliveries,
      );
      pruneSettled(this.#database, keptSettled, atMs - Math.max(this.#windowMs, 86_400_000));
    });
    if (isSent) return { ...named, outcome: 'sent', deliveries, suppressed };
    return { ...named, outcome: 'deferred', reason: 'undeliverable', deliveries };
  }

  /** What waits, and what a digest of it would say; sends nothing. */
  digest(): Digest {
    return this.#guard('read what waits', () => writeDigest(this.#digestItems(waitingRows(this.#database))));
  }

  /**
   * Sends what waits as one digest of at most 1000. In quiet hours only urgent ones go, unless told otherwise; those of
   * which one of the key was sent within its window go on waiting.
   */
  async flush(options: { readonly evenInQuietHours?: boolean } = {}): Promise<Flushed> {
    const atMs = this.#now();
    const isQuiet = this.#isQuiet(atMs) && options.evenInQuietHours !== true;
    const { items, held } = this.#write('take what waits', () => {
      takeBackInterrupted(this.#database);
      const rows = waitingRows(this.#database);
      const audible = isQuiet ? rows.filter(({ urgency }) => urgency === 'urgent') : rows;
      const ready = audible.filter(
        (row) => lastOfKey(this.#database, row.key, atMs - row.windowMs) === undefined,
      );
      const batch = ready.slice(0, largestDigest);
      const chosen = this.#digestItems(batch);
      takeForDigest(
        this.#database,
        batch.map(({ id }) => id),
        this.#lease,
      );
      return {
        items: chosen,
        held: {
          quietHours: rows.length - audible.length,
          withinWindow: audible.length - ready.length,
          undeliverable: 0,
          beyondBatch: ready.length - batch.length,
        },
      };
    });
    const [first] = items;
    if (first === undefined) return { sent: 0, held, deliveries: [] };
    const { title, text } = writeDigest(items);
    const deliveries = await this.#deliver({
      messageId: `digest-${first.id}-${items.length}-${atMs}`,
      kind: 'digest',
      title,
      text,
      urgency: first.urgency,
      at: new Date(atMs).toISOString(),
      items: items.map(({ reason: _, ...item }) => item),
    });
    const isSent = deliveries.some(({ delivered }) => delivered);
    this.#write('record a digest', () =>
      settleItems(
        this.#database,
        items.map(({ id }) => id),
        isSent ? { state: 'digested', sentAtMs: atMs } : { state: 'deferred', reason: 'undeliverable' },
        deliveries,
      ),
    );
    return isSent
      ? { sent: items.length, held, deliveries }
      : { sent: 0, held: { ...held, undeliverable: items.length }, deliveries };
  }

  /**
   * Flushes at the times of a cron pattern while this process lives, in place of an earlier pattern.
   *
   * @throws CapabilityError BAD_INPUT for a pattern that croner refuses
   */
  async scheduleDigests(pattern: string): Promise<void> {
    const { Cron } = await import('croner');
    const run = async () => {
      try {
        await this.flush();
        this.#digestError = undefined;
      } catch (error) {
        this.#digestError = error;
      }
    };
    let next: Cron;
    try {
      next = new Cron(pattern, { unref: true, protect: true }, run);
    } catch (error) {
      throw new CapabilityError(
        'BAD_INPUT',
        `"${pattern}" cannot be read. Give a cron pattern such as "0 9 * * *".`,
        { cause: error },
      );
    }
    this.#digests?.stop();
    this.#digests = next;
  }

  /** How many notifications are in which state, and where they go. */
  status(): NotifierStatus {
    const { sent, deduped, deferred, sending, digested } = this.#guard('count notifications', () =>
      countStates(this.#database),
    );
    const error = this.#digestError;
    return {
      sent,
      deduped,
      deferred: deferred + sending,
      digested,
      channels: this.#channels.map(({ name }) => name),
      ...(error === undefined ? {} : { digestError: error instanceof Error ? error.message : String(error) }),
    };
  }

  /** Ends the schedule and closes channels and state; what is on its way then waits for the next digest. */
  dispose(): void {
    this.#digests?.stop();
    for (const channel of this.#channels) channel.dispose?.();
    dropLease(this.#lease);
    this.#database.close();
  }

  #toItem(notification: NotificationToSend): NewItem {
    const { key, title, text = '', urgency = 'normal', source, windowMs = this.#windowMs } = notification;
    if (key.trim() === '' || title.trim() === '') {
      throw new CapabilityError(
        'BAD_INPUT',
        'A notification needs a key and a title, neither of them empty.',
      );
    }
    if (!['low', 'normal', 'urgent'].includes(urgency)) {
      throw new CapabilityError('BAD_INPUT', `Urgency "${urgency}" is none of low, normal and urgent.`);
    }
    refuseNegative('windowMs', windowMs);
    return { key, title, text, urgency, source, windowMs: Math.ceil(windowMs) };
  }

  #place(item: NewItem, atMs: number): Placement {
    const spokenFor = lastOfKey(this.#database, item.key, atMs - item.windowMs);
    if (spokenFor !== undefined) return { state: 'deduped', into: spokenFor };
    if (item.urgency === 'urgent') return { state: 'sending', held: this.#lease };
    const waiting = waitingOfKey(this.#database, item.key);
    if (waiting !== undefined) return { state: 'deduped', into: waiting };
    if (item.urgency === 'low') return { state: 'deferred', reason: 'low urgency' };
    if (this.#isQuiet(atMs)) return { state: 'deferred', reason: 'quiet hours' };
    const { count, windowMs } = this.#rateLimit;
    if (countSentAfter(this.#database, atMs - windowMs) >= count) {
      return { state: 'deferred', reason: 'rate limit' };
    }
    return { state: 'sending', held: this.#lease };
  }

  #digestItems(rows: readonly ItemRow[]): readonly DigestItem[] {
    return rows.map(({ id, key, title, text, urgency, source, reason, at }) => ({
      id,
      key,
      title,
      text,
      urgency,
      ...(source === null ? {} : { source }),
      reason: reason ?? 'interrupted',
      at: new Date(at).toISOString(),
      suppressed: countSuppressed(this.#database, key, id),
    }));
  }

  /** Puts a message to all channels; one that fails takes it from no other. */
  async #deliver(message: OutgoingMessage): Promise<readonly Delivery[]> {
    return Promise.all(
      this.#channels.map(async (channel): Promise<Delivery> => {
        try {
          const note = await channel.send(message);
          return { channel: channel.name, delivered: true, ...(note === undefined ? {} : { note }) };
        } catch (error) {
          return {
            channel: channel.name,
            delivered: false,
            error: error instanceof Error ? error.message : String(error),
          };
        }
      }),
    );
  }

  #write<Result>(action: string, operation: () => Result): Result {
    return this.#guard(action, () => this.#database.transaction(operation).immediate());
  }

  #guard<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, operation);
  }
}

function refuseNegative(name: string, value: number): void {
  if (value >= 0) return;
  throw new CapabilityError('BAD_INPUT', `${name} is ${value}. Give 0 or more.`);
}
