import { performance } from 'node:perf_hooks';
import { CapabilityError, Unavailable } from '../../errors.js';
import type {
  Answer,
  AskResult,
  Consensus,
  ModelObject,
  ProviderFactory,
  ProviderToAsk,
} from './answer-types.js';
import { findConsensus } from './find-consensus.js';
import { createKeyedModel, keyedProviderNames, parseProvider } from './keyed-providers.js';
import { normaliseAnswer } from './normalise-answer.js';

export interface MultiAiOptions {
  /** Providers that can be asked by these names. */
  readonly providers?: Readonly<Record<string, ProviderFactory>>;
  /** Where keys are looked up. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Address of an AI Gateway to use in place of the public one. */
  readonly gatewayUrl?: string;
  /** Longest wait for one provider, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
}

export interface AskOptions {
  /** Longest wait for one provider, in milliseconds. */
  readonly timeoutMs?: number;
  /** Ends all questions. */
  readonly signal?: AbortSignal;
  readonly maxOutputTokens?: number;
  /** @default 0 */
  readonly temperature?: number;
  /** How often a provider is asked again after a failure that may pass. @default 0 */
  readonly retries?: number;
}

/** A provider by name (`gateway:<model>`, `openai:<model>`, or one of the options), or one that is brought along. */
export type ProviderReference = string | ProviderToAsk;

const mostProviders = 50;
const longestTimerMs = 2_147_483_647;

/**
 * Asks several language models the same question and compares what they say, on the AI SDK.
 *
 * No provider can take the others down: one that fails, stalls or has no key is named in the result. A question is sent
 * nowhere but to the providers that were named. It judges agreement, not truth.
 */
export class MultiAi {
  readonly #options: MultiAiOptions;

  constructor(options: MultiAiOptions = {}) {
    this.#options = options;
    refuseTimeout(options.timeoutMs);
  }

  /**
   * Asks all providers at once.
   *
   * @throws CapabilityError BAD_INPUT for an empty prompt, no provider, more than 50, an unknown one, or one twice;
   * INTERRUPTED by the signal
   * @throws Unavailable when none of the providers can be used, naming what each lacks
   */
  async ask(
    prompt: string,
    providers: readonly ProviderReference[],
    options: AskOptions = {},
  ): Promise<AskResult> {
    if (prompt.trim() === '') {
      throw new CapabilityError('BAD_INPUT', 'The prompt is empty. Ask something.');
    }
    refuseTimeout(options.timeoutMs);
    const asked = this.#resolve(providers);
    // Loaded before the clocks start: it takes longer than a short timeout.
    const { generateText } = await import('ai');
    const startedAt = performance.now();
    const answers = await Promise.all(
      asked.map((provider) => this.#askOne(generateText, prompt, provider, options)),
    );
    if (options.signal?.aborted === true) throw interrupted(options.signal);
    if (answers.every(({ outcome }) => outcome === 'unavailable')) {
      const reasons = answers.map((answer) => ('reason' in answer ? answer.reason : ''));
      throw new Unavailable([...new Set(reasons)].join(' '));
    }
    return { answers, durationMs: performance.now() - startedAt };
  }

  /**
   * What most answers say, who says otherwise, and who said nothing. Answers count as equal when they are so after
   * {@link normaliseAnswer}, or after a function that is given.
   */
  consensus(
    answers: readonly Answer[],
    options: { readonly normalise?: (text: string) => string } = {},
  ): Consensus {
    return findConsensus(answers, options.normalise ?? normaliseAnswer);
  }

  #resolve(references: readonly ProviderReference[]): readonly NamedProvider[] {
    if (references.length === 0 || references.length > mostProviders) {
      throw new CapabilityError(
        'BAD_INPUT',
        `${references.length} providers were named. Name 1 to ${mostProviders}.`,
      );
    }
    const named = references.map((reference) => this.#name(reference));
    const seen = new Set<string>();
    for (const { label } of named) {
      if (seen.has(label)) {
        throw new CapabilityError('BAD_INPUT', `Provider "${label}" is named twice. Its vote counts once.`);
      }
      seen.add(label);
    }
    return named;
  }

  #name(reference: ProviderReference): NamedProvider {
    if (typeof reference !== 'string') {
      return { label: reference.name, origin: 'injected', create: reference.create };
    }
    const own = this.#options.providers;
    if (own !== undefined && Object.hasOwn(own, reference)) {
      return { label: reference, origin: 'injected', create: own[reference] as ProviderFactory };
    }
    const keyed = parseProvider(reference);
    if (keyed === undefined) {
      const known = [...Object.keys(own ?? {}), ...keyedProviderNames.map((name) => `${name}:<model>`)];
      throw new CapabilityError(
        'BAD_INPUT',
        `Provider "${reference}" is not known. Known are ${known.join(', ')}.`,
      );
    }
    const settings = {
      environment: this.#options.environment ?? process.env,
      gatewayUrl: this.#options.gatewayUrl,
    };
    return {
      label: reference,
      origin: 'keyed',
      create: () => createKeyedModel(keyed.name, keyed.model, settings),
    };
  }

