import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { hostileTexts, hostileValues } from './hostile-values.js';

/** Texts from everywhere: any characters at all, and those that databases, terminals and browsers act on. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.array(fc.nat(0xffff), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom(...hostileTexts, 'x', ' ', ':', '\n'), { maxLength: 6 })
    .map((texts) => texts.join('')),
);

/** A text of about a given length, so that what lies just below a bound, on it and above it is tried. */
export function hostileTextAround(charsMax: number): fc.Arbitrary<string> {
  return fc
    .tuple(
      hostileText,
      fc.constantFrom('x', ' ', '漢', '🦊', '"', '\u0000', '\ud800'),
      fc.integer({ min: -3, max: 3 }),
    )
    .map(([text, unit, offset]) => (text + unit.repeat(charsMax)).slice(0, Math.max(0, charsMax + offset)));
}

/** A value behind a function, because fast-check itself looks at the values that it generates. */
export interface HeldValue {
  readonly name: string;
  readonly take: () => unknown;
}

function hold(name: string, value: unknown): HeldValue {
  return { name, take: () => value };
}

/** Any value, plain or hostile, made anew for each case. */
export const hostileValue: fc.Arbitrary<HeldValue> = fc.oneof(
  fc
    .anything({
      maxDepth: 4,
      key: hostileText,
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    .map((value) => hold(fc.stringify(value), value)),
  fc.constantFrom(...hostileValues).map(({ name, make }) => hold(name, make())),
  hostileText.map((text) => hold(JSON.stringify(text), text)),
);

export interface Secret {
  /** The secret as it stands in a text. */
  readonly text: string;
  /** What must be found nowhere: the beginning of its secret part, so that half a secret counts as well. */
  readonly trace: string;
}

const secretForms: readonly ((random: string) => string)[] = [
  (random) => `Authorization: Bearer ${random}`,
  (random) => `authorization: Basic ${random}==`,
  (random) => `Bearer ${random}`,
  (random) => `${'gh'}${'p_'}${random}`,
  (random) => `${'github_'}${'pat_'}${random}`,
  (random) => `${'gl'}${'pat-'}${random}`,
  (random) => `${'xo'}${'xb-'}${random}`,
  (random) => `${'sk_'}${'live_'}${random}`,
  (random) => `${'s'}${'k-'}${random}`,
  (random) => `${'AI'}${'za'}${random}`,
  (random) => `${'np'}${'m_'}${random}`,
  (random) => `${'AK'}${'IA'}${random.slice(0, 16).toUpperCase()}`,
  (random) => `${'ey'}${'J'}${random}.${random}.${random}`,
  (random) => `postgres://user:${random}@db.example.test/shop`,
  (random) => `https://:${random}@example.test/?q=1`,
  (random) => `password=${random}`,
  (random) => `DB_PASSWORD='${random} and more'`,
  (random) => `{"api_key": "${random}"}`,
  (random) => `client_secret: ${random};`,
  (random) => `Set-Cookie: id=${random}; HttpOnly`,
  (random) => `-----BEGIN ${'PRIVATE'} KEY-----\n${random}\n${random}\n-----END ${'PRIVATE'} KEY-----`,
];

/** Secrets in the forms that their providers and protocols give them, put together here so that no file holds one. */
export const secret: fc.Arbitrary<Secret> = fc
  .tuple(fc.nat(), fc.constantFrom(...secretForms))
  .map(([number, form]) => {
    const random = createHash('sha256').update(String(number)).digest('hex').slice(0, 48);
    return { text: form(random), trace: random.slice(0, 8) };
  });

/** Properties that hold a secret by their name, whatever it looks like. */
export const secretPropertyName: fc.Arbitrary<string> = fc.constantFrom(
  'password',
  'Authorization',
  'api-key',
  'API_KEY',
  'accessToken',
  'client_secret',
  'Set-Cookie',
  'privateKey',
  'inHouseSecret',
);

/** A secret somewhere in a text, also where the text is going to be cut. @param charsMax where it is cut */
export function textWithSecret(charsMax: number): fc.Arbitrary<Secret> {
  return fc
    .tuple(
      secret,
      fc.oneof(
        fc.constant(0),
        fc.nat(60),
        fc.integer({ min: Math.max(0, charsMax - 120), max: charsMax + 20 }),
      ),
      fc.constantFrom(' ', '\n', '(', ', '),
      fc.constantFrom('x', '漢', '.', '<'),
      fc.constantFrom('', ' ', '\nat', ' and then text'.repeat(50)),
    )
    .map(([{ text, trace }, before, separator, filler, after]) => ({
      text: `${filler.repeat(before)}${separator}${text}${after}`,
      trace,
    }));
}

/** Names that a hub accepts for its capabilities. */
export const capabilityName: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/),
  fc.constantFrom(
    'constructor',
    'toString',
    'valueOf',
    'then',
    'toJSON',
    'hasOwnProperty',
    'system',
    'a'.repeat(64),
  ),
);
