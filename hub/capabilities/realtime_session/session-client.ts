import { type RawData, WebSocket } from 'ws';
import { CapabilityError } from '../../errors.js';
import { DocumentReplica } from './document-replica.js';
import { BrokenFrame } from './session-frames.js';
import type { JsonValue, Presence, PresenceState, SessionEdit } from './session-types.js';

export interface SessionClientOptions {
  readonly document: string;
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly maxFrameBytes: number;
  readonly presenceTtlMs: number;
}

const unacceptable = 1002;

/**
 * A member of a session. It edits its own copy of the document, connected or not. A connection that is lost stays lost
 * until `connect` is called.
 */
export class SessionClient {
  readonly document: string;
  readonly name: string;
  readonly #options: SessionClientOptions;
  readonly #replica: DocumentReplica;
  readonly #renewal: NodeJS.Timeout;
  readonly #echoes = new Map<number, () => void>();
  #socket: WebSocket | undefined;
  #synchronised: (() => void) | undefined;
  readonly #onLost = new Set<(error: Error) => void>();
  #nextNonce = 1;
  #refusedFrames = 0;
  #left = false;

  constructor(options: SessionClientOptions) {
    this.document = options.document;
    this.name = options.name;
    this.#options = options;
    this.#replica = new DocumentReplica(options.name, {
      onSynchronised: () => this.#synchronised?.(),
      onEcho: (nonce) => this.#echoes.get(nonce)?.(),
    });
    this.#renewal = setInterval(() => this.#replica.renewPresence(), options.presenceTtlMs / 3);
    this.#renewal.unref();
  }

  get clientId(): number {
    return this.#replica.doc.clientID;
  }

  get isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  get text(): string {
    return this.#replica.text;
  }

  get values(): Readonly<Record<string, JsonValue>> {
    return this.#replica.values;
  }

  /** Frames of the server that could not be read; each ended the connection. */
  get refusedFrames(): number {
    return this.#refusedFrames;
  }

  /** Everybody this client knows to be present, itself included. */
  get presence(): readonly Presence[] {
    const source = `realtime_session:${this.document}`;
    return [...this.#replica.awareness.getStates()].map(([clientId, state]) => ({
      clientId,
      state: state as PresenceState,
      source,
    }));
  }

  /**
   * Connects, and resolves when this copy holds everything that the server held.
   *
   * @throws CapabilityError TOOL_FAILED when the server cannot be reached or does not answer in time; INTERRUPTED by the signal
   */
  async connect(signal?: AbortSignal): Promise<void> {
    if (this.#left) throw new CapabilityError('BAD_INPUT', `${this.name} has left. Join again.`);
    if (this.isConnected) return;
    if (signal?.aborted === true) throw unreached(this, signal, signal.reason);
    this.disconnect();
    const { url, token, maxFrameBytes, timeoutMs } = this.#options;
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${token}` },
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('open', () => this.#replica.attach({ send: (frame) => sendIfOpen(socket, frame) }));
    socket.on('message', (data: RawData) => this.#receive(socket, data));
    socket.on('close', () => this.#forget(socket));
    try {
      await this.#within(timeoutMs, signal, (resolve) => {
        this.#synchronised = resolve;
      });
    } catch (error) {
      socket.terminate();
      this.#forget(socket);
      throw unreached(this, signal, failure ?? error);
    } finally {
      this.#synchronised = undefined;
    }
  }

  /** Cuts the connection without a word, as a network that fails does. What was on its way is lost. */
  disconnect(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#forget(socket);
    socket.terminate();
  }

  /** Changes this copy. The edit must have been checked. */
  edit(edit: SessionEdit): void {
    this.#replica.edit(edit);
  }

  setPresence(state: PresenceState): void {
    this.#replica.setPresence({ name: this.name, ...state });
  }

  /**
   * Resolves true when the server has applied all that this client sent, and this client all that the server had sent
   * before; false without a connection, or when it was lost meanwhile or kept silent.
   */
  async settle(): Promise<boolean> {
    const socket = this.#socket;
    if (socket === undefined || !this.isConnected) return false;
    const nonce = this.#nextNonce++;
    try {
      await this.#within(this.#options.timeoutMs, undefined, (resolve) => {
        this.#echoes.set(nonce, resolve);
        this.#replica.requestEcho(nonce);
      });
      return true;
    } catch (error) {
      if (error instanceof WaitEnded) return false;
      throw error;
    } finally {
      this.#echoes.delete(nonce);
    }
  }

  /** Disconnects for good and releases the copy. */
  leave(): void {
    this.#left = true;
    clearInterval(this.#renewal);
    this.disconnect();
    this.#replica.destroy();
  }

  #receive(socket: WebSocket, data: RawData): void {
    if (socket !== this.#socket) return;
    try {
      if (!(data instanceof Uint8Array)) throw new BrokenFrame('a frame is in parts');
      this.#replica.receive(data);
    } catch (error) {
      if (!(error instanceof BrokenFrame)) throw error;
      this.#refusedFrames += 1;
      socket.close(unacceptable, 'broken frame');
    }
  }

  #forget(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#replica.detach();
    for (const reject of this.#onLost) reject(new WaitEnded('the connection was lost'));
  }

  /** Runs a wait that also ends after a time, by a signal, or with the connection. */
  async #within(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    begin: (resolve: () => void) => void,
  ): Promise<void> {
    let end = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new WaitEnded(`no answer within ${timeoutMs} ms`)), timeoutMs);
        const onAbort = (): void => reject(new WaitEnded('aborted'));
        signal?.addEventListener('abort', onAbort);
        this.#onLost.add(reject);
        end = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          this.#onLost.delete(reject);
        };
        begin(resolve);
      });
    } finally {
      end();
    }
  }
}

class WaitEnded extends Error {
  override readonly name = 'WaitEnded';
}

function sendIfOpen(socket: WebSocket, frame: Uint8Array): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(frame);
}

function unreached(client: SessionClient, signal: AbortSignal | undefined, cause: unknown): CapabilityError {
  const subject = `${client.name} could not join "${client.document}"`;
  if (signal?.aborted === true) {
    return new CapabilityError('INTERRUPTED', `${subject}: the signal aborted it.`, { cause });
  }
  return new CapabilityError(
    'TOOL_FAILED',
    `${subject}: ${cause instanceof Error ? cause.message : String(cause)}. Call connect() again, or raise timeoutMs.`,
    { cause },
  );
}
