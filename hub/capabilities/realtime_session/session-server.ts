import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { FrameLink } from './document-replica.js';
import { DocumentRoom, type DocumentRoomOptions } from './document-room.js';
import { BrokenFrame } from './session-frames.js';

export interface SessionServerOptions extends DocumentRoomOptions {
  readonly maxFrameBytes: number;
  readonly maxDocuments: number;
}

/** A receiver that does not read is cut off before its unread frames fill the memory. */
const unreadFramesMax = 4;
const protocolErrorCode = 1002;

/** Serves documents over WebSocket on 127.0.0.1, to those who know its token. */
export class SessionServer {
  readonly token = randomBytes(24).toString('base64url');
  readonly #options: SessionServerOptions;
  readonly #http: Server = createServer((_request, response) => response.writeHead(426).end());
  readonly #sockets: WebSocketServer;
  readonly #rooms = new Map<string, DocumentRoom>();
  readonly #expiry: NodeJS.Timeout;
  refusedFrames = 0;
  refusedConnections = 0;
  expiredPresences = 0;

  constructor(options: SessionServerOptions) {
    this.#options = options;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.maxFrameBytes,
      perMessageDeflate: false,
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#expiry = setInterval(() => this.expirePresence(), Math.max(10, options.presenceTtlMs / 3));
    this.#expiry.unref();
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#sockets.clients.size;
  }

  get documents(): number {
    return this.#rooms.size;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(0, '127.0.0.1', () => resolve());
    });
  }

  room(document: string): DocumentRoom | undefined {
    return this.#rooms.get(document);
  }

  hasPlaceFor(document: string): boolean {
    return this.#rooms.has(document) || this.#rooms.size < this.#options.maxDocuments;
  }

  expirePresence(): void {
    for (const room of this.#rooms.values()) this.expiredPresences += room.expirePresence();
  }

  /** Ends every connection and gives the port back. */
  async close(): Promise<void> {
    clearInterval(this.#expiry);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
    for (const room of this.#rooms.values()) room.destroy();
    this.#rooms.clear();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A reset before the handshake is the other side's affair; there is nothing to serve it any more.
    socket.on('error', () => socket.destroy());
    const document = documentOf(request);
    if (!this.#isTrusted(request) || document === undefined || !this.hasPlaceFor(document)) {
      this.refusedConnections += 1;
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, document));
  }

  #isTrusted(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers.authorization ?? '');
    const expected = Buffer.from(`Bearer ${this.token}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #serve(socket: WebSocket, document: string): void {
    const room = this.#openRoom(document);
    const unreadBytesMax = unreadFramesMax * this.#options.maxFrameBytes;
    const link: FrameLink = {
      send: (frame) => {
        if (socket.bufferedAmount > unreadBytesMax) socket.terminate();
        else if (socket.readyState === socket.OPEN) socket.send(frame);
      },
    };
    room.attach(link);
    socket.on('message', (data: RawData, isBinary: boolean) => {
      try {
        if (!isBinary || !(data instanceof Uint8Array)) throw new BrokenFrame('a frame is text');
        room.receive(link, data);
      } catch (error) {
        if (!(error instanceof BrokenFrame)) throw error;
        this.refusedFrames += 1;
        // It may lack what it does not know it lacks: only a new connection brings it up to date.
        socket.close(protocolErrorCode, 'broken frame');
      }
    });
    // ws refuses a frame that breaks RFC 6455 or is too long by an error, and closes the connection itself.
    socket.on('error', () => {
      this.refusedFrames += 1;
    });
    socket.on('close', () => room.detach(link));
  }

  #openRoom(document: string): DocumentRoom {
    const known = this.#rooms.get(document);
    if (known !== undefined) return known;
    const room = new DocumentRoom(this.#options);
    this.#rooms.set(document, room);
    return room;
  }
}

function documentOf(request: IncomingMessage): string | undefined {
  try {
    const document = decodeURIComponent((request.url ?? '/').slice(1));
    return isDocumentName(document) ? document : undefined;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

const documentNameMax = 200;

/** Whether a document may be called so: 1 to 200 characters, none of them a control character. */
export function isDocumentName(name: string): boolean {
  return name.length > 0 && name.length <= documentNameMax && !/\p{Cc}/u.test(name) && name.isWellFormed();
}
