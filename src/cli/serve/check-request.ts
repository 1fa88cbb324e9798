import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { pathOf } from './request-path.js';

const cookieName = 'realworld_serve';
const loopbackNames = ['127.0.0.1', 'localhost', '::1'];
const wildcardHosts = ['0.0.0.0', '::'];

/** What to do with a request before anything of it is looked at. */
export type RequestCheck =
  | { readonly verdict: 'welcome' }
  | { readonly verdict: 'refused'; readonly status: 401 | 403 | 405; readonly reason: string }
  /** The token stood in the address; from now on a cookie stands for it. */
  | { readonly verdict: 'redirect'; readonly location: string; readonly cookie: string };

export function isLoopback(host: string): boolean {
  return loopbackNames.includes(host) || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Lets in who may look: a browser that was sent here under a foreign name (DNS rebinding) or by a foreign page is refused, and so is
 * who does not know the token, where there is one.
 */
export class RequestGuard {
  readonly #host: string;
  readonly #token: string | null;
  /** What a browser that showed the token keeps instead of it. */
  readonly #ticket = randomBytes(32).toString('hex');

  constructor(host: string, token: string | null) {
    this.#host = host;
    this.#token = token;
  }

  check(request: IncomingMessage): RequestCheck {
    const { host = '', origin, cookie = '', authorization = '' } = request.headers;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return { verdict: 'refused', status: 405, reason: 'Only GET and HEAD are answered.' };
    }
    if (!this.#isOwnName(nameOf(host))) {
      return { verdict: 'refused', status: 403, reason: 'This server is not known by that name.' };
    }
    if (origin !== undefined && origin !== `http://${host}`) {
      return { verdict: 'refused', status: 403, reason: 'Pages of other sites are not answered.' };
    }
    if (this.#token === null) return { verdict: 'welcome' };
    const { path, parameters } = pathOf(request);
    const given = parameters.get('token');
    if (given !== null && isSame(given, this.#token)) {
      return {
        verdict: 'redirect',
        // Two slashes would lead to another server.
        location: `/${path.replace(/^[/\\]+/, '')}`,
        cookie: `${cookieName}=${this.#ticket}; Path=/; HttpOnly; SameSite=Strict`,
      };
    }
    const shown = cookie
      .split(';')
      .map((pair) => pair.trim().split('='))
      .find(([name]) => name === cookieName)?.[1];
    const bearer = authorization.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : null;
    const isKnown =
      (shown !== undefined && isSame(shown, this.#ticket)) ||
      (bearer !== null && isSame(bearer, this.#token));
    return isKnown
      ? { verdict: 'welcome' }
      : { verdict: 'refused', status: 401, reason: 'Open the address with ?token=TOKEN behind it.' };
  }

  /** A name that an attacker can point here is none; an address cannot be pointed anywhere. */
  #isOwnName(name: string): boolean {
    if (name === this.#host || loopbackNames.includes(name)) return true;
    if (isLoopback(this.#host)) return false;
    return wildcardHosts.includes(this.#host) && (isIP(name) !== 0 || name === hostname().toLowerCase());
  }
}

/** Without the port and the brackets of an IPv6 address. */
function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
}

function isSame(left: string, right: string): boolean {
  const [first, second] = [left, right].map((text) => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}
