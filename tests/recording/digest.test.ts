import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { captureError, digestValue } from '../../src/recording/digest.js';
import { createSecretNameTest } from '../../src/recording/redact.js';

const isSecretName = createSecretNameTest(['pin']);

function digest(value: unknown, bytesMax = 400): unknown {
  const text = digestValue(value, { bytesMax, isSecretName });
  return text === null ? undefined : JSON.parse(text);
}

/** Fails the test when anything of it is looked at other than as plain data. */
function untouchable(): object {
  const refuse = () => {
    throw new Error('the digest called into the system under test');
  };
  class LoudMap extends Map {
    override get size(): number {
      return refuse();
    }
  }
  class LoudSet extends Set {
    override get size(): number {
      return refuse();
    }
  }
  class LoudDate extends Date {
    override toISOString = refuse;
    override getTime = refuse;
    override toJSON = refuse;
  }
  class LoudBytes extends Uint8Array {
    override get byteLength(): number {
      return refuse();
    }
  }
  class LoudError extends Error {
    override get message(): string {
      return refuse();
    }
    override get name(): string {
      return refuse();
    }
  }
  class LoudRegExp extends RegExp {
    override toString = refuse;
    override get flags(): string {
      return refuse();
    }
    override get source(): string {
      return refuse();
    }
  }
  const handler = new Proxy({}, { get: refuse });
  const loud = {
    get value() {
      return refuse();
    },
    toJSON: refuse,
    toString: refuse,
    [Symbol.toPrimitive]: refuse,
    get [Symbol.toStringTag]() {
      return refuse();
    },
  };
  return {
    loud,
    inherited: Object.create(loud),
    list: [loud, new LoudMap(), new LoudSet(), new LoudDate(0), new LoudBytes(2)],
    more: [new LoudError(), new LoudRegExp('x'), new Proxy({}, handler), new Proxy(() => {}, handler)],
    proxyBehind: Object.create(new Proxy({}, handler)),
  };
}

describe('a digest of anything', () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  });
  const names = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 90 }),
    fc.constantFrom('token', 'pin', '€'.repeat(80)),
  );
  const deep = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.oneof(fc.double(), fc.string({ unit: 'binary', maxLength: 600 }), fc.boolean(), fc.bigInt()),
      fc.array(tie('value'), { maxLength: 8 }),
      fc.dictionary(names, tie('value'), { maxKeys: 40 }),
    ),
  })).value;

  test('is JSON within its bytes', () => {
    fc.assert(
      fc.property(fc.oneof(anything, deep), fc.integer({ min: 32, max: 700 }), (value, bytesMax) => {
        const text = digestValue(value, { bytesMax, isSecretName });
        if (value === undefined) {
          expect(text).toBeNull();
          return;
        }
        expect(() => JSON.parse(String(text))).not.toThrow();
        expect(Buffer.byteLength(String(text))).toBeLessThanOrEqual(bytesMax);
        expect(String(text)).not.toMatch(/[\n\t]/);
      }),
      { numRuns: 400 },
    );
  });

  test('keeps small plain data whole', () => {
    const small = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '"', '\\', '\n'), maxLength: 8 }),
    );
    const names = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.oneof(small, fc.array(small, { maxLength: 5 }), fc.dictionary(names, small, { maxKeys: 5 })),
        (value) => {
          expect(digest(value)).toEqual(value);
        },
      ),
    );
  });

  test('calls no getter, toJSON, overridden method or trap', () => {
    expect(digest(untouchable(), 2_000)).toMatchObject({
      loud: { value: '[getter]', toJSON: '[function]' },
      list: [{}, '[map of 0]', '[set of 0]', '1970-01-01T00:00:00.000Z', '[2 bytes]'],
      more: ['Error: ', '/x/', '[proxy]', '[function]'],
    });
  });
});

