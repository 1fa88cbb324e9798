import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CodeSearch, docSentencePairs } from '../capabilities/code_search/index.js';

const THREE = resolve(import.meta.dirname, '../../node_modules/three/src');

describe('a small tree', () => {
  let root: string;
  let search: CodeSearch;

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'code-search-'));
    search = new CodeSearch();
    write(
      'src/store.ts',
      `/** Keeps the things a user bought. */
export class ShoppingCart {
  #total = 0;

  /** Works out the sum to pay. */
  computeTotalPrice(items: readonly Item[]): number {
    const addTax = (price: number) => price * 1.19;
    return items.reduce((sum, item) => sum + addTax(item.price), this.#total);
  }

  set discount(rate: number) {
    this.#total *= rate;
  }
}

export interface Item { readonly price: number }
`,
    );
    write(
      'src/legacy.js',
      `function Parser() { this.reset = function (text) { this.text = text; }; }
Parser.prototype.parse_date = function (text) { return new Date(text); };
export const memoized = memoize((key) => lookup(key));
export const LIMIT_OF_RETRIES = 5;
registerEverything('startup');
`,
    );
  });

  afterEach(async () => {
    await search.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  it('cuts files into named declarations with their lines', async () => {
    const { files, chunks, skipped } = await search.index(root);
    expect({ files, chunks, skipped }).toEqual({ files: 2, chunks: 11, skipped: [] });
    const [first] = search.search('computeTotalPrice');
    expect(first).toMatchObject({
      path: 'src/store.ts',
      name: 'ShoppingCart.computeTotalPrice',
      startLine: 6,
      endLine: 9,
      kind: 'method',
    });
  });

  it.each([
    ['price with tax added', 'ShoppingCart.computeTotalPrice.addTax', 'function'],
    ['discount rate', 'ShoppingCart.discount', 'accessor'],
    ['parsing dates', 'Parser.parse_date', 'method'],
    ['reset the parser', 'Parser.reset', 'method'],
    ['limit of retries', 'LIMIT_OF_RETRIES', 'variable'],
    ['memoize a lookup', 'memoized', 'function'],
    ['register at startup', 'legacy', 'module'],
    ['calculates the prices in total', 'ShoppingCart.computeTotalPrice', 'method'],
  ])('answers "%s" with %s', async (query, name, kind) => {
    await search.index(root);
    expect(search.search(query)[0]).toMatchObject({ name, kind });
  });

  it('searches comments only when they are indexed', async () => {
    await search.index(root);
    expect(search.search('bought user things')[0]?.name).toBe('ShoppingCart');
    await search.index(root, { includeComments: false });
    expect(search.search('bought')).toEqual([]);
    expect(search.stats()).toMatchObject({ files: 2, chunks: 11, includesComments: false });
  });

  it('finds a misspelt word', async () => {
    await search.index(root);
    expect(search.search('memoizd')[0]?.name).toBe('memoized');
  });

  it('answers after updates as an index made anew', async () => {
    await search.index(root);
    write('src/legacy.js', 'export function parseTime(text) { return Number(text); }\n');
    write('src/new/one.mjs', 'export function addTaxes(total) { return total * 2; }\n');
    renameSync(join(root, 'src/store.ts'), join(root, 'src/cart.ts'));
    const { updated, removed, chunks } = await search.update([
      'src/legacy.js',
      join(root, 'src/new'),
      'src/store.ts',
      'src/cart.ts',
    ]);
    const anew = new CodeSearch();
    const built = await anew.index(root);
    expect({ updated, removed, chunks }).toEqual({ updated: 3, removed: 1, chunks: built.chunks });
    expect(search.stats()).toEqual(anew.stats());
    for (const query of ['total price', 'parse', 'tax', 'cart items', 'number', 'discount']) {
      expect(search.search(query)).toEqual(anew.search(query));
    }
  });

  it('takes out a deleted folder and a file the rules now leave out', async () => {
    write('extra/a.js', 'export function vanish() {}\n');
    await search.index(root);
    rmSync(join(root, 'extra'), { recursive: true });
    write('src/legacy.js', '\0');
    const { updated, removed, skipped } = await search.update(['extra', 'src/legacy.js']);
    expect({ updated, removed }).toEqual({ updated: 0, removed: 2 });
    expect(skipped).toMatchObject([{ path: 'src/legacy.js', reason: 'binary' }]);
    expect(search.stats().files).toBe(1);
  });

  it('leaves a copy out that is excluded, also in updates', async () => {
    write('dist/store.js', 'export function computeTotalPrice() {}\n');
    const { skipped } = await search.index(root, { exclude: ['dist'] });
    expect(skipped).toEqual([{ path: 'dist/', reason: 'excluded' }]);
    expect(await search.update(['dist/store.js'])).toMatchObject({ updated: 0, removed: 0 });
  });

  it('runs an update that is asked for during a build after it', async () => {
    const building = search.index(root);
    write('src/late.js', 'export function lateArrival() {}\n');
    const [, { updated }] = await Promise.all([building, search.update(['src/late.js'])]);
    expect(updated).toBe(1);
    expect(search.search('late arrival')[0]?.name).toBe('lateArrival');
  });

  it('keeps its index when a build fails', async () => {
    await search.index(root);
    await expect(search.index(join(root, 'missing'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(search.index(root, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(search.search('discount')).not.toEqual([]);
  });

  it('refuses what it cannot answer', async () => {
    expect(() => search.search('a')).toThrow(expect.objectContaining({ code: 'NOT_INDEXED' }));
    await expect(search.update(['a.js'])).rejects.toMatchObject({ code: 'NOT_INDEXED' });
    await search.index(root);
    expect(() => search.search(' ?! ')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => search.search('a', 0)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    await expect(search.update(['../a.js'])).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('watches the tree and reports paths that bring the index up to date', async () => {
    await search.index(root);
    const reported = new Set<string>();
    let settle = (): void => {};
    let reject = (_error: unknown): void => {};
    const promise = new Promise<void>((resolvePromise, rejectPromise) => {
      settle = resolvePromise;
      reject = rejectPromise;
    });
    const stop = await search.watch(
      async (paths) => {
        for (const path of paths) reported.add(path);
        await search.update(paths);
        if (reported.has('src/fresh.js') && reported.has('src/legacy.js')) settle();
      },
      { debounceMs: 20, onError: reject },
    );
    write('src/notes.md', 'not source');
    write('src/fresh.js', 'export function freshlyAdded() {}\n');
    rmSync(join(root, 'src/legacy.js'));
    await promise;
    await stop();
    expect([...reported].sort()).toEqual(['src/fresh.js', 'src/legacy.js']);
    expect(search.search('freshly added')[0]?.path).toBe('src/fresh.js');
    expect(search.stats().files).toBe(2);
  });

  it('pairs doc sentences with their functions, without shared and short ones', async () => {
    write(
      'src/docs.js',
      `/** Opens the {@link Door} of a house. It creaks. */ export function open() {}
/** Releases all memory held. */ export function free() {}
/** Releases all memory held. */ export function drop() {}
/** Too short. */ export function tiny() {}
/** @internal */ export function bare() {}
`,
    );
    expect(await docSentencePairs(root)).toEqual([
      { query: 'Opens the Door of a house.', path: 'src/docs.js', name: 'open' },
      { query: 'Works out the sum to pay.', path: 'src/store.ts', name: 'ShoppingCart.computeTotalPrice' },
    ]);
  });
});

describe('three/src with comments stripped', () => {
  const search = new CodeSearch();

  beforeAll(async () => {
    await search.index(THREE, { includeComments: false });
  });

  afterAll(() => search.dispose());

  it('draws the same pairs from the same seed', async () => {
    const drawn = await docSentencePairs(THREE, { limit: 50, seed: 7 });
    expect(drawn).toHaveLength(50);
    expect(await docSentencePairs(THREE, { limit: 50, seed: 7 })).toEqual(drawn);
    expect(await docSentencePairs(THREE, { limit: 50, seed: 8 })).not.toEqual(drawn);
  });

  it('finds functions by the sentences their authors wrote about them', async () => {
    const pairs = await docSentencePairs(THREE, { limit: 400, seed: 11 });
    const evaluation = search.evaluate(pairs);
    expect(evaluation.queries).toBe(400);
    expect(evaluation.includesComments).toBe(false);
    expect(evaluation.meanReciprocalRank).toBeGreaterThanOrEqual(0.5);
    expect(evaluation.recallAt10).toBeGreaterThanOrEqual(0.8);
    expect(evaluation.zeroOverlap.queries).toBeLessThan(evaluation.queries);
  });

  it('measures nothing when nothing is asked', () => {
    expect(search.evaluate([])).toMatchObject({ queries: 0, meanReciprocalRank: 0, recallAt10: 0 });
  });

  it('scores as before when files are taken in again', async () => {
    const before = search.search('vector length', 50);
    await search.update(['math/Vector3.js', 'core/Object3D.js']);
    expect(search.search('vector length', 50)).toEqual(before);
  });
});