  async #askOne(
    generateText: GenerateText,
    prompt: string,
    named: NamedProvider,
    options: AskOptions,
  ): Promise<Answer> {
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs ?? 30_000;
    let provider = named.origin === 'keyed' ? named.label : `injected:${named.label}`;
    const startedAt = performance.now();
    const latency = () => performance.now() - startedAt;
    const abort = new AbortController();
    const ended = endOf(abort, timeoutMs, options.signal);
    try {
      const question = async () => {
        const model = await named.create();
        if (isTestModel(model)) provider = `offline:${named.label}`;
        return generateText({
          model,
          prompt,
          temperature: options.temperature ?? 0,
          maxRetries: options.retries ?? 0,
          abortSignal: abort.signal,
          ...(options.maxOutputTokens === undefined ? {} : { maxOutputTokens: options.maxOutputTokens }),
        });
      };
      const result = await Promise.race([question(), ended.promise]);
      const { inputTokens, outputTokens } = result.totalUsage;
      return {
        provider,
        outcome: 'answered',
        text: result.text,
        model: result.response.modelId,
        finishReason: result.finishReason,
        usage: {
          ...(inputTokens === undefined ? {} : { inputTokens }),
          ...(outputTokens === undefined ? {} : { outputTokens }),
        },
        latencyMs: latency(),
      };
    } catch (error) {
      if (error instanceof Unavailable) {
        return { provider, outcome: 'unavailable', reason: error.message, latencyMs: latency() };
      }
      if (abort.signal.aborted) {
        const reason = `no answer within ${timeoutMs} ms`;
        return { provider, outcome: 'timedOut', reason, latencyMs: latency() };
      }
      return { provider, outcome: 'failed', reason: reasonOf(error), latencyMs: latency() };
    } finally {
      ended.release();
    }
  }
}

type GenerateText = typeof import('ai').generateText;

interface NamedProvider {
  readonly label: string;
  readonly origin: 'injected' | 'keyed';
  readonly create: ProviderFactory;
}

/** Aborts after a time or with the caller, and rejects then, for providers that pay no attention to being aborted. */
function endOf(abort: AbortController, timeoutMs: number, signal: AbortSignal | undefined) {
  let onAbort = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    const end = (reason: string): void => {
      const error = new Error(reason);
      abort.abort(error);
      reject(error);
    };
    timer = setTimeout(() => end('timed out'), timeoutMs);
    onAbort = () => end('aborted');
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
  });
  return {
    promise,
    release: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

/** The AI SDK's test models are classes called Mock..., whoever made one; loading them to compare would take a second. */
function isTestModel(model: ModelObject): boolean {
  return /^Mock\w*Model/u.test(model.constructor.name) || /^(mock|offline)/u.test(model.provider);
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const status = (error as { readonly statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? `HTTP ${status}: ${message}` : message;
}

function interrupted(signal: AbortSignal): CapabilityError {
  return new CapabilityError('INTERRUPTED', 'The question was aborted by its signal.', {
    cause: signal.reason,
  });
}

function refuseTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || (timeoutMs > 0 && timeoutMs <= longestTimerMs)) return;
  throw new CapabilityError(
    'BAD_INPUT',
    `timeoutMs is ${timeoutMs}. Give a number from 1 to ${longestTimerMs}.`,
  );
}