describe('a digest shows', () => {
  test.each([
    ['undefined in an object as null', { a: undefined }, { a: null }],
    ['a cycle', circular(), { name: 'ring', self: '[circular]' }],
    ['the same object twice when it is no cycle', twice(), [{ a: 1 }, { a: 1 }]],
    ['a BigInt', 12n, '12n'],
    ['a Map by its size', new Map([[1, 2]]), '[map of 1]'],
    ['a Set by its size', new Set([1, 2]), '[set of 2]'],
    ['a Buffer by its length', Buffer.alloc(10), '[10 bytes]'],
    ['a DataView by its length', new DataView(new ArrayBuffer(4)), '[4 bytes]'],
    ['an ArrayBuffer by its length', new ArrayBuffer(8), '[8 bytes]'],
    ['a shared buffer by its length', new SharedArrayBuffer(16), '[16 bytes]'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), '[invalid date]'],
    ['a promise without waiting', Promise.resolve(1), '[promise]'],
    ['numbers that JSON does not know', [Number.NaN, Number.POSITIVE_INFINITY], ['NaN', 'Infinity']],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', () => 1, '[function]'],
    ['an error with causes', new TypeError('outer', { cause: circular() }), 'TypeError: outer'],
    ['a long array by its length and beginning', range(9), { length: 9, first: [0, 1, 2, 3, 4] }],
    ['what is too deep by its kind', { a: { b: { c: { d: { e: 1 }, f: [1] } } } }, deepShown()],
  ])('%s', (_what, value, shown) => {
    expect(digest(value)).toEqual(shown);
  });

  test('a replacement character for a lone surrogate, so that the bytes are valid UTF-8', () => {
    const text = String(digestValue('a\ud800b', { bytesMax: 400, isSecretName }));
    expect(text).toBe('"a\ufffdb"');
  });

  test('how many properties it left out', () => {
    const wide = Object.fromEntries(range(30).map((index) => [`p${index}`, index]));
    expect(digest(wide)).toMatchObject({ p0: 0, p23: 23, '…': 6 });
  });

  test('that an array of few long items was cut', () => {
    expect(digest(['x'.repeat(500), 'y'], 100)).toEqual([expect.stringMatching(/^x+…$/), '…']);
  });

  test('of 100 MB of text no more than of its beginning', () => {
    const huge = 'a'.repeat(100 * 1024 * 1024);
    const text = String(digestValue(huge, { bytesMax: 400, isSecretName }));
    expect(text).toBe(digestValue(huge.slice(0, 1_000), { bytesMax: 400, isSecretName }));
    expect(text.endsWith('a…"')).toBe(true);
    expect(text.length).toBeGreaterThan(300);
  });

  test('no value of a property whose name says secret', () => {
    const value = {
      Password: ['hunter', '2'].join(''),
      'X-Api-Key': { nested: 'k' },
      PIN: 1234,
      name: 'Ada',
    };
    expect(digest(value)).toEqual({
      Password: '[redacted]',
      'X-Api-Key': '[redacted]',
      PIN: '[redacted]',
      name: 'Ada',
    });
  });

  test('no secret in a text, a name or an error', () => {
    const secret = `${'gh'}p_${'a1B2'.repeat(9)}`;
    const text = JSON.stringify(
      digest({ log: `pushed with ${secret}`, [secret]: 1, error: new Error(secret) }),
    );
    expect(text).not.toContain('a1B2');
    expect(text).toContain('pushed with [redacted]');
  });
});

describe('a captured error', () => {
  test('has name, message and code, but not the cause', () => {
    const error = Object.assign(new RangeError('too far', { cause: new Error('inner') }), { code: 'E_FAR' });
    expect(captureError(error)).toEqual({ name: 'RangeError', message: 'too far', code: 'E_FAR' });
  });

  test.each([
    ['a text', 'plain', { name: 'string', message: 'plain' }],
    ['undefined', undefined, { name: 'undefined', message: 'undefined' }],
    ['null', null, { name: 'object', message: 'null' }],
    ['a symbol', Symbol('s'), { name: 'symbol', message: 'Symbol(s)' }],
    ['an object with a message', { message: 'like an error' }, { name: 'object', message: 'like an error' }],
    ['an object without one', {}, { name: 'object', message: '[object Object]' }],
  ])('can come from %s', (_what, thrown, captured) => {
    expect(captureError(thrown)).toEqual(captured);
  });

  test('is not stopped by an error that throws when it is read', () => {
    const hostile = new Error('x');
    Object.defineProperty(hostile, 'message', {
      get() {
        throw new Error('no');
      },
    });
    expect(captureError(hostile)).toEqual({
      name: 'unreadable',
      message: 'what was thrown cannot be read',
    });
  });

  test('does not set off the traps of a thrown proxy', () => {
    const trapped = new Proxy(new Error('x'), {
      get() {
        throw new Error('no');
      },
      getPrototypeOf() {
        throw new Error('no');
      },
    });
    expect(captureError(trapped)).toEqual({ name: 'object', message: '[proxy]' });
  });

  test('is bounded and redacted', () => {
    const password = `${'pass'}word=${'swordfish'}`;
    const { message } = captureError(new Error(`${password} ${'z'.repeat(50_000)}`));
    expect(message.length).toBeLessThanOrEqual(10_000);
    expect(message.startsWith('password=[redacted] zzz')).toBe(true);
  });
});

function circular(): object {
  const ring: { name: string; self?: object } = { name: 'ring' };
  ring.self = ring;
  return ring;
}

function twice(): readonly object[] {
  const shared = { a: 1 };
  return [shared, shared];
}

function deepShown(): object {
  return { a: { b: { c: { d: '[object]', f: '[array of 1]' } } } };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
