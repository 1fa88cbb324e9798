import { performance } from 'node:perf_hooks';
import { CapabilityError } from '../../errors.js';
import {
  type AssistantCapabilities,
  type AssistantPart,
  assistantParts,
  describeCode,
  type PartItems,
  type PartName,
  type Question,
  type Sourced,
} from './assistant-parts.js';

export interface AssistOptions {
  /** Where the code stands, relative as in the search index; chunks of this file are no answer. @default 'code.ts' */
  readonly path?: string;
  /** At most this many warnings, similar pieces, departures of style and memories each, 1 to 100; security findings are all shown. @default 10 */
  readonly limit?: number;
}

/** What one capability said. A part that failed does not keep the others from answering. */
export type PartAnswer<Item> =
  | {
      readonly outcome: 'answered';
      readonly source: string;
      readonly items: readonly Sourced<Item>[];
      readonly durationMs: number;
    }
  | {
      readonly outcome: 'failed';
      readonly source: string;
      readonly error: PartError;
      readonly durationMs: number;
    }
  | { readonly outcome: 'absent'; readonly source: string };

export interface PartError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

export type Assistance = { readonly [Name in PartName]: PartAnswer<PartItems[Name]> } & {
  /** What the reader should know of the answer: parts that failed or were not given, and why something was not asked. */
  readonly notes: readonly string[];
  readonly durationMs: number;
};

/** Asks several capabilities about a piece of code at once and shows what each of them says of it. */
export class CodeAssistant {
  readonly #capabilities: AssistantCapabilities;

  constructor(capabilities: AssistantCapabilities) {
    this.#capabilities = capabilities;
  }

  /**
   * Warnings learnt from mistakes, similar code, security findings, departures of style and memories for a piece of code, every item with the
   * capability it comes from.
   *
   * @throws CapabilityError BAD_INPUT for empty code or a limit that is not a whole number from 1 to 100
   */
  async assist(code: string, options: AssistOptions = {}): Promise<Assistance> {
    const startedAt = performance.now();
    const limit = options.limit ?? 10;
    if (code.trim() === '')
      throw new CapabilityError('BAD_INPUT', 'There is no code to assist with. Give some.');
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
      throw new CapabilityError(
        'BAD_INPUT',
        `assist() cannot give ${limit} items. Ask for a whole number from 1 to 100.`,
      );
    }
    const path = options.path ?? 'code.ts';
    const question: Question = { code, path, limit, query: describeCode(code, path) };
    const [warnings, similar, security, style, memories] = await Promise.all([
      this.#ask(assistantParts.warnings, question),
      this.#ask(assistantParts.similar, question),
      this.#ask(assistantParts.security, question),
      this.#ask(assistantParts.style, question),
      this.#ask(assistantParts.memories, question),
    ]);
    const parts = { warnings, similar, security, style, memories };
    return { ...parts, notes: notesOn(parts, question), durationMs: performance.now() - startedAt };
  }

  async #ask<Item>(part: AssistantPart<Item>, question: Question): Promise<PartAnswer<Item>> {
    const { source } = part;
    const startedAt = performance.now();
    try {
      const items = await part.ask(this.#capabilities, question);
      if (items === undefined) return { outcome: 'absent', source };
      const durationMs = performance.now() - startedAt;
      return { outcome: 'answered', source, items: items.map((item) => ({ ...item, source })), durationMs };
    } catch (thrown) {
      return {
        outcome: 'failed',
        source,
        error: toPartError(thrown),
        durationMs: performance.now() - startedAt,
      };
    }
  }
}

function notesOn(
  parts: Readonly<Record<PartName, PartAnswer<unknown>>>,
  question: Question,
): readonly string[] {
  const notes: string[] = [];
  for (const [name, answer] of Object.entries(parts)) {
    if (answer.outcome === 'failed') notes.push(`${name}: ${answer.source} failed: ${answer.error.message}`);
    if (answer.outcome === 'absent') notes.push(`${name}: ${answer.source} was not given to the assistant.`);
  }
  if (question.query === '') notes.push('similar: the code holds no name to search by.');
  return notes;
}

function toPartError(thrown: unknown): PartError {
  if (!(thrown instanceof Error)) return { name: 'NotAnError', message: String(thrown) };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? { code: thrown.code } : {};
  return { name: thrown.name, message: thrown.message, ...code };
}
