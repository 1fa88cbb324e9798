import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiSnapshot, DocGenerator } from '../capabilities/doc_generator/index.js';
import { docGeneratorWorkload } from '../scenarios/workloads/doc_generator.js';

const docs = new DocGenerator();
let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'doc-generator-')), 'with (odd) [name]');
  mkdirSync(folder);
});

afterEach(() => {
  rmSync(dirname(folder), { recursive: true, force: true });
});

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

it('knows every function of simple-statistics, and which of its declarations have documentation', async () => {
  const main = createRequire(import.meta.url).resolve('simple-statistics');
  const entry = join(dirname(dirname(main)), 'index.d.ts');
  const listing = readdirSync(dirname(entry));
  const { symbols, problems } = await docs.generate(entry);
  const exported: Record<string, unknown> = await import('simple-statistics');
  const functions = Object.keys(exported).filter(
    (name) => typeof exported[name] === 'function' && name !== 'default',
  );
  const named = new Set(symbols.map(({ name }) => name));
  const missing = functions.filter((name) => !named.has(name));
  console.info(
    `doc_generator: simple-statistics, ${functions.length} functions, ${missing.length} not told: ${missing}; ${problems.length} problems`,
  );
  expect(functions.length).toBeGreaterThan(60);
  // The declarations of the package leave these out; TypeScript itself does not know them.
  const declared = declaredNames(entry);
  expect(missing.filter((name) => declared.has(name))).toEqual([]);

  const coverage = await docs.coverage({ symbols });
  expect(coverage.total).toBe(symbols.length);
  expect(coverage.documented + coverage.undocumented.length).toBe(coverage.total);
  console.info(`doc_generator: ${coverage.documented} of ${coverage.total} documented`);
  // Nothing is written into the package.
  expect(readdirSync(dirname(entry))).toEqual(listing);
});

/** What TypeScript's own checker takes for the exports of a module. */
function declaredNames(entry: string): ReadonlySet<string> {
  const program = ts.createProgram([entry], {
    skipLibCheck: true,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    module: ts.ModuleKind.ESNext,
  });
  const file = program.getSourceFile(entry);
  const symbol = file === undefined ? undefined : program.getTypeChecker().getSymbolAtLocation(file);
  return new Set(
    symbol === undefined
      ? []
      : program
          .getTypeChecker()
          .getExportsOfModule(symbol)
          .map(({ name }) => name),
  );
}

const before = `/** A shop. */
export class Shop {
  /** Opens it. */
  open(door: string): void {}
  close(): string { return ''; }
  private secret = 1;
}
/** Things *of* a [cart]. */
export interface Cart { items: string[]; note?: string; owner: string }
/** Price. */
export function price(item: string, discount?: number): number { return 1; }
export const LIMIT: number = 3;
export function gone(): void {}
export function pick(mode: 'a' | 'b'): string | undefined { return mode; }
`;
const after = `/** A shop. */
export class Shop {
  /** Opens it. @deprecated use the window */
  open(door: string, key: string): void {}
  private secret = 'hidden';
}
/** Things *of* a [cart]. */
export interface Cart { readonly items: string[]; note?: string; owner?: string; added: number }
/** Price. */
export function price(item: string, discount: number, currency?: string): number { return 1; }
export const LIMIT: string = '3';
export function pick(mode: 'a' | 'b' | 'c'): string { return mode; }
export function fresh(): void {}
`;

describe('a small module', () => {
  it('is told with its members, places and documentation', async () => {
    const { symbols, markdown, problems, entries } = await docs.generate(write('index.ts', before));
    expect(entries).toEqual([join(folder, 'index.ts')]);
    expect(problems).toEqual([]);
    expect(symbols.map(({ name }) => name)).toEqual([
      'Cart',
      'Cart.items',
      'Cart.note',
      'Cart.owner',
      'LIMIT',
      'Shop',
      'Shop.close',
      'Shop.constructor',
      'Shop.open',
      'gone',
      'pick',
      'price',
    ]);
    expect(symbols.find(({ name }) => name === 'price')).toEqual({
      name: 'price',
      kind: 'Function',
      summary: 'Price.',
      isDocumented: true,
      isDeprecated: false,
      isOptional: false,
      isReadonly: false,
      type: '',
      signatures: [
        {
          parameters: [
            { name: 'item', type: 'string', isOptional: false },
            { name: 'discount', type: 'number', isOptional: true },
          ],
          returns: 'number',
        },
      ],
      path: join(folder, 'index.ts'),
      line: 11,
    });
    expect(markdown).toContain(
      '## price\n\nFunction\n\n`price(item: string, discount?: number): number`\n\nPrice.\n',
    );
    expect(markdown).toContain('Things \\*of\\* a \\[cart\\].');
    expect(readdirSync(folder)).toEqual(['index.ts']);
  });

  it('is covered as far as its comments go', async () => {
    const coverage = await docs.coverage(write('index.ts', before));
    expect(coverage.documented).toBe(4);
    expect(coverage.undocumented).toContainEqual({
      name: 'gone',
      kind: 'Function',
      path: join(folder, 'index.ts'),
      line: 13,
    });
  });

  it('tells eight planted changes that break something from four that do not', async () => {
    const old = await docs.generate(write('before.ts', before));
    const current = await docs.generate(write('after.ts', after));
    const kept = JSON.parse(JSON.stringify(old)) as ApiSnapshot;
    const { breaking, added, compatible } = docs.diff(kept, current);
    expect(
      breaking.map(({ symbol, message, certainty }) => `${certainty}: ${symbol} ${message}`).sort(),
    ).toEqual([
      'certain: Cart.items became readonly',
      'certain: Cart.owner became optional; those who read it may find nothing',
      'certain: Shop.close Method was removed',
      'certain: Shop.open required parameter key was added',
      'certain: gone Function was removed',
      'certain: price parameter discount became required',
      'possible: Cart.added a required property was added; objects made for the interface lack it',
      'possible: LIMIT type changed from number to string',
    ]);
    expect(added).toEqual(['Cart.added', 'fresh']);
    expect(compatible.map(({ symbol, message }) => `${symbol} ${message}`)).toEqual([
      'Shop.open was deprecated',
      expect.stringMatching(/^pick parameter mode changed .* which takes more$/u),
      // The order of a union's members is the compiler's.
      expect.stringMatching(/^pick returns string instead of .*, which promises more$/u),
      'price optional parameter currency was added',
    ]);
    expect(docs.diff(old, old)).toEqual({ breaking: [], added: [], compatible: [] });
  });
});

it('refuses an entry that is not there, and says what TypeDoc cannot read', async () => {
  await expect(docs.generate(join(folder, 'gone.ts'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(docs.generate([])).rejects.toMatchObject({ code: 'BAD_INPUT' });
  const broken = await docs.generate(write('broken.ts', 'export const = ;\nexport const right = 1;\n'));
  expect(broken.symbols.map(({ name }) => name)).toContain('right');
  expect(broken.problems[0]).toMatch(/broken\.ts:1 /u);
});

it('does its typical work', async () => {
  const signal = new AbortController().signal;
  const context = {
    hub: { doc_generator: docs } as never,
    root: folder,
    scratchDirectory: folder,
    seed: 1,
    signal,
  };
  const { round } = await docGeneratorWorkload.prepare(context);
  await round(0);
  expect(readFileSync(join(folder, 'module.ts'), 'utf8')).toContain('third');
});
