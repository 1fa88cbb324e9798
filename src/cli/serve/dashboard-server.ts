import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { servedPolicy } from '../../report/html/render-html.js';
import { SessionStore } from '../../storage/session-store.js';
import { RequestGuard } from './check-request.js';
import { EventClients } from './event-clients.js';
import { pathOf } from './request-path.js';
import { SessionPages } from './session-pages.js';
import { SessionWatch } from './session-watch.js';

export interface DashboardOptions {
  /** Absolute path of the database, which exists. */
  readonly database: string;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** What who looks has to know; null when everybody who reaches the server may look. */
  readonly token: string | null;
  /** Told once for each kind of trouble, in a sentence. */
  readonly complain: (sentence: string) => void;
  /** How often the database is asked whether it changed. @default 500 */
  readonly pollMs?: number;
}

interface Answer {
  readonly status: number;
  readonly type: 'text/html' | 'text/plain' | 'application/json';
  readonly body: string;
}

const keepAliveMs = 15_000;

/** A server of the pages of one database. Holds a connection to the database and a port until `close()`. */
export class DashboardServer {
  readonly #store: SessionStore;
  readonly #watch: SessionWatch;
  readonly #pages: SessionPages;
  readonly #guard: RequestGuard;
  readonly #clients = new EventClients();
  readonly #server: Server;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #options: DashboardOptions;
  readonly #told = new Set<string>();

  /** @throws RealWorldError as `openDatabase` */
  constructor(options: DashboardOptions) {
    this.#options = options;
    this.#store = new SessionStore(options.database);
    const nowMs = (): number => systemClock.monotonicMs();
    this.#watch = new SessionWatch(this.#store, nowMs);
    this.#pages = new SessionPages(this.#store, this.#watch, nowMs);
    this.#guard = new RequestGuard(options.host, options.token);
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** How many listen to changes. */
  get listeners(): number {
    return this.#clients.count;
  }

  /** @returns the port that it listens on; @throws what listening throws, such as `EADDRINUSE` */
  async listen(): Promise<number> {
    const { host, port, pollMs = 500 } = this.#options;
    await new Promise<void>((settle, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, settle);
    });
    this.#timers.push(
      setInterval(() => this.#poll(), pollMs),
      setInterval(() => this.#clients.keepAlive(), keepAliveMs),
    );
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#clients.close();
    if (this.#server.listening) {
      const closed = new Promise((settle) => this.#server.close(settle));
      this.#server.closeAllConnections();
      await closed;
    }
    this.#store.close();
  }

  #poll(): void {
    try {
      const sessions = this.#watch.poll();
      if (sessions.length > 0) this.#clients.tell({ sessions });
    } catch (thrown) {
      this.#complainOnce(`The database cannot be read now: ${messageOf(thrown)}`);
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    setSafeHeaders(response);
    const check = this.#guard.check(request);
    if (check.verdict === 'redirect') {
      response.setHeader('Set-Cookie', check.cookie);
      response.writeHead(303, { Location: check.location }).end();
      return;
    }
    if (check.verdict === 'refused') {
      if (check.status === 405) response.setHeader('Allow', 'GET, HEAD');
      if (check.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
      send(response, { status: check.status, type: 'text/plain', body: `${check.reason}\n` });
      return;
    }
    try {
      this.#route(request, response);
    } catch (thrown) {
      this.#complainOnce(`A page cannot be made: ${messageOf(thrown)}`);
      send(response, {
        status: 503,
        type: 'text/plain',
        body: 'The database cannot be read now. Try again.\n',
      });
    }
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const { path } = pathOf(request);
    if (path === '/events') this.#listenTo(request, response);
    else send(response, this.#answerFor(path));
  }

  #answerFor(path: string): Answer {
    if (path === '/') return { status: 200, type: 'text/html', body: this.#pages.listHtml() };
    if (path === '/data.json') return { status: 200, type: 'application/json', body: this.#pages.listJson() };
    const [, encodedId, wantsData] = /^\/session\/([^/]+)(\/data\.json)?$/.exec(path) ?? [];
    const sessionId = encodedId === undefined ? null : decode(encodedId);
    if (sessionId === null || !this.#watch.has(sessionId)) {
      return { status: 404, type: 'text/plain', body: 'There is no such page.\n' };
    }
    return wantsData === undefined
      ? { status: 200, type: 'text/html', body: this.#pages.sessionHtml(sessionId) }
      : { status: 200, type: 'application/json', body: this.#pages.sessionJson(sessionId) };
  }

  #listenTo(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    // The request has no body, and its end is not the end of the stream.
    request.resume();
    if (request.method === 'HEAD' || !this.#clients.add(response)) response.end();
  }

  #complainOnce(sentence: string): void {
    if (this.#told.has(sentence)) return;
    this.#told.add(sentence);
    this.#options.complain(sentence);
  }
}

function setSafeHeaders(response: ServerResponse): void {
  for (const [name, value] of [
    ['Content-Security-Policy', servedPolicy()],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    ['Referrer-Policy', 'no-referrer'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Cache-Control', 'no-store'],
  ] as const) {
    response.setHeader(name, value);
  }
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': bytes.length,
  });
  // Node leaves the body of an answer to HEAD out by itself.
  response.end(bytes);
}

/** Null for what is no encoded text. */
function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
