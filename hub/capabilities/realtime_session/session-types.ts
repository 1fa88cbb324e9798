export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A change of a document. Positions and lengths count UTF-16 units, as those of a string do. */
export type SessionEdit =
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'set'; readonly key: string; readonly value: JsonValue };

/** What a client says about itself, such as its cursor. */
export type PresenceState = Readonly<Record<string, JsonValue>>;

export interface Presence {
  readonly clientId: number;
  readonly state: PresenceState;
  /** The document in which it was said, as `realtime_session:<document>`. */
  readonly source: string;
}

export interface SessionSnapshot {
  readonly document: string;
  readonly text: string;
  readonly values: Readonly<Record<string, JsonValue>>;
  /** Clients whose presence the server knows. */
  readonly present: number;
  /** The whole document as a Yjs update, with its history. */
  readonly update: Uint8Array;
  /** `realtime_session:<document>` */
  readonly source: string;
}

export interface SettleResult {
  /** Clients that hold everything that was in the document when `settle` was called. */
  readonly settled: number;
  /** Clients without a connection, or that lost it meanwhile; their edits are not in the others' copies. */
  readonly unreachable: readonly string[];
}

export interface SessionStats {
  readonly documents: number;
  /** Clients that joined and did not leave. */
  readonly clients: number;
  /** Open connections on the server. */
  readonly connections: number;
  /** Frames that could not be read; each ended its connection. */
  readonly refusedFrames: number;
  /** Handshakes without the session's token, for an impossible document, or beyond the limit of documents. */
  readonly refusedConnections: number;
  /** Presences that were not renewed in time. */
  readonly expiredPresences: number;
  /** The loopback port, once somebody joined. */
  readonly port?: number;
}
