import { createHash } from 'node:crypto';

/** An error as it is kept: readable, comparable, JSON. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  /** The message with its varying parts masked. */
  readonly pattern: string;
  /** Equal for the same error with other numbers, paths, addresses or identifiers. */
  readonly fingerprint: string;
}

// In this order: an address holds a path, a path holds numbers.
const masks: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z\d+.-]*:\/\/[^\s'"`)\]>]+/giu, '<url>'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/giu, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?/gu, '<time>'],
  [/(?:\b[A-Za-z]:)?(?:\.{0,2}[\\/])(?:[\w.@+~-]+[\\/])*[\w.@+~-]+/gu, '<path>'],
  [/\b(?:[\w.@+~-]+[\\/])+[\w@+~-]+\.\w+/gu, '<path>'],
  [/\b0x[\da-f]+\b/giu, '<n>'],
  [/\b(?=[\da-f]*\d)(?=[\da-f]*[a-f])[\da-f]{7,}\b/giu, '<id>'],
  [/[-+]?\d+(?:[.,:]\d+)*/gu, '<n>'],
  [/\s+/gu, ' '],
];

/** Describes any thrown value; a value that is not an Error is described by its text. */
export function recordError(thrown: unknown): RecordedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const name = thrown instanceof Error ? error.name : 'NotAnError';
  const code = codeOf(thrown);
  const pattern = messagePattern(error.message);
  const identity = JSON.stringify([name, code ?? '', pattern]);
  return {
    name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(thrown instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
    pattern,
    fingerprint: createHash('sha256').update(identity).digest('hex').slice(0, 16),
  };
}

/** The message with addresses, identifiers, times, paths and numbers masked. */
export function messagePattern(message: string): string {
  return masks.reduce((text, [mask, name]) => text.replace(mask, name), message).trim();
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' || typeof thrown.code === 'number' ? String(thrown.code) : undefined;
}
