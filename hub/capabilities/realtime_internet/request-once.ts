import type { Dispatcher } from 'undici';
import { CapabilityError } from '../../errors.js';
import { redirectTarget } from './web-address.js';

export interface RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
}

export interface RawAnswer {
  readonly source: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly redirects: readonly string[];
}

/** A status that may be gone at the next attempt. */
export class TransientStatus extends Error {
  override readonly name = 'TransientStatus';
  readonly answer: RawAnswer;

  constructor(answer: RawAnswer) {
    super(`${answer.source} answered ${answer.status}`);
    this.answer = answer;
  }
}

const mostRedirects = 5;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const transientStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Asks once, follows up to 5 redirects and reads the whole body.
 *
 * @throws TransientStatus for statuses worth another attempt; CapabilityError TOOL_FAILED for a body that is too large or
 *   redirects without end, BAD_INPUT for a redirect to a refused address; whatever undici throws
 */
export async function requestOnce(start: URL, options: RequestOptions): Promise<RawAnswer> {
  const { fetch } = await import('undici');
  const redirects: string[] = [];
  for (let url = start; ; ) {
    const response = await fetch(url, {
      headers: { 'user-agent': 'vitest-realworld-hub', ...options.headers },
      redirect: 'manual',
      dispatcher: options.dispatcher,
      signal: options.signal,
    });
    const location = response.headers.get('location');
    if (redirectStatuses.has(response.status) && location !== null) {
      await response.body?.cancel();
      redirects.push(url.href);
      if (redirects.length > mostRedirects) {
        throw new CapabilityError(
          'TOOL_FAILED',
          `${start.href} redirects more than ${mostRedirects} times, at last to ${location}.`,
        );
      }
      url = redirectTarget(url, location);
      continue;
    }
    const answer: RawAnswer = {
      source: url.href,
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await readBounded(url, response.body, options.maxBytes),
      redirects,
    };
    if (transientStatuses.has(answer.status)) throw new TransientStatus(answer);
    return answer;
  }
}

/** Counts what comes out of decompression, so that a small answer cannot grow without bound. */
async function readBounded(
  url: URL,
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new CapabilityError(
        'TOOL_FAILED',
        `${url.href} answers with more than ${maxBytes} bytes. Raise maxBytes when that is expected.`,
      );
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
