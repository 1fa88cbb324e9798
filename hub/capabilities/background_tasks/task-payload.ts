import { CapabilityError } from '../../errors.js';
import type { JsonValue } from '../error_recovery/recovery-types.js';
import type { NewTask } from './task-store.js';
import type { EnqueueOptions, TaskSource } from './task-types.js';

const largestBytes = 1_048_576;

/**
 * The text of a value that is kept: what is read back equals what was given.
 *
 * @throws CapabilityError BAD_INPUT for what JSON would drop or change, and for more than 1 MiB
 */
export function jsonText(subject: string, value: JsonValue): string {
  refuseLossy(subject, value, new Set());
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) <= largestBytes) return text;
  throw new CapabilityError(
    'BAD_INPUT',
    `${subject} is larger than ${largestBytes} bytes. Keep it in a file and give its path.`,
  );
}

function refuseLossy(subject: string, value: unknown, above: Set<unknown>): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (typeof value === 'object') {
    const isPlain = Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
    if (isPlain && !above.has(value)) {
      above.add(value);
      for (const part of Object.values(value)) refuseLossy(subject, part, above);
      above.delete(value);
      return;
    }
  }
  const what =
    typeof value === 'object' ? 'an object that is not plain, or lies within itself' : typeof value;
  throw new CapabilityError(
    'BAD_INPUT',
    `${subject} holds ${what}, which JSON cannot keep. Give plain data only.`,
  );
}

/**
 * A task to keep, its options checked.
 *
 * @throws CapabilityError BAD_INPUT
 */
export function toNewTask(
  type: string,
  payload: JsonValue,
  options: EnqueueOptions,
  defaultSource: TaskSource,
): NewTask {
  const { priority = 0, delayMs = 0, source = defaultSource, coalesceKey } = options;
  if (type.trim() === '') throw new CapabilityError('BAD_INPUT', 'A task needs a type that is not empty.');
  if (!Number.isSafeInteger(priority)) {
    throw new CapabilityError(
      'BAD_INPUT',
      `Priority of a task "${type}" is ${priority}. Give a whole number.`,
    );
  }
  if (!(delayMs >= 0 && delayMs <= 31_536_000_000)) {
    throw new CapabilityError(
      'BAD_INPUT',
      `delayMs of a task "${type}" is ${delayMs}. Give 0 up to a year, in milliseconds.`,
    );
  }
  const atMs = Date.now();
  return {
    type,
    payload: jsonText(`The payload of a task "${type}"`, payload),
    priority,
    source,
    coalesceKey,
    atMs,
    dueAtMs: Math.ceil(atMs + delayMs),
  };
}
