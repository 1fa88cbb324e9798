import { types } from 'node:util';
import type { CapturedError } from '../model.js';
import { redactText, type SecretNameTest } from './redact.js';

export interface DigestLimits {
  /** Longest digest, in bytes of UTF-8. */
  readonly bytesMax: number;
  readonly isSecretName: SecretNameTest;
}

const depthMax = 4;
const itemsShown = 5;
const propertiesShown = 24;
const errorMessageCharsMax = 10_000;
/** Room kept for the brackets and the note that close a digest that ran out of room. */
const closingReserveBytes = 40;
/** A secret that straddles the cut must still be whole when it is looked for. */
const redactionOverlapChars = 256;
const isAscii = /^[\x20-\x7e]*$/;
const needsEscape = /["\\]/;

/**
 * A bounded, redacted JSON of any value, or null for `undefined`. It never calls a getter, `toJSON` or a
 * trap of a proxy of the system under test: looking must not change what is looked at.
 */
export function digestValue(value: unknown, limits: DigestLimits): string | null {
  if (value === undefined) return null;
  try {
    const writer = new DigestWriter(limits);
    writer.write(value, 0);
    return writer.text;
  } catch (thrown) {
    return quote(`[not readable: ${thrown instanceof Error ? thrown.name : typeof thrown}]`);
  }
}

class DigestWriter {
  text = '';
  #roomBytes: number;
  readonly #isSecretName: SecretNameTest;
  readonly #ancestors: object[] = [];

  constructor(limits: DigestLimits) {
    this.#roomBytes = Math.max(0, limits.bytesMax - closingReserveBytes);
    this.#isSecretName = limits.isSecretName;
  }

  write(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#append(this.#quoteBounded(value));
        return;
      case 'number':
        this.#append(Number.isFinite(value) ? String(value) : `"${value}"`);
        return;
      case 'boolean':
        this.#append(value ? 'true' : 'false');
        return;
      case 'bigint':
        this.#append(this.#quoteBounded(`${value}n`));
        return;
      case 'undefined':
        this.#append('null');
        return;
      case 'symbol':
        this.#append(this.#quoteBounded(String(value)));
        return;
      case 'function':
        this.#append('"[function]"');
        return;
      default:
        this.#writeObject(value as object | null, depth);
    }
  }

  #writeObject(value: object | null, depth: number): void {
    if (value === null) {
      this.#append('null');
      return;
    }
    const note = this.#noteFor(value, depth);
    if (note !== null) {
      this.#append(this.#quoteBounded(note));
      return;
    }
    this.#ancestors.push(value);
    if (Array.isArray(value)) this.#writeArray(value, depth);
    else this.#writeProperties(value, depth);
    this.#ancestors.pop();
  }

  /** What stands for an object that is not shown by its properties. */
  #noteFor(value: object, depth: number): string | null {
    if (types.isProxy(value)) return '[proxy]';
    if (this.#ancestors.includes(value)) return '[circular]';
    if (Array.isArray(value)) return depth >= depthMax ? `[array of ${value.length}]` : null;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return depth >= depthMax ? '[object]' : null;
    if (types.isDate(value)) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString();
    if (types.isRegExp(value)) return String(value);
    if (types.isMap(value)) return `[map of ${value.size}]`;
    if (types.isSet(value)) return `[set of ${value.size}]`;
    if (types.isArrayBufferView(value) || types.isAnyArrayBuffer(value)) return `[${value.byteLength} bytes]`;
    if (types.isPromise(value)) return '[promise]';
    if (types.isNativeError(value)) {
      const error = captureError(value);
      return `${error.name}: ${error.message}`;
    }
    return depth >= depthMax ? '[object]' : null;
  }

  #writeArray(items: readonly unknown[], depth: number): void {
    if (items.length > itemsShown) this.#append(`{"length":${items.length},"first":[`);
    else this.#append('[');
    const shown = Math.min(items.length, itemsShown);
    for (let index = 0; index < shown; index++) {
      if (this.#roomBytes <= 0) break;
      if (index > 0) this.#append(',');
      this.#writeOwn(items, String(index), depth);
    }
    this.text += items.length > itemsShown ? ']}' : ']';
  }

  #writeProperties(value: object, depth: number): void {
    this.#append('{');
    const names = Object.keys(value);
    const shown = Math.min(names.length, propertiesShown);
    let written = 0;
    for (; written < shown; written++) {
      const name = names[written] as string;
      const label = `${written > 0 ? ',' : ''}${quote(redactText(name.slice(0, 80)))}:`;
      if (this.#roomBytes < label.length + 8) break;
      this.#append(label);
      if (this.#isSecretName(name)) this.#append('"[redacted]"');
      else this.#writeOwn(value, name, depth);
    }
    if (written < names.length) this.text += `${written > 0 ? ',' : ''}"…":${names.length - written}`;
    this.text += '}';
  }

  #writeOwn(holder: object, name: string, depth: number): void {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    if (property === undefined) this.#append('null');
    else if ('value' in property) this.write(property.value, depth + 1);
    else this.#append('"[getter]"');
  }

  #quoteBounded(text: string): string {
    const roomChars = Math.max(0, this.#roomBytes - 2);
    const safe = redactText(
      text.length > roomChars ? text.slice(0, roomChars + redactionOverlapChars) : text,
    );
    if (safe.length <= roomChars && isAscii.test(safe) && !needsEscape.test(safe)) return `"${safe}"`;
    let kept = safe.slice(0, roomChars);
    let quoted = quote(kept);
    while (kept.length > 0 && Buffer.byteLength(quoted) > roomChars + 2) {
      kept = kept.slice(0, Math.floor(kept.length * 0.7));
      quoted = quote(kept);
    }
    return kept.length < text.length && kept.length < safe.length ? quote(`${kept.slice(0, -1)}…`) : quoted;
  }

  #append(piece: string): void {
    this.text += piece;
    this.#roomBytes -= isAscii.test(piece) ? piece.length : Buffer.byteLength(piece);
  }
}

/** JSON of a text without lone surrogates, so that the bytes on disk are valid UTF-8. */
function quote(text: string): string {
  return JSON.stringify(text);
}

/**
 * What is kept of anything that was thrown: the name of its class, its message whole up to 10,000 characters,
 * its code, secrets replaced.
 */
export function captureError(thrown: unknown): CapturedError {
  try {
    if (!types.isNativeError(thrown) && !(thrown instanceof Error)) {
      return { name: typeof thrown, message: boundMessage(describeThrown(thrown)) };
    }
    const name = boundName(typeof thrown.name === 'string' ? thrown.name : 'Error');
    const message = boundMessage(typeof thrown.message === 'string' ? thrown.message : '');
    const code: unknown = 'code' in thrown ? thrown.code : undefined;
    return typeof code === 'string' || typeof code === 'number'
      ? { name, message, code: boundName(String(code)) }
      : { name, message };
  } catch {
    return { name: 'unreadable', message: 'what was thrown cannot be read' };
  }
}

function describeThrown(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const message = Object.getOwnPropertyDescriptor(thrown, 'message')?.value as unknown;
  return typeof message === 'string' ? message : Object.prototype.toString.call(thrown);
}

function boundMessage(text: string): string {
  return redactText(text.slice(0, errorMessageCharsMax + redactionOverlapChars)).slice(
    0,
    errorMessageCharsMax,
  );
}

function boundName(text: string): string {
  return redactText(text).slice(0, 200);
}
