/**
 * Values and texts that are hard to look at, to store or to print. Without imports of this project, so that the file
 * can be copied into an inner project as it is.
 */
const esc = String.fromCharCode(27);

export interface HostileValue {
  readonly name: string;
  /** A new one at each call. */
  make(): unknown;
}

/** One for all, so that two calls that throw it throw the same. */
const refusal = new Error('this must not be looked at');

function refuse(): never {
  throw refusal;
}

/** A handler whose every trap throws. */
const hostileHandler: ProxyHandler<object> = new Proxy({}, { get: () => refuse });

function cyclic(): unknown {
  const ring: unknown[] = [{}];
  const holder = { ring, map: new Map<unknown, unknown>(), self: {} as unknown };
  holder.self = holder;
  ring.push(ring, holder);
  holder.map.set(holder, ring);
  return holder;
}

function deep(levels: number): unknown {
  let value: unknown = 'ground';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

/** Long arrays in long arrays, whose closing brackets add up. */
function wideAndDeep(levels: number): unknown {
  if (levels === 0) return 'ground';
  const inside = wideAndDeep(levels - 1);
  return [Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`a${index}`, inside])), ...'bcdefg'];
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

class Overriding extends Map<string, string> {
  override get size(): number {
    return refuse();
  }
  override get [Symbol.toStringTag](): string {
    return refuse();
  }
  toJSON(): never {
    return refuse();
  }
}

class LyingDate extends Date {
  override getTime(): number {
    return refuse();
  }
  override toISOString(): string {
    return refuse();
  }
}

class LyingError extends Error {
  override get name(): string {
    return refuse();
  }
  override get message(): string {
    return refuse();
  }
}

class Private {
  readonly #inside = 'kept';
  get inside(): string {
    return this.#inside;
  }
}

const unwilling = {
  toString: refuse,
  valueOf: refuse,
  toJSON: refuse,
  [Symbol.toPrimitive]: refuse,
  [Symbol.iterator]: refuse,
};

export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '__proto__',
  'hasOwnProperty',
  'toString',
  'a\u0000b',
  `${esc}[31mred${esc}[0m ${esc}[2J${esc}]0;title\u0007`,
  `${esc}]8;;http://example.test${esc}\\link${esc}]8;;${esc}\\`,
  '\u009b31m\u0007\b\b\r\n\ttext\u2028\u2029\u0085\u202eetirw',
  '<script>alert(1)</script><img src=x onerror="alert(1)">&amp;',
  `'; DROP TABLE activities; --`,
  `" OR 1=1; ATTACH DATABASE 'x' AS y; --`,
  '\ud800',
  'left \udc00\ud83d right',
  '漢字かな'.repeat(60),
  '👩‍👩‍👧‍👦🦊'.repeat(30),
  `${'a'.repeat(199)}🦊`,
  'w'.repeat(10_000),
  '"\\'.repeat(5_000),
  '\u0001'.repeat(10_000),
  '| a | b |\n|---|---|\n# title\n```',
  '["a",1,"x"]\n["a",2,"y"]\t{"z":1}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must stay as it is
  '%s %d %o $1 $& ${x} {{y}}',
  '\ufeffmark e\u0301\u0323 \u200b\u200d \u{e0041}',
];

export const hostileValues: readonly HostileValue[] = [
  { name: 'undefined', make: () => undefined },
  { name: 'null', make: () => null },
  { name: 'not a number', make: () => [Number.NaN, Number.POSITIVE_INFINITY, -0] },
  { name: 'a long bigint', make: () => 10n ** 5_000n },
  { name: 'a symbol', make: () => Symbol(`${esc}[31m"\\\n`) },
  { name: 'a function', make: () => Object.assign(() => refuse(), { toJSON: refuse }) },
  { name: 'a class', make: () => class extends Private {} },
  { name: 'a cyclic value', make: cyclic },
  { name: 'a deep value', make: () => deep(10_000) },
  { name: 'a long array', make: () => Array.from({ length: 100_000 }, (_, index) => ({ index })) },
  { name: 'long arrays in objects in long arrays', make: () => wideAndDeep(3) },
  {
    name: 'a sparse array',
    make: () => Object.assign([], { length: 4_294_967_295, 7: 'seven', extra: refuse }),
  },
  {
    name: 'many properties',
    make: () => Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`"${n}"`, n])),
  },
  {
    name: 'a getter that throws',
    make: () => ({
      get inside() {
        return refuse();
      },
      after: 1,
    }),
  },
  { name: 'an array with a getter', make: () => Object.defineProperty([1, 2], 1, { get: refuse }) },
  { name: 'a proxy whose traps throw', make: () => new Proxy({ a: 1 }, hostileHandler) },
  { name: 'an array behind a proxy', make: () => new Proxy([1, 2], hostileHandler) },
  { name: 'a revoked proxy', make: revoked },
  { name: 'a proxy inside', make: () => ({ list: [new Proxy({}, hostileHandler), revoked()] }) },
  { name: 'toJSON that throws', make: () => ({ toJSON: refuse, a: 1 }) },
  { name: 'toJSON that lies', make: () => ({ toJSON: () => '"]}\n', a: 1 }) },
  { name: 'nothing that converts', make: () => ({ ...unwilling }) },
  { name: 'a null prototype', make: () => Object.assign(Object.create(null), { a: Object.create(null) }) },
  {
    name: 'own __proto__',
    make: () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":1}}'),
  },
  { name: 'an invalid date', make: () => new Date(Number.NaN) },
  { name: 'a date that throws', make: () => new LyingDate(0) },
  { name: 'a map that throws', make: () => new Overriding([['a', 'b']]) },
  {
    name: 'a set of itself',
    make: () => {
      const set = new Set<unknown>();
      return set.add(set);
    },
  },
  { name: 'a weak map', make: () => new WeakMap([[{}, 1]]) },
  { name: 'a buffer', make: () => Buffer.alloc(1_000_000, 0xff) },
  {
    name: 'typed arrays',
    make: () => [
      new Float64Array(3),
      new BigInt64Array(2),
      new DataView(new ArrayBuffer(8)),
      new SharedArrayBuffer(8),
    ],
  },
  { name: 'a regular expression', make: () => /"\\\n\u2028<\/script>/gu },
  {
    name: 'boxed primitives',
    make: () => [Object(1n), Object(Symbol('s')), new Number(Number.NaN), new Boolean(false)],
  },
  { name: 'private fields', make: () => new Private() },
  { name: 'an error that throws', make: () => new LyingError('x') },
  {
    name: 'an error of errors',
    make: () => new AggregateError([new Error('a', { cause: cyclic() }), 1], `many ${esc}[31m`),
  },
  {
    name: 'an error with a hostile code',
    make: () => Object.assign(new Error('"\\\n\t'), { code: `${esc}[2J'; DROP TABLE x; --`.repeat(50) }),
  },
  {
    name: 'an error that is its own cause',
    make: () => {
      const error = new Error('round');
      error.cause = error;
      return error;
    },
  },
  { name: 'a frozen error', make: () => Object.freeze(new RangeError('cold')) },
  {
    name: 'an error with no text',
    make: () => Object.assign(new Error(''), { name: 7, message: { a: 1 }, stack: null }),
  },
  { name: 'a message that is no error’s', make: () => ({ message: `plain\n${esc}[0m`, code: {}, name: [] }) },
  { name: 'a long text', make: () => '漢"\\\u0000'.repeat(50_000) },
  { name: 'texts', make: () => [...hostileTexts] },
  { name: 'texts as names', make: () => Object.fromEntries(hostileTexts.map((text) => [text, text])) },
];
