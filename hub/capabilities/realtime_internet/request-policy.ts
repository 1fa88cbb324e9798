import type { CircuitBreakerPolicy } from 'cockatiel';
import { CapabilityError, Unavailable } from '../../errors.js';
import type { CircuitStatus } from './internet-types.js';
import { type RawAnswer, TransientStatus } from './request-once.js';

export interface PolicyOptions {
  /** Failures in a row after which an origin is not asked for a while. */
  readonly breakAfter: number;
  readonly halfOpenAfterMs: number;
  readonly firstRetryMs: number;
}

export interface AttemptOptions {
  readonly retry: number;
  readonly timeoutMs: number;
  /** Ends attempts and waits between them. */
  readonly signal: AbortSignal;
}

const longestRetryMs = 5_000;
const mostOrigins = 1_000;

/** Retry, circuit breaker and timeout around a request; one breaker for each origin. */
export class RequestPolicy {
  readonly #options: PolicyOptions;
  readonly #breakers = new Map<string, CircuitBreakerPolicy>();

  constructor(options: PolicyOptions) {
    this.#options = options;
  }

  /**
   * Runs a request under the policies. A status that stays transient is the answer in the end.
   *
   * @throws Unavailable with the reason when the origin cannot be reached in time; CapabilityError as the request throws it
   */
  async run(
    url: URL,
    { retry: retries, timeoutMs, signal: ended }: AttemptOptions,
    request: (signal: AbortSignal) => Promise<RawAnswer>,
  ): Promise<{ readonly answer: RawAnswer; readonly attempts: number }> {
    const { DelegateBackoff, handleWhen, retry, timeout, TimeoutStrategy, wrap } = await import('cockatiel');
    const transient = handleWhen((error) => !(error instanceof CapabilityError) && !isBroken(error));
    const backoff = new DelegateBackoff<{ readonly attempt: number; readonly result: unknown }>(
      ({ attempt, result }) =>
        Math.min(
          longestRetryMs,
          Math.max(retryAfterMs(result), this.#options.firstRetryMs * 2 ** (attempt - 1)),
        ),
    );
    const policy = wrap(
      retry(transient, { maxAttempts: retries, backoff }),
      await this.#breaker(url.origin),
      timeout(timeoutMs, TimeoutStrategy.Aggressive),
    );
    let attempts = 0;
    try {
      const answer = await policy.execute(({ signal }) => {
        attempts += 1;
        return request(signal);
      }, ended);
      return { answer, attempts };
    } catch (error) {
      if (error instanceof TransientStatus) return { answer: error.answer, attempts };
      if (error instanceof CapabilityError) throw error;
      throw new Unavailable(unreachable(url, error, attempts, timeoutMs), { cause: error });
    }
  }

  async statuses(): Promise<readonly CircuitStatus[]> {
    const { CircuitState } = await import('cockatiel');
    return [...this.#breakers].map(([origin, { state }]) => ({
      origin,
      state: state === CircuitState.Closed ? 'closed' : state === CircuitState.HalfOpen ? 'halfOpen' : 'open',
    }));
  }

  async #breaker(origin: string): Promise<CircuitBreakerPolicy> {
    const { circuitBreaker, ConsecutiveBreaker, handleWhen } = await import('cockatiel');
    const known = this.#breakers.get(origin);
    if (known !== undefined) return known;
    const breaker = circuitBreaker(
      handleWhen((error) => !(error instanceof CapabilityError)),
      {
        halfOpenAfter: this.#options.halfOpenAfterMs,
        breaker: new ConsecutiveBreaker(this.#options.breakAfter),
      },
    );
    const oldest = this.#breakers.keys().next().value;
    if (this.#breakers.size >= mostOrigins && oldest !== undefined) this.#breakers.delete(oldest);
    this.#breakers.set(origin, breaker);
    return breaker;
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof Error && 'isBrokenCircuitError' in error;
}

/** What a server asks for in Retry-After, as seconds or as a date; 0 when it asks for nothing. */
function retryAfterMs(result: unknown): number {
  const error = typeof result === 'object' && result !== null && 'error' in result ? result.error : undefined;
  const header = error instanceof TransientStatus ? error.answer.headers['retry-after'] : undefined;
  if (header === undefined) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

function unreachable(url: URL, error: unknown, attempts: number, timeoutMs: number): string {
  if (isBroken(error)) {
    return `${url.origin} failed too often in a row and is not asked for a while. Try again later.`;
  }
  if (error instanceof Error && 'isTaskCancelledError' in error) {
    return `${url.href} did not answer within ${timeoutMs} ms, ${attempts} times. Try again later, or raise timeoutMs.`;
  }
  return `${url.href} cannot be reached (${reasonOf(error)}), ${attempts} times. Check the network and the address.`;
}

/** The innermost reason with its code: undici wraps it in "fetch failed". */
function reasonOf(error: unknown): string {
  let innermost = error;
  for (
    let depth = 0;
    depth < 5 && innermost instanceof Error && innermost.cause instanceof Error;
    depth += 1
  ) {
    innermost = innermost.cause;
  }
  if (!(innermost instanceof Error)) return String(innermost);
  const code = 'code' in innermost && typeof innermost.code === 'string' ? `${innermost.code}: ` : '';
  return `${code}${innermost.message}`;
}
