/** `low` waits for the next digest; `normal` is sent unless it is quiet or too much; `urgent` is sent at any time. */
export type Urgency = 'low' | 'normal' | 'urgent';

export interface NotificationToSend {
  /** What it is about: of one key, only one is sent within its window. */
  readonly key: string;
  readonly title: string;
  readonly text?: string;
  /** @default 'normal' */
  readonly urgency?: Urgency;
  /** Where it comes from: a file, a capability, a run. */
  readonly source?: string;
  /** How long after one of its key was sent it is not sent again, in milliseconds. @default the notifier's */
  readonly windowMs?: number;
}

/** How one channel took a message. */
export type Delivery =
  | { readonly channel: string; readonly delivered: true /** What was left out. */; readonly note?: string }
  | { readonly channel: string; readonly delivered: false; readonly error: string };

export type DeferralReason = 'low urgency' | 'quiet hours' | 'rate limit' | 'undeliverable' | 'interrupted';

/** What became of a notification, together with its number and where it came from. */
export type Notified = { readonly id: number; readonly key: string; readonly source?: string } & (
  | {
      readonly outcome: 'sent';
      readonly deliveries: readonly Delivery[];
      /** Notifications of this key that were deduped since one was sent before. */
      readonly suppressed: number;
    }
  | { readonly outcome: 'deduped' /** The one that speaks for it. */; readonly into: number }
  | {
      readonly outcome: 'deferred';
      readonly reason: DeferralReason;
      readonly deliveries: readonly Delivery[];
    }
);

export interface DigestItem {
  readonly id: number;
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly urgency: Urgency;
  readonly source?: string;
  readonly reason: DeferralReason;
  /** ISO 8601. */
  readonly at: string;
  /** Notifications of this key that it speaks for. */
  readonly suppressed: number;
}

/** Notifications that wait, the most urgent first, and what a digest of them says. */
export interface Digest {
  readonly title: string;
  readonly text: string;
  readonly items: readonly DigestItem[];
}

export interface Flushed {
  /** Notifications that were sent in a digest. */
  readonly sent: number;
  /** Those that still wait, by why. */
  readonly held: {
    readonly quietHours: number;
    readonly withinWindow: number;
    readonly undeliverable: number;
    readonly beyondBatch: number;
  };
  readonly deliveries: readonly Delivery[];
}

/** What a channel is given. */
export interface OutgoingMessage {
  /** Stable for a message, also when it is sent again: a receiver can drop what it has. */
  readonly messageId: string;
  readonly kind: 'notification' | 'digest';
  readonly title: string;
  readonly text: string;
  readonly urgency: Urgency;
  /** ISO 8601. */
  readonly at: string;
  readonly items: readonly Omit<DigestItem, 'reason'>[];
}

/** Where messages go. */
export interface NotificationChannel {
  readonly name: string;
  /** Takes a message and resolves to what it left out, if anything; rejects when it cannot take it. */
  send(message: OutgoingMessage): Promise<string | undefined>;
  dispose?(): void;
}

/** Hours in which only urgent ones are sent, such as { from: '22:00', to: '07:00' }. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  /** An IANA name. @default the machine's */
  readonly timeZone?: string;
}

/** At most `count` notifications in any `windowMs`; urgent ones count, but are never held back. */
export interface RateLimit {
  readonly count: number;
  readonly windowMs: number;
}

export interface NotifierStatus {
  readonly sent: number;
  readonly deduped: number;
  readonly deferred: number;
  readonly digested: number;
  readonly channels: readonly string[];
  /** Why the last digest that came by schedule failed; absent when it did not. */
  readonly digestError?: string;
}
