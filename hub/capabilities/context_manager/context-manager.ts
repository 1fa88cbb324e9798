import { CapabilityError } from '../../errors.js';
import { createTurnTaker } from '../../files/turn-taking.js';
import { type FittedContext, fitBudget, type HeldChunk } from './fit-budget.js';
import { fingerprintText, type TextFingerprint } from './near-duplicates.js';
import { encodingName, findUnbrokenRun, loadTokenCounter } from './token-counter.js';

export interface AddOptions {
  /** Where the chunk comes from: a file, an address, a person. */
  readonly source?: string;
}

export interface AddedChunk {
  /** Numbers grow in the order of adding. */
  readonly id: number;
}

export interface ContextStats {
  readonly chunks: number;
  /** Sum over the chunks, each counted alone. */
  readonly tokens: number;
  readonly characters: number;
  /** Chunks without a source count under the empty name. */
  readonly tokensBySource: Readonly<Record<string, number>>;
  /** The vocabulary that tokens are counted by. */
  readonly encoding: string;
}

interface Chunk {
  readonly id: number;
  readonly text: string;
  readonly importance: number;
  readonly source?: string;
  readonly fingerprint: TextFingerprint;
}

/**
 * Holds pieces of text and picks those that fit into a budget of tokens, the important ones first. Held in memory. The
 * vocabulary (`o200k_base`) is loaded by the first call of `fit` or `stats`.
 */
export class ContextManager {
  readonly #chunks = new Map<number, Chunk>();
  readonly #tokens = new Map<number, number>();
  #lastId = 0;

  /**
   * Adds a piece of text.
   *
   * @param importance 0 to 1
   * @throws CapabilityError BAD_INPUT for a blank text, an importance outside 0 to 1, or a text with more than 2,000 letters,
   *   symbols or blanks in a row
   */
  add(chunk: string, importance: number, options: AddOptions = {}): AddedChunk {
    if (chunk.trim() === '') {
      throw new CapabilityError('BAD_INPUT', 'A chunk is blank. Give it some text, or leave it out.');
    }
    if (!(importance >= 0 && importance <= 1)) {
      throw new CapabilityError('BAD_INPUT', `Importance ${importance} is not a number from 0 to 1.`);
    }
    const run = findUnbrokenRun(chunk);
    if (run !== undefined) {
      throw new CapabilityError(
        'BAD_INPUT',
        `A chunk has more than 2000 letters, symbols or blanks in a row at position ${run}, which takes the tokenizer too long. Leave such data out.`,
      );
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const source = options.source === undefined ? {} : { source: options.source };
    this.#chunks.set(id, { id, text: chunk, importance, ...source, fingerprint: fingerprintText(chunk) });
    return { id };
  }

  /** Takes a chunk out; false when there is none with this number. */
  remove(id: number): boolean {
    this.#tokens.delete(id);
    return this.#chunks.delete(id);
  }

  /**
   * Picks chunks for a budget. Exactly counted, the text never has more tokens than the budget. When not everything fits,
   * near-duplicates of kept chunks go first, then the least important.
   *
   * @param budget tokens
   * @throws CapabilityError BAD_INPUT when the budget is not a whole number from 0
   */
  async fit(budget: number): Promise<FittedContext> {
    if (!Number.isSafeInteger(budget) || budget < 0) {
      throw new CapabilityError('BAD_INPUT', `A budget of ${budget} tokens is not a whole number from 0.`);
    }
    const held = await this.#count();
    return fitBudget(held, budget, await loadTokenCounter());
  }

  /** How much is held. */
  async stats(): Promise<ContextStats> {
    const held = await this.#count();
    const bySource = new Map<string, number>();
    for (const { source = '', tokens } of held) bySource.set(source, (bySource.get(source) ?? 0) + tokens);
    return {
      chunks: held.length,
      tokens: held.reduce((sum, { tokens }) => sum + tokens, 0),
      characters: held.reduce((sum, { text }) => sum + text.length, 0),
      tokensBySource: Object.fromEntries(bySource),
      encoding: encodingName,
    };
  }

  /** Forgets all chunks. */
  dispose(): void {
    this.#chunks.clear();
    this.#tokens.clear();
  }

  /** Each chunk is counted once in its life. */
  async #count(): Promise<readonly HeldChunk[]> {
    const counter = await loadTokenCounter();
    const chunks = [...this.#chunks.values()];
    const turns = createTurnTaker();
    for (const { id, text } of chunks) {
      if (this.#chunks.has(id) && !this.#tokens.has(id)) this.#tokens.set(id, counter.count(text));
      if (turns.isDue()) await turns.takeTurn();
    }
    // A chunk that was removed meanwhile has no count.
    return chunks.flatMap((chunk) => {
      const tokens = this.#tokens.get(chunk.id);
      return tokens === undefined ? [] : [{ ...chunk, tokens }];
    });
  }
}
