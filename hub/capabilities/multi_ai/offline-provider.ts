import type { ProviderToAsk } from './answer-types.js';

/** How a test model behaves when it is asked. */
export type OfflineBehaviour =
  /** Answers with this text, or with what the function makes of the prompt. */
  | { readonly answer: string | ((prompt: string) => string) }
  /** Throws this. */
  | { readonly failure: string }
  /** Never answers; `deaf` also pays no attention to being aborted. */
  | { readonly stall: 'until aborted' | 'deaf' };

/**
 * A provider that answers by script, on the AI SDK's own test model, without a network. It knows nothing: it is for
 * tests and workloads, and its answers are marked `offline:<name>`.
 */
export function offlineProvider(name: string, behaviour: OfflineBehaviour): ProviderToAsk {
  return {
    name,
    create: async () => {
      const { MockLanguageModelV3 } = await import('ai/test');
      return new MockLanguageModelV3({
        provider: 'offline',
        modelId: name,
        doGenerate: async ({ prompt, abortSignal }) => {
          if ('failure' in behaviour) throw new Error(behaviour.failure);
          if ('stall' in behaviour) await stall(behaviour.stall === 'deaf' ? undefined : abortSignal);
          const script = 'answer' in behaviour ? behaviour.answer : '';
          const text = typeof script === 'string' ? script : script(promptText(prompt));
          return {
            content: [{ type: 'text', text }],
            finishReason: { unified: 'stop', raw: undefined },
            // It has no tokens to count.
            usage: {
              inputTokens: {
                total: undefined,
                noCache: undefined,
                cacheRead: undefined,
                cacheWrite: undefined,
              },
              outputTokens: { total: undefined, text: undefined, reasoning: undefined },
            },
            warnings: [],
          };
        },
      });
    },
  };
}

interface PromptMessage {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: unknown }[];
}

function promptText(messages: readonly PromptMessage[]): string {
  return messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => (typeof content === 'string' ? [content] : content.map(({ text }) => text)))
    .filter((text) => typeof text === 'string')
    .join('\n');
}

function stall(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
