import type { Database } from 'better-sqlite3';
import type { Agent } from 'undici';
import { CapabilityError, Unavailable } from '../../errors.js';
import { guardState, openCapabilityState, type StateFile } from '../error_recovery/state-failure.js';
import {
  cacheSchema,
  cacheSize,
  confirmAnswer,
  findAnswer,
  type KeptAnswer,
  keepAnswer,
} from './answer-cache.js';
import { decodeText } from './decode-text.js';
import { extractDocument } from './extract-document.js';
import type {
  AnswerOrigin,
  CircuitStatus,
  ExtractedDocument,
  FetchOptions,
  InternetAnswer,
  PackageInfo,
} from './internet-types.js';
import { packageAddress, readPackage } from './package-info.js';
import { type RawAnswer, requestOnce } from './request-once.js';
import { RequestPolicy } from './request-policy.js';
import { webAddress } from './web-address.js';

export interface RealtimeInternetOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
  /** Base address of the package registry. @default the environment's npm_config_registry */
  readonly registry?: string;
  /** Kept answers together, in bytes. @default 67108864 */
  readonly maxCacheBytes?: number;
  /** Failures in a row after which an origin is not asked for a while. @default 5 */
  readonly breakAfter?: number;
  /** How long it is not asked then, in milliseconds. @default 10000 */
  readonly halfOpenAfterMs?: number;
  /** Wait before the first retry, doubled for each further one up to 5 seconds, in milliseconds. @default 200 */
  readonly firstRetryMs?: number;
}

type ResolvedFetch = Required<FetchOptions>;

/**
 * Fetches over http and https with a cache on disk, retries, time limits, a bound on size and a circuit breaker for each
 * origin, and reads pages. Only GET. Proxies of the environment are not used.
 *
 * Every method that touches the cache throws CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED when the state
 * cannot be used.
 */
export class RealtimeInternet {
  readonly #file: StateFile;
  readonly #database: Database;
  readonly #registry: string | undefined;
  readonly #maxCacheBytes: number;
  readonly #policy: RequestPolicy;
  readonly #underWay = new Map<string, Promise<InternetAnswer>>();
  readonly #disposed = new AbortController();
  #agent: Agent | undefined;

