import { types } from 'node:util';
import type { CapturedError } from '../model.js';
import { mayHoldSecret, redactBeginning, type SecretNameTest } from './redact.js';

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
const ellipsisBytes = 3;
const knownLabelsMax = 1_000;
const isAscii = /^[\x20-\x7e]*$/;
/** ASCII that JSON writes as it is. */
const needsNoEscape = /^[ !#-[\]-~]*$/;

/**
 * A bounded, redacted JSON of any value, or null for `undefined`. It never calls a getter, `toJSON` or a
 * trap of a proxy of the system under test: looking must not change what is looked at.
 */
export function digestValue(value: unknown, limits: DigestLimits): string | null {
  if (value === undefined) return null;
  try {
    // Brackets and notes are written whatever room is left, so a digest can come out too long: then it is written
    // again with less room for what it shows.
    for (let roomBytes = limits.bytesMax - closingReserveBytes; ; roomBytes = Math.floor(roomBytes / 2)) {
      const text = writer.digest(value, limits.isSecretName, Math.max(0, roomBytes));
      if (text.length * 3 <= limits.bytesMax || Buffer.byteLength(text) <= limits.bytesMax) return text;
      if (roomBytes <= 0) return '"[too long]"';
    }
  } catch (thrown) {
    return quote(`[not readable: ${thrown instanceof Error ? thrown.name : typeof thrown}]`);
  }
}

/** Used over and over: it runs nothing of the system under test, so one digest is never begun within another. */
class DigestWriter {
  #text = '';
  #roomBytes = 0;
  #isSecretName: SecretNameTest = () => false;
  readonly #ancestors: object[] = [];

  digest(value: unknown, isSecretName: SecretNameTest, roomBytes: number): string {
    this.#text = '';
    this.#roomBytes = roomBytes;
    this.#isSecretName = isSecretName;
    // Only a digest that was not finished leaves some, and setting the length costs more than looking at it.
    if (this.#ancestors.length > 0) this.#ancestors.length = 0;
    this.#write(value, 0);
    return this.#text;
  }

  #write(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#appendText(value);
        return;
      case 'number':
        this.#appendAscii(Number.isFinite(value) ? `${value}` : `"${value}"`);
        return;
      case 'boolean':
        this.#appendAscii(value ? 'true' : 'false');
        return;
      case 'bigint':
        this.#appendText(`${value}n`);
        return;
      case 'undefined':
        this.#appendAscii('null');
        return;
      case 'symbol':
        this.#appendText(String(value));
        return;
      case 'function':
        this.#appendAscii('"[function]"');
        return;
      default:
        this.#writeObject(value as object | null, depth);
    }
  }

  #writeObject(value: object | null, depth: number): void {
    if (value === null) {
      this.#appendAscii('null');
      return;
    }
    if (types.isProxy(value)) {
      this.#appendAscii('"[proxy]"');
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === null || Array.isArray(value);
    if (!isPlain && types.isBoxedPrimitive(value)) {
      this.#write(unbox(value), depth);
      return;
    }
    const note =
      (isPlain ? null : noteForInstance(value)) ?? (this.#ancestors.includes(value) ? '[circular]' : null);
    if (note !== null || depth >= depthMax) {
      this.#appendText(note ?? (Array.isArray(value) ? `[array of ${value.length}]` : '[object]'));
      return;
    }
    this.#ancestors.push(value);
    if (Array.isArray(value)) this.#writeArray(value, depth);
    else this.#writeProperties(value, depth);
    this.#ancestors.pop();
  }

  #writeArray(items: readonly unknown[], depth: number): void {
    if (items.length > itemsShown) this.#appendAscii(`{"length":${items.length},"first":[`);
    else this.#appendAscii('[');
    const shown = Math.min(items.length, itemsShown);
    let written = 0;
    for (; written < shown && this.#roomBytes > 0; written++) {
      if (written > 0) this.#appendAscii(',');
      this.#writeOwn(items, String(written), depth);
    }
    // A long array says how long it is; a short one must not look shorter than it is.
    if (written < shown && items.length <= itemsShown) this.#text += written > 0 ? ',"…"' : '"…"';
    this.#text += items.length > itemsShown ? ']}' : ']';
  }

  #writeProperties(value: object, depth: number): void {
    this.#appendAscii('{');
    const names = Object.keys(value);
    const shown = Math.min(names.length, propertiesShown);
    let written = 0;
    for (; written < shown; written++) {
      const name = names[written] as string;
      const { json, bytes, isSecret } = labelFor(name, this.#isSecretName);
      if (this.#roomBytes < bytes + (written > 0 ? 8 : 7)) break;
      this.#text += written > 0 ? json.following : json.first;
      this.#roomBytes -= written > 0 ? bytes : bytes - 1;
      if (isSecret) this.#appendAscii('"[redacted]"');
      else this.#writeOwn(value, name, depth);
    }
    if (written < names.length) this.#text += `${written > 0 ? ',' : ''}"…":${names.length - written}`;
    this.#text += '}';
  }

  #writeOwn(holder: object, name: string, depth: number): void {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    if (property === undefined) this.#appendAscii('null');
    else if ('value' in property) this.#write(property.value, depth + 1);
    else this.#appendAscii('"[getter]"');
  }

  #quoteBounded(text: string): string {
    const roomChars = Math.max(0, this.#roomBytes - 2);
    const { text: safe, cut } = redactBeginning(text, roomChars);
    if (!cut && needsNoEscape.test(safe)) return `"${safe}"`;
    let kept = safe;
    let quoted = quote(cut ? `${kept.slice(0, -ellipsisBytes)}…` : kept);
    while (kept.length > 0 && Buffer.byteLength(quoted) > roomChars + 2) {
      kept = kept.slice(0, Math.floor(kept.length * 0.7));
      quoted = quote(`${kept.slice(0, -ellipsisBytes)}…`);
    }
    return quoted;
  }

  #appendText(text: string): void {
    // Most texts are short and harmless, and then they are written as they are.
    const isHarmless = text.length <= this.#roomBytes - 2 && needsNoEscape.test(text) && !mayHoldSecret(text);
    if (isHarmless) this.#appendAscii(`"${text}"`);
    else this.#append(this.#quoteBounded(text));
  }

  #append(piece: string): void {
    this.#text += piece;
    this.#roomBytes -= bytesOf(piece);
  }

  #appendAscii(piece: string): void {
    this.#text += piece;
    this.#roomBytes -= piece.length;
  }
}

