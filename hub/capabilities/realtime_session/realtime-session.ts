import { CapabilityError } from '../../errors.js';
import type { SessionClient } from './session-client.js';
import type { SessionServer } from './session-server.js';
import type {
  Presence,
  PresenceState,
  SessionEdit,
  SessionSnapshot,
  SessionStats,
  SettleResult,
} from './session-types.js';

export interface RealtimeSessionOptions {
  /** How long a presence lasts that is not renewed, in milliseconds; clients renew it three times as often. @default 30000 */
  readonly presenceTtlMs?: number;
  /** Longest wait for the server's answer, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** Longest frame that is taken. @default 16 MiB */
  readonly maxFrameBytes?: number;
  /** @default 1000 */
  readonly maxDocuments?: number;
  /** Milliseconds since any moment, for the age of presences. @default performance.now */
  readonly now?: () => number;
}

export interface JoinOptions {
  /** @default 'client <number>' */
  readonly name?: string;
  readonly signal?: AbortSignal;
}

interface StartedServer {
  readonly server: SessionServer;
  readonly Client: typeof SessionClient;
}

/**
 * Documents that several clients edit at once, over WebSocket on 127.0.0.1. Copies that were apart converge when they meet
 * again, whoever edited what meanwhile: the documents are Yjs CRDTs (Nicolaescu et al. 2016, YATA).
 *
 * The server starts with the first `join`. Documents live in memory until `dispose`.
 */
export class RealtimeSession {
  readonly #options: Required<RealtimeSessionOptions>;
  readonly #clients = new Set<SessionClient>();
  #starting: Promise<StartedServer> | undefined;
  #server: SessionServer | undefined;
  #joined = 0;
  #disposed = false;

  constructor(options: RealtimeSessionOptions = {}) {
    this.#options = {
      presenceTtlMs: options.presenceTtlMs ?? 30_000,
      timeoutMs: options.timeoutMs ?? 5_000,
      maxFrameBytes: options.maxFrameBytes ?? 16 * 1024 * 1024,
      maxDocuments: options.maxDocuments ?? 1_000,
      now: options.now ?? (() => performance.now()),
    };
    for (const [name, value] of Object.entries(this.#options)) {
      if (typeof value === 'number' && !(value > 0)) {
        throw new CapabilityError('BAD_INPUT', `${name} is ${value}. Give a positive number.`);
      }
    }
  }

