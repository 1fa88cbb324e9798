/** A word of a line. */
export interface LogToken {
  /** The word with values in it replaced by their kind, such as `<number>ms`. */
  readonly masked: string;
  /** The word as it stands in the line. */
  readonly value: string;
}

const kinds: readonly (readonly [kind: string, pattern: string])[] = [
  [
    'quoted',
    String.raw`(?<![\p{L}\p{N}])(?:'[^']*'|"[^"]*"|\u0060[^\u0060]*\u0060|“[^”]*”|‘[^’]*’)(?![\p{L}\p{N}])`,
  ],
  ['url', String.raw`\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s'"<>]+`],
  [
    'time',
    String.raw`\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?\b|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b`,
  ],
  ['id', String.raw`\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b(?=[a-f]*\d)[0-9a-f]{8,}\b`],
  [
    'path',
    String.raw`(?<![\w@.+~\\/-])(?:(?:[a-z]:|\.{1,2}|~)?[\\/][\w@.+~-]+(?:[\\/][\w@.+~-]+)*|[\w@.+~-]+(?:[\\/][\w@.+~-]+)*[\\/][\w@+~-]+\.[\w.]+)`,
  ],
  ['number', String.raw`(?<![\p{L}\p{N}_])[-+]?(?:0x[0-9a-f]+|\d+(?:[.,:]\d+)*)(?![\p{N}_])`],
];

const anyValue = new RegExp(kinds.map(([kind, pattern]) => `(?<${kind}>${pattern})`).join('|'), 'giu');

/**
 * The words of a line with its obvious values masked: quoted texts (each one word, whatever blanks it holds), addresses,
 * times, identifiers, paths and numbers.
 */
export function maskLine(line: string): readonly LogToken[] {
  const masked: string[] = [''];
  const values: string[] = [''];
  let end = 0;
  for (const match of line.matchAll(anyValue)) {
    appendPlain(line.slice(end, match.index), masked, values);
    const kind = kinds.find(([name]) => match.groups?.[name] !== undefined)?.[0] ?? 'value';
    appendToLast(masked, `<${kind}>`);
    appendToLast(values, match[0]);
    end = match.index + match[0].length;
  }
  appendPlain(line.slice(end), masked, values);
  return masked.flatMap((word, at) => (word === '' ? [] : [{ masked: word, value: values[at] ?? word }]));
}

function appendPlain(text: string, masked: string[], values: string[]): void {
  const [first = '', ...others] = text.split(/\s+/u);
  appendToLast(masked, first);
  appendToLast(values, first);
  masked.push(...others);
  values.push(...others);
}

function appendToLast(words: string[], text: string): void {
  words[words.length - 1] = (words.at(-1) ?? '') + text;
}

/** Whether a masked word holds a value. */
export function holdsValue(masked: string): boolean {
  return /<(?:quoted|url|time|id|path|number)>/.test(masked);
}
