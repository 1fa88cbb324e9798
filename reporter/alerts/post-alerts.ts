import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../src/errors.js';
import type { ResolvedOptions } from '../../src/options.js';
import type { AlertMessage } from './alert-message.js';

export type Webhook = NonNullable<ResolvedOptions['alerts']['webhook']>;

/** Wait before the second try; it doubles with every further one. */
const firstPauseMs = 250;

/**
 * Posts a message as JSON. What may pass is tried again: a connection that fails, no answer in time, 429 and 5xx.
 *
 * @returns null when it arrived, else why it did not; neither the secret nor the path of the address, which may be one, is in it
 */
export async function postAlerts(
  { url, secretVariable, header, timeoutMs, retries }: Webhook,
  message: AlertMessage,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (secretVariable !== undefined) {
    const secret = environment[secretVariable];
    if (!secret) return `the environment variable ${secretVariable}, which holds its secret, is not set`;
    headers[header] = secret;
  }
  let failure = '';
  for (let tried = 0; tried <= retries; tried++) {
    if (tried > 0) await delay(firstPauseMs * 2 ** (tried - 1));
    const answer = await post(url, { headers, body: JSON.stringify(message), timeoutMs });
    if (answer === null) return null;
    failure = answer.failure;
    if (!answer.mayPass) break;
  }
  return `${new URL(url).origin} ${failure}`;
}

/** Null when it arrived. */
async function post(
  url: string,
  { headers, body, timeoutMs }: { headers: Record<string, string>; body: string; timeoutMs: number },
): Promise<{ readonly failure: string; readonly mayPass: boolean } | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      // A secret does not follow to another address.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (response.ok) return null;
    return {
      failure: `answered ${response.status}`,
      mayPass: response.status === 429 || response.status >= 500,
    };
  } catch (thrown) {
    const isLate = thrown instanceof Error && thrown.name === 'TimeoutError';
    const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
    return {
      failure: isLate ? `did not answer within ${timeoutMs} ms` : `could not be reached: ${messageOf(cause)}`,
      mayPass: true,
    };
  }
}
