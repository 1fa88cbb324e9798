export interface FetchOptions {
  /** How long a kept answer counts as fresh, in milliseconds. @default 60000 */
  readonly ttl?: number;
  /** Attempts after the first, 0 to 10. @default 2 */
  readonly retry?: number;
  /** Time of one attempt, the whole body included, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
  /** Largest body, decompressed, in bytes. @default 8388608 */
  readonly maxBytes?: number;
  /** Sent as they are; a request with other headers than another's is kept apart. */
  readonly headers?: Readonly<Record<string, string>>;
  /** When the address cannot be reached, give the kept answer, however old. @default false */
  readonly allowStale?: boolean;
}

/**
 * `fetched`: it came over the network now. `fresh`: kept and within its ttl. `revalidated`: the server said that the kept
 * one still holds. `stale`: kept, too old, and the address cannot be reached.
 */
export type AnswerOrigin = 'fetched' | 'fresh' | 'revalidated' | 'stale';

/** What an address answered. A status of 400 or more is an answer too. */
export interface InternetAnswer {
  /** The address after redirects: where the answer comes from. */
  readonly source: string;
  /** The address that was asked for. */
  readonly url: string;
  readonly origin: AnswerOrigin;
  readonly status: number;
  readonly ok: boolean;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded by its charset; absent for content that is not text. */
  readonly text?: string;
  readonly body: Uint8Array;
  /** Addresses that were passed through, in order, without the last. */
  readonly redirects: readonly string[];
  /** Requests that it took; 0 for a kept answer. */
  readonly attempts: number;
  /** When it came over the network or was last confirmed, ISO 8601. */
  readonly fetchedAt: string;
  readonly durationMs: number;
}

/** A package as its registry describes it. */
export interface PackageInfo {
  readonly name: string;
  /** Version of the tag `latest`; absent when there is none. */
  readonly latest?: string;
  /** All versions, in the registry's order. */
  readonly versions: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly repository?: string;
  /** What the registry says of the latest version, when it is deprecated. */
  readonly deprecated?: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** When the latest version was published, ISO 8601. */
  readonly publishedAt?: string;
  readonly source: string;
  readonly fetchedAt: string;
  readonly origin: AnswerOrigin;
}

export interface DocumentLink {
  readonly href: string;
  readonly text: string;
}

/** The readable parts of a page. */
export interface ExtractedDocument {
  readonly title: string;
  /** Blocks on lines of their own; without scripts, styles and comments. */
  readonly text: string;
  /** Addresses of http and https in order, each once, resolved against the page's own. */
  readonly links: readonly DocumentLink[];
  /** Links of other schemes, or that cannot be resolved. */
  readonly skippedLinks: readonly { readonly href: string; readonly reason: string }[];
  readonly description?: string;
  readonly language?: string;
  /** The page's address; absent for a bare text. */
  readonly source?: string;
}

/** Whether an origin may be asked at present. */
export interface CircuitStatus {
  readonly origin: string;
  readonly state: 'closed' | 'open' | 'halfOpen';
}
