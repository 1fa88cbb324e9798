import type { LanguageModel } from 'ai';

/** A model as the AI SDK takes it, but never a bare name: that would be resolved by a gateway nobody chose. */
export type ModelObject = Exclude<LanguageModel, string>;

/** Makes the model when it is first asked. */
export type ProviderFactory = () => ModelObject | Promise<ModelObject>;

/** A provider that a caller brings; its answers are marked `injected:<name>`, those of a test model `offline:<name>`. */
export interface ProviderToAsk {
  readonly name: string;
  readonly create: ProviderFactory;
}

export interface TokenUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

interface Reply {
  /** `gateway:<model>`, `openai:<model>`, ..., `injected:<name>`, or `offline:<name>` for a test model. */
  readonly provider: string;
  /** From the question to its end, in milliseconds. */
  readonly latencyMs: number;
}

/** What became of a question at one provider. */
export type Answer =
  | (Reply & {
      readonly outcome: 'answered';
      readonly text: string;
      /** What the provider calls the model that answered. */
      readonly model: string;
      /** `length` says that the answer was cut. */
      readonly finishReason: string;
      readonly usage: TokenUsage;
    })
  | (Reply & {
      /** `unavailable`: a key or a package is missing. `timedOut`: no answer within `timeoutMs`. */
      readonly outcome: 'failed' | 'timedOut' | 'unavailable';
      readonly reason: string;
    });

export interface AskResult {
  /** One for each provider, in the order asked. */
  readonly answers: readonly Answer[];
  readonly durationMs: number;
}

/** Answers that say the same. */
export interface Opinion {
  /** As the fastest of them put it. */
  readonly text: string;
  readonly providers: readonly string[];
  /** Of the answers that were given, 0 to 1. */
  readonly share: number;
}

export interface Consensus {
  /** `majority`: more than half of the answers. `plurality`: more than any other opinion has. */
  readonly outcome: 'majority' | 'plurality' | 'tie' | 'noAnswer';
  /** Null on a tie and when nobody answered. */
  readonly winner: string | null;
  /** Share of the answers that say what the winner says; on a tie that of each of the tied; 0 when nobody answered. */
  readonly agreement: number;
  /** Who says what the winner says. */
  readonly supporters: readonly string[];
  /** The opinions that are as frequent as each other, when none wins. */
  readonly tied: readonly Opinion[];
  /** All opinions beside the winner and the tied. */
  readonly dissent: readonly Opinion[];
  /** Who did not answer, and why. */
  readonly silent: readonly { readonly provider: string; readonly reason: string }[];
}