const writer = new DigestWriter();

/** What stands for an instance of a class of the language that is not shown by its properties. */
function noteForInstance(value: object): string | null {
  if (types.isDate(value)) {
    const atMs = Date.prototype.getTime.call(value);
    return Number.isNaN(atMs) ? '[invalid date]' : new Date(atMs).toISOString();
  }
  if (types.isRegExp(value)) return `/${readSource(value).replaceAll('\\/', '/')}/`;
  if (types.isMap(value)) return `[map of ${readMapSize(value)}]`;
  if (types.isSet(value)) return `[set of ${readSetSize(value)}]`;
  if (types.isTypedArray(value)) return `[${readTypedArrayBytes(value)} bytes]`;
  if (types.isDataView(value)) return `[${readDataViewBytes(value)} bytes]`;
  if (types.isArrayBuffer(value)) return `[${readArrayBufferBytes(value)} bytes]`;
  if (types.isSharedArrayBuffer(value)) return `[${readSharedArrayBufferBytes(value)} bytes]`;
  if (types.isPromise(value)) return '[promise]';
  if (!types.isNativeError(value)) return null;
  return `${readData(value, 'name') ?? 'Error'}: ${readData(value, 'message') ?? ''}`;
}

interface PropertyLabel {
  /** The name as JSON with its colon, and the same behind a comma. */
  readonly json: { readonly first: string; readonly following: string };
  /** Of the longer form. */
  readonly bytes: number;
  readonly isSecret: boolean;
}

/** Results of one method have the same few property names call after call. */
const knownLabels = new Map<string, PropertyLabel>();
/** A worker has one test; with another, what is known of names is forgotten. */
let knownFor: SecretNameTest | null = null;

function labelFor(name: string, isSecretName: SecretNameTest): PropertyLabel {
  if (knownFor !== isSecretName) {
    knownFor = isSecretName;
    knownLabels.clear();
  }
  const known = knownLabels.get(name);
  if (known !== undefined) return known;
  const first = `${quote(redactBeginning(name, 80).text)}:`;
  const label = {
    json: { first, following: `,${first}` },
    bytes: bytesOf(first) + 1,
    isSecret: isSecretName(name),
  };
  // Names that are data, such as keys of a long table, must not stay in memory.
  if (knownLabels.size < knownLabelsMax && name.length <= 80) knownLabels.set(name, label);
  return label;
}

function bytesOf(text: string): number {
  return isAscii.test(text) ? text.length : Buffer.byteLength(text);
}

/** A getter of the language itself, so that one of the same name in a subclass is not called. */
function intrinsicGetter(prototype: object, name: string): (holder: object) => string {
  const getter = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  return (holder) => String(getter === undefined ? '?' : Reflect.apply(getter, holder, []));
}

const readSource = intrinsicGetter(RegExp.prototype, 'source');
const readMapSize = intrinsicGetter(Map.prototype, 'size');
const readSetSize = intrinsicGetter(Set.prototype, 'size');
const readTypedArrayBytes = intrinsicGetter(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  'byteLength',
);
const readDataViewBytes = intrinsicGetter(DataView.prototype, 'byteLength');
const readArrayBufferBytes = intrinsicGetter(ArrayBuffer.prototype, 'byteLength');
const readSharedArrayBufferBytes = intrinsicGetter(SharedArrayBuffer.prototype, 'byteLength');

/** What a boxed primitive holds; its keys would be its characters. */
function unbox(value: object): unknown {
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return types.isSymbolObject(value) ? Symbol.prototype.valueOf.call(value) : '[boxed]';
}

/** A text that is plain data of an object or one of its prototypes, else null. */
function readData(holder: object, name: string): string | null {
  for (
    let owner: object | null = holder;
    owner !== null && !types.isProxy(owner);
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    const property = Object.getOwnPropertyDescriptor(owner, name);
    if (property !== undefined) return typeof property.value === 'string' ? property.value : null;
  }
  return null;
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
    if (types.isProxy(thrown)) return { name: 'object', message: '[proxy]' };
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
  return redactBeginning(text, errorMessageCharsMax).text;
}

function boundName(text: string): string {
  return redactBeginning(text, 200).text;
}
