/** Which characters one position takes: 128 ASCII characters, and one place for all others. */
export type CharacterSet = readonly boolean[];

/** A regular expression as far as backtracking depends on it. */
export type RegexNode =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly body: RegexNode; readonly min: number; readonly max: number }
  /** Takes no text of its own: an anchor, a look-around with its body, a back reference. */
  | { readonly kind: 'assertion'; readonly text: string; readonly body?: RegexNode };

const OTHER = 128;
const SIZE = OTHER + 1;

/** Parses a pattern; undefined for one that is not valid or uses the `v` flag's set notation. */
export function parseRegex(pattern: string, flags: string): RegexNode | undefined {
  if (flags.includes('v')) return undefined;
  try {
    new RegExp(pattern, flags);
  } catch {
    // An invalid pattern is an error of the program, which other tools report; there is no time to measure.
    return undefined;
  }
  const reader = { pattern, position: 0, dotAll: flags.includes('s') };
  return readChoice(reader);
}

interface Reader {
  readonly pattern: string;
  position: number;
  readonly dotAll: boolean;
}

function readChoice(reader: Reader): RegexNode {
  const options: RegexNode[] = [readSequence(reader)];
  while (reader.pattern[reader.position] === '|') {
    reader.position += 1;
    options.push(readSequence(reader));
  }
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
}

function readSequence(reader: Reader): RegexNode {
  const parts: RegexNode[] = [];
  for (
    let next = reader.pattern[reader.position];
    next !== undefined;
    next = reader.pattern[reader.position]
  ) {
    if (next === '|' || next === ')') break;
    parts.push(readQuantified(reader));
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'sequence', parts };
}

function readQuantified(reader: Reader): RegexNode {
  const body = readAtom(reader);
  const rest = reader.pattern.slice(reader.position, reader.position + 24);
  const quantifier = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(rest);
  if (quantifier === null) return body;
  reader.position += quantifier[0].length;
  const [, sign, low, comma, high] = quantifier;
  if (sign !== undefined) {
    return {
      kind: 'repeat',
      body,
      min: sign === '+' ? 1 : 0,
      max: sign === '?' ? 1 : Number.POSITIVE_INFINITY,
    };
  }
  const min = Number(low);
  const max = comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high);
  return { kind: 'repeat', body, min, max };
}

function readAtom(reader: Reader): RegexNode {
  const rest = reader.pattern.slice(reader.position);
  const group = /^\((?:\?(?:[:=!]|<[=!]|<[^>]+>|[a-z-]*:))?/.exec(rest);
  if (group !== null) {
    reader.position += group[0].length;
    const body = readChoice(reader);
    reader.position += 1;
    return /^\(\?<?[=!]/.test(group[0]) ? { kind: 'assertion', text: group[0], body } : body;
  }
  const first = rest[0] ?? '';
  if (first === '^' || first === '$') {
    reader.position += 1;
    return { kind: 'assertion', text: first };
  }
  if (first === '.') {
    reader.position += 1;
    return { kind: 'set', set: makeSet((code) => reader.dotAll || (code !== 10 && code !== 13)) };
  }
  if (first === '[') return { kind: 'set', set: readClass(reader) };
  const reference = /^\\(?:[bB]|[1-9]\d*|k<[^>]+>)/.exec(rest);
  if (reference !== null) {
    reader.position += reference[0].length;
    return { kind: 'assertion', text: reference[0] };
  }
  return { kind: 'set', set: readCharacter(reader) };
}

function readClass(reader: Reader): CharacterSet {
  const isNegated = reader.pattern[reader.position + 1] === '^';
  reader.position += isNegated ? 2 : 1;
  const union = new Array<boolean>(SIZE).fill(false);
  while (reader.position < reader.pattern.length && reader.pattern[reader.position] !== ']') {
    const from = readCharacter(reader);
    const isRange =
      reader.pattern[reader.position] === '-' &&
      !/^-?\]/.test(reader.pattern.slice(reader.position + 1, reader.position + 2));
    const low = onlyCharacter(from);
    if (isRange && low !== undefined) {
      reader.position += 1;
      const high = onlyCharacter(readCharacter(reader)) ?? OTHER;
      for (let code = low; code <= high; code += 1) union[code] = true;
    } else {
      for (const [code, isIn] of from.entries()) if (isIn) union[code] = true;
    }
  }
  reader.position += 1;
  // Characters outside ASCII share one place: a negated class takes some of them whatever it names.
  return isNegated ? union.map((isIn, code) => code === OTHER || !isIn) : union;
}

/** One character or escape, as the set it takes. */
function readCharacter(reader: Reader): CharacterSet {
  const rest = reader.pattern.slice(reader.position, reader.position + 64);
  const escaped =
    /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]+)\}|[pP]\{[^}]*\}|c[A-Za-z]|0|([\s\S]))/.exec(
      rest,
    );
  if (escaped === null) {
    const code = rest.codePointAt(0) ?? OTHER;
    reader.position += code > 0xffff ? 2 : 1;
    return oneOf(code);
  }
  reader.position += escaped[0].length;
  const digits = escaped[1] ?? escaped[2] ?? escaped[3];
  if (digits !== undefined) return oneOf(Number.parseInt(digits, 16));
  if (/^\\[pP]/.test(escaped[0])) return makeSet((code) => code === OTHER || isWord(code));
  if (/^\\[0c]/.test(escaped[0])) return oneOf(0);
  return escapedSet(escaped[4] ?? '');
}

function escapedSet(letter: string): CharacterSet {
  const control: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, v: 11, f: 12, b: 8 };
  switch (letter) {
    case 'd':
      return makeSet(isDigit);
    case 'D':
      return makeSet((code) => !isDigit(code));
    case 'w':
      return makeSet(isWord);
    case 'W':
      return makeSet((code) => !isWord(code));
    case 's':
      return makeSet((code) => code === OTHER || isSpace(code));
    case 'S':
      return makeSet((code) => !isSpace(code));
    default:
      return oneOf(control[letter] ?? letter.codePointAt(0) ?? OTHER);
  }
}

function makeSet(takes: (code: number) => boolean): CharacterSet {
  return Array.from({ length: SIZE }, (_, code) => takes(code));
}

function oneOf(code: number): CharacterSet {
  const place = Math.min(code, OTHER);
  return makeSet((candidate) => candidate === place);
}

function onlyCharacter(set: CharacterSet): number | undefined {
  const first = set.indexOf(true);
  return first >= 0 && first === set.lastIndexOf(true) ? first : undefined;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWord(code: number): boolean {
  return isDigit(code) || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