  constructor(options: RealtimeInternetOptions) {
    this.#file = { ...options, capability: 'realtime_internet' };
    this.#registry = options.registry ?? process.env.npm_config_registry;
    this.#maxCacheBytes = options.maxCacheBytes ?? 67_108_864;
    this.#policy = new RequestPolicy({
      breakAfter: options.breakAfter ?? 5,
      halfOpenAfterMs: options.halfOpenAfterMs ?? 10_000,
      firstRetryMs: options.firstRetryMs ?? 200,
    });
    this.#database = openCapabilityState(this.#file, cacheSchema);
  }

  /**
   * What an address answers, from the cache while it is fresh. Connections that fail, time-outs and statuses 408, 425, 429
   * and 5xx are tried again; the last status is the answer. Requests for one address at the same time are one.
   *
   * @throws Unavailable when the address cannot be reached, with the reason; CapabilityError BAD_INPUT for a refused address
   *   or options out of range, TOOL_FAILED for a body that is too large or redirects without end
   */
  async fetch(address: string, options: FetchOptions = {}): Promise<InternetAnswer> {
    const url = webAddress(address);
    const resolved = resolveFetch(options);
    const key = `${url.href}\n${JSON.stringify(Object.entries(resolved.headers).sort())}`;
    const startedMs = performance.now();
    const kept = this.#guard('look into its cache', () => findAnswer(this.#database, key));
    if (kept !== undefined && Date.now() - kept.fetchedAtMs < resolved.ttl) {
      return toAnswer(url, kept, 'fresh', 0, kept.fetchedAtMs, startedMs);
    }
    const underWay = this.#underWay.get(key) ?? this.#ask(url, key, resolved, kept, startedMs);
    this.#underWay.set(key, underWay);
    try {
      return await underWay;
    } finally {
      this.#underWay.delete(key);
    }
  }

  /**
   * What the registry says of a package.
   *
   * @param options as of `fetch`; `registry` is the base address of another registry than the configured one
   * @throws CapabilityError NOT_FOUND for an unknown package, BAD_INPUT for what is no name, TOOL_FAILED for an answer that
   *   is none of a registry; Unavailable when the registry cannot be reached or none is set
   */
  async packageInfo(
    name: string,
    options: FetchOptions & { readonly registry?: string } = {},
  ): Promise<PackageInfo> {
    const { registry = this.#registry, ...fetching } = options;
    const address = packageAddress(registry, name);
    return readPackage(name, await this.fetch(address, { maxBytes: 33_554_432, ...fetching }));
  }

  /**
   * Title, text and links of a page, given as an answer of `fetch` or as HTML.
   *
   * @throws CapabilityError BAD_INPUT for an answer that is not text, or more than 16 million characters
   */
  extractDocument(page: string | InternetAnswer, options: { readonly url?: string } = {}): ExtractedDocument {
    if (typeof page === 'string') return extractDocument(page, options.url);
    if (page.text === undefined) {
      const type = page.headers['content-type'] ?? 'no type';
      throw new CapabilityError('BAD_INPUT', `${page.source} is ${type}, not text.`);
    }
    return extractDocument(page.text, options.url ?? page.source);
  }

  /** How many answers are kept, and which origins are asked at present. */
  async status(): Promise<{
    readonly answers: number;
    readonly bytes: number;
    readonly circuits: readonly CircuitStatus[];
  }> {
    const size = this.#guard('count its cache', () => cacheSize(this.#database));
    return { ...size, circuits: await this.#policy.statuses() };
  }

  /** Forgets all kept answers. */
  clearCache(): void {
    this.#guard('clear its cache', () => this.#database.exec('DELETE FROM realtime_internet_answers'));
  }

  /** Closes connections, requests under way included, and the state. */
  async dispose(): Promise<void> {
    this.#disposed.abort();
    await this.#agent?.destroy();
    await Promise.allSettled(this.#underWay.values());
    this.#database.close();
  }

  async #ask(
    url: URL,
    key: string,
    options: ResolvedFetch,
    kept: KeptAnswer | undefined,
    startedMs: number,
  ): Promise<InternetAnswer> {
    if (this.#agent === undefined) {
      const { Agent } = await import('undici');
      this.#agent ??= new Agent({ connect: { timeout: options.timeoutMs }, keepAliveTimeout: 1_000 });
    }
    const dispatcher = this.#agent;
    const headers = { ...validators(kept), ...options.headers };
    try {
      const { answer, attempts } = await this.#policy.run(
        url,
        { ...options, signal: this.#disposed.signal },
        (signal) => requestOnce(url, { headers, maxBytes: options.maxBytes, dispatcher, signal }),
      );
      const nowMs = Date.now();
      if (answer.status === 304 && kept !== undefined) {
        this.#guard('keep an answer', () => confirmAnswer(this.#database, key, nowMs));
        return toAnswer(url, kept, 'revalidated', attempts, nowMs, startedMs);
      }
      // Failures are not kept: the next call asks again.
      if (answer.status < 400 && answer.headers['cache-control']?.includes('no-store') !== true) {
        this.#guard('keep an answer', () =>
          this.#database
            .transaction(() => keepAnswer(this.#database, key, answer, nowMs, this.#maxCacheBytes))
            .immediate(),
        );
      }
      return toAnswer(url, answer, 'fetched', attempts, nowMs, startedMs);
    } catch (error) {
      if (!(error instanceof Unavailable) || kept === undefined || !options.allowStale) throw error;
      return toAnswer(url, kept, 'stale', 0, kept.fetchedAtMs, startedMs);
    }
  }

  #guard<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, operation);
  }
}

function resolveFetch(options: FetchOptions): ResolvedFetch {
  const {
    ttl = 60_000,
    retry = 2,
    timeoutMs = 10_000,
    maxBytes = 8_388_608,
    headers = {},
    allowStale = false,
  } = options;
  if (!(ttl >= 0)) throw new CapabilityError('BAD_INPUT', `ttl is ${ttl}. Give 0 or more milliseconds.`);
  if (!Number.isInteger(retry) || retry < 0 || retry > 10) {
    throw new CapabilityError('BAD_INPUT', `retry is ${retry}. Give a whole number from 0 to 10.`);
  }
  if (!(timeoutMs > 0 && timeoutMs <= 600_000) || !(maxBytes > 0)) {
    throw new CapabilityError('BAD_INPUT', 'timeoutMs is more than 0 up to 600000, maxBytes more than 0.');
  }
  return { ttl, retry, timeoutMs, maxBytes, headers, allowStale };
}

/** What asks a server whether a kept answer still holds. */
function validators(kept: KeptAnswer | undefined): Record<string, string> {
  const { etag, 'last-modified': modified } = kept?.headers ?? {};
  if (etag !== undefined) return { 'if-none-match': etag };
  return modified === undefined ? {} : { 'if-modified-since': modified };
}

function toAnswer(
  url: URL,
  raw: RawAnswer,
  origin: AnswerOrigin,
  attempts: number,
  fetchedAtMs: number,
  startedMs: number,
): InternetAnswer {
  const text = decodeText(raw.headers['content-type'], raw.body);
  return {
    source: raw.source,
    url: url.href,
    origin,
    status: raw.status,
    ok: raw.status >= 200 && raw.status < 300,
    headers: raw.headers,
    ...(text === undefined ? {} : { text }),
    body: raw.body,
    redirects: raw.redirects,
    attempts,
    fetchedAt: new Date(fetchedAtMs).toISOString(),
    durationMs: performance.now() - startedMs,
  };
}