  /**
   * A new client of a document, connected and up to date.
   *
   * @throws CapabilityError BAD_INPUT for an impossible name, too many documents, or after `dispose`; TOOL_FAILED when the
   * server does not start or answer in time; INTERRUPTED by the signal
   */
  async join(document: string, options: JoinOptions = {}): Promise<SessionClient> {
    const { server, Client } = await this.#start();
    const { isDocumentName } = await import('./session-server.js');
    this.#refuseDisposed();
    if (!isDocumentName(document)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `${JSON.stringify(document)} is no name of a document. Give 1 to 200 characters, no control characters.`,
      );
    }
    if (!server.hasPlaceFor(document)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `"${document}" would be document ${server.documents + 1}. Raise maxDocuments, or use one that is open.`,
      );
    }
    this.#joined += 1;
    const client = new Client({
      document,
      name: options.name ?? `client ${this.#joined}`,
      url: `ws://127.0.0.1:${server.port}/${encodeURIComponent(document)}`,
      token: server.token,
      ...this.#options,
    });
    this.#clients.add(client);
    try {
      await client.connect(options.signal);
      this.#refuseDisposed();
      return client;
    } catch (error) {
      this.leave(client);
      throw error;
    }
  }

  /**
   * Edits a client's copy, connected or not.
   *
   * @throws CapabilityError BAD_INPUT for a place outside the text, an edit too long for a frame, or a client that left
   */
  edit(client: SessionClient, edit: SessionEdit): { readonly textLength: number; readonly source: string } {
    this.#requireMember(client);
    refuseImpossibleEdit(client.text.length, edit, this.#options.maxFrameBytes);
    client.edit(edit);
    return { textLength: client.text.length, source: sourceOf(client.document) };
  }

  /**
   * Says what a client does, such as where its cursor is; its name is added.
   *
   * @throws CapabilityError BAD_INPUT for a client that left
   */
  announce(client: SessionClient, state: PresenceState): void {
    this.#requireMember(client);
    client.setPresence(state);
  }

  /**
   * Who is in a document, as the server knows it: those that were heard within `presenceTtlMs` and whose connection is open.
   *
   * @throws CapabilityError NOT_FOUND for a document that nobody joined
   */
  presence(document: string): readonly Presence[] {
    const room = this.#requireRoom(document);
    this.#server?.expirePresence();
    return [...room.awareness.getStates()].map(([clientId, state]) => ({
      clientId,
      state: state as PresenceState,
      source: sourceOf(document),
    }));
  }

  /**
   * Waits until every connected client of a document holds what was in any connected copy when it was called.
   *
   * @throws CapabilityError NOT_FOUND for a document that nobody joined
   */
  async settle(document: string): Promise<SettleResult> {
    this.#requireRoom(document);
    const members = [...this.#clients].filter((client) => client.document === document);
    // The first echo brings everything to the server, the second everything from the server to all.
    await Promise.all(members.map((client) => client.settle()));
    const settled = await Promise.all(members.map((client) => client.settle()));
    return {
      settled: settled.filter(Boolean).length,
      unreachable: members.filter((_client, index) => settled[index] !== true).map(({ name }) => name),
    };
  }

  /**
   * The document as the server holds it.
   *
   * @throws CapabilityError NOT_FOUND for a document that nobody joined
   */
  async snapshot(document: string): Promise<SessionSnapshot> {
    const { encodeStateAsUpdate } = await import('yjs');
    const { doc, awareness } = this.#requireRoom(document);
    return {
      document,
      text: doc.getText('text').toString(),
      values: doc.getMap('values').toJSON() as SessionSnapshot['values'],
      present: awareness.getStates().size,
      update: encodeStateAsUpdate(doc),
      source: sourceOf(document),
    };
  }

  /** Takes a client out; false when it was not in. What it edited without a connection is lost with it. */
  leave(client: SessionClient): boolean {
    client.leave();
    return this.#clients.delete(client);
  }

  stats(): SessionStats {
    const server = this.#server;
    return {
      documents: server?.documents ?? 0,
      clients: this.#clients.size,
      connections: server?.connections ?? 0,
      refusedFrames:
        (server?.refusedFrames ?? 0) +
        [...this.#clients].reduce((sum, { refusedFrames }) => sum + refusedFrames, 0),
      refusedConnections: server?.refusedConnections ?? 0,
      expiredPresences: server?.expiredPresences ?? 0,
      ...(server === undefined ? {} : { port: server.port }),
    };
  }

  /** Ends every client, connection and timer, and gives the port back. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const client of this.#clients) client.leave();
    this.#clients.clear();
    const started = await this.#starting?.catch(() => undefined);
    this.#server = undefined;
    await started?.server.close();
  }

  #start(): Promise<StartedServer> {
    this.#refuseDisposed();
    this.#starting ??= this.#listen().catch((error: unknown) => {
      this.#starting = undefined;
      throw new CapabilityError(
        'TOOL_FAILED',
        `realtime_session could not listen on 127.0.0.1: ${String(error)}. Check that this process may open ports.`,
        { cause: error },
      );
    });
    return this.#starting;
  }

  async #listen(): Promise<StartedServer> {
    const [{ SessionServer }, { SessionClient: Client }] = await Promise.all([
      import('./session-server.js'),
      import('./session-client.js'),
    ]);
    const server = new SessionServer(this.#options);
    await server.listen();
    if (!this.#disposed) this.#server = server;
    return { server, Client };
  }

  #requireRoom(document: string) {
    this.#refuseDisposed();
    const room = this.#server?.room(document);
    if (room !== undefined) return room;
    throw new CapabilityError('NOT_FOUND', `Nobody joined "${document}". Call join("${document}") first.`);
  }

  #requireMember(client: SessionClient): void {
    if (this.#clients.has(client)) return;
    throw new CapabilityError('BAD_INPUT', `${client.name} is not in this session. Join again.`);
  }

  #refuseDisposed(): void {
    if (!this.#disposed) return;
    throw new CapabilityError('BAD_INPUT', 'realtime_session was disposed. Make a new one.');
  }
}

function sourceOf(document: string): string {
  return `realtime_session:${document}`;
}

function refuseImpossibleEdit(length: number, edit: SessionEdit, maxFrameBytes: number): void {
  if (edit.kind !== 'set') {
    const end = edit.kind === 'remove' ? edit.at + edit.length : edit.at;
    const isPlace = Number.isInteger(edit.at) && Number.isInteger(end) && edit.at >= 0 && end >= edit.at;
    if (!isPlace || end > length) {
      throw new CapabilityError(
        'BAD_INPUT',
        `The text has ${length} characters; an edit from ${edit.at} to ${end} is outside. Read the client's text first.`,
      );
    }
  }
  if (edit.kind === 'remove') return;
  const payload = edit.kind === 'insert' ? edit.text : `${edit.key}${JSON.stringify(edit.value)}`;
  // A frame also carries what came before it when a client was away.
  const limit = maxFrameBytes / 4;
  if (Buffer.byteLength(payload) <= limit) return;
  throw new CapabilityError(
    'BAD_INPUT',
    `An edit of ${Buffer.byteLength(payload)} bytes is over the limit of ${limit}. Make several, or raise maxFrameBytes.`,
  );
}
