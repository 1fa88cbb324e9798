import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContextManager } from '../capabilities/context_manager/index.js';
import { contextManagerWorkload } from '../scenarios/workloads/context_manager.js';

const THREE = resolve(import.meta.dirname, '../../node_modules/three/src');

let context: ContextManager;

beforeEach(() => {
  context = new ContextManager();
});

afterEach(() => context.dispose());

/** Counted by encoding, not by the counter the capability uses. */
function exactTokens(text: string): number {
  return encode(text, { disallowedSpecial: new Set() }).length;
}

const chunkText = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.lorem({ maxCount: 12 }),
    fc.constantFrom('<|endoftext|>', 'a.\n', '\n\nb', '));\n\n\n', '  x  ', '{\r\n'),
  )
  .filter((text) => text.trim() !== '');

describe('a budget', () => {
  it('is never exceeded, whatever the chunks, and every chunk is kept or said to be dropped', async () => {
    const chunks = fc.array(fc.tuple(chunkText, fc.double({ min: 0, max: 1, noNaN: true })), {
      maxLength: 25,
    });
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(120), async (added, budget) => {
        cases += 1;
        const manager = new ContextManager();
        const texts = new Map(added.map(([text, importance]) => [manager.add(text, importance).id, text]));
        const { text, tokens, kept, dropped } = await manager.fit(budget);
        expect(tokens).toBeLessThanOrEqual(budget);
        expect(tokens).toBe(exactTokens(text));
        expect(text).toBe(kept.map((id) => texts.get(id)).join('\n\n'));
        expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
        expect([...kept, ...dropped.map(({ id }) => id)].sort((a, b) => a - b)).toEqual([...texts.keys()]);
      }),
      { numRuns: 4_000, seed: 6 },
    );
    expect(cases).toBeGreaterThanOrEqual(4_000);
  });

  it('that everything fits into drops nothing, not even a repetition', async () => {
    const added = ['One thing.', 'Another thing.', 'One thing.'].map((text) => context.add(text, 0.5).id);
    expect(await context.fit(1_000)).toEqual({
      text: 'One thing.\n\nAnother thing.\n\nOne thing.',
      tokens: exactTokens('One thing.\n\nAnother thing.\n\nOne thing.'),
      kept: added,
      dropped: [],
    });
  });

  it('of nothing gives an empty text', async () => {
    context.add('x', 1);
    expect(await context.fit(0)).toMatchObject({ text: '', tokens: 0, kept: [] });
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('of %d tokens is refused', async (budget) => {
    await expect(context.fit(budget)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('what is dropped', () => {
  const long = 'The cache of parsed modules is emptied whenever the resolver sees that a folder was renamed';

  it('is a near-duplicate before anything of less importance, and it names what it repeats', async () => {
    const first = context.add(`${long}, so tests are slow.`, 0.9, { source: 'a.md' });
    const minor = context.add('Tabs are used.', 0.1);
    const second = context.add(`${long} so tests are slow`, 0.9);
    const { kept, dropped } = await context.fit(exactTokens(long) + 16);
    expect(kept).toEqual([minor.id, second.id]);
    expect(dropped).toMatchObject([
      { id: first.id, reason: 'near-duplicate', duplicateOf: second.id, source: 'a.md' },
    ]);
  });

  it('is not taken for a duplicate when a number differs', async () => {
    const budget = exactTokens(long);
    context.add(`${long} on port 8080`, 0.4);
    context.add(`${long} on port 8081`, 0.6);
    expect((await context.fit(budget + 8)).dropped).toMatchObject([{ reason: 'no-room', importance: 0.4 }]);
  });

  it('is the earlier of two that are equally important', async () => {
    context.add('alpha beta gamma', 0.5);
    const later = context.add('delta epsilon zeta', 0.5);
    expect((await context.fit(exactTokens('delta epsilon zeta'))).kept).toEqual([later.id]);
  });

  it('makes room that less important but smaller chunks use', async () => {
    context.add(long.repeat(4), 1);
    const small = context.add('Tabs.', 0.1);
    expect((await context.fit(5)).kept).toEqual([small.id]);
  });
});

it('keeps important functions of a real library at small budgets, where keeping the latest loses them', async () => {
  const functions = readdirSync(THREE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(THREE, path), 'utf8').slice(0, 1_200) }))
    .filter(({ text }) => text.trim() !== '')
    .slice(0, 400);
  const important = functions.map((_, at) => at % 10 === 3);
  const ids = functions.map(({ path, text }, at) =>
    // Importance is a noisy estimate: some unimportant texts look as important as important ones.
    context.add(text, important[at] ? 0.6 + ((at * 37) % 40) / 100 : ((at * 53) % 70) / 100, {
      source: path,
    }),
  );
  const { tokens: total, chunks } = await context.stats();
  expect(chunks).toBe(functions.length);
  // Of equally important chunks the later are kept.
  const latest = new ContextManager();
  for (const { text } of functions) latest.add(text, 0.5);
  const survival = async (manager: ContextManager, share: number) => {
    const kept = new Set((await manager.fit(Math.floor(total * share))).kept);
    const facts = ids.filter((_, at) => important[at]);
    return facts.filter(({ id }) => kept.has(id)).length / facts.length;
  };
  const shares = [0.1, 0.25, 0.5];
  const rates = await Promise.all(shares.map((share) => survival(context, share)));
  const ratesOfLatest = await Promise.all(shares.map((share) => survival(latest, share)));
  if (process.env.HUB_FIGURES !== undefined) console.log({ total, chunks, rates, ratesOfLatest });
  for (const [at, rate] of ratesOfLatest.entries()) expect(rate).toBeLessThan((rates[at] ?? 0) - 0.3);
  expect(rates[0]).toBeGreaterThan(0.6);
  expect(rates.slice(1)).toEqual([1, 1]);
});

describe('a chunk', () => {
  it.each([
    ['', 0.5],
    [' \n', 0.5],
    ['x', -0.1],
    ['x', 1.1],
    ['x', Number.NaN],
    ['x'.repeat(2_001), 0.5],
    ['='.repeat(2_001), 0.5],
    [`a${' '.repeat(2_001)}`, 0.5],
  ])('is refused when it is %j with importance %d', (text, importance) => {
    expect(() => context.add(text, importance)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('is forgotten when it is removed', async () => {
    const { id } = context.add('gone', 1);
    context.add('here', 0, { source: 'a' });
    expect(context.remove(id)).toBe(true);
    expect(context.remove(id)).toBe(false);
    expect((await context.fit(10)).text).toBe('here');
    expect(await context.stats()).toEqual({
      chunks: 1,
      tokens: 1,
      characters: 4,
      tokensBySource: { a: 1 },
      encoding: 'o200k_base',
    });
  });
});

describe('the workload', () => {
  it('works on a folder and leaves nothing behind, and fails when an answer is wrong', async () => {
    const root = mkdtempSync(join(tmpdir(), 'context-workload-'));
    try {
      mkdirSync(join(root, 'src'));
      writeFileSync(join(root, 'README.md'), 'First paragraph.\n\nSecond paragraph.\n\n'.repeat(80));
      const prepare = (hub: unknown) =>
        contextManagerWorkload.prepare({
          hub: hub as never,
          root,
          scratchDirectory: root,
          seed: 1,
          signal: new AbortController().signal,
        });
      const { round, release } = await prepare({ context_manager: context });
      for (let number = 0; number < 6; number += 1) await round(number);
      await release?.();
      expect((await context.stats()).chunks).toBe(0);

      const forgetful = Object.assign(new ContextManager(), {
        fit: async () => ({ text: '', tokens: 0, kept: [], dropped: [] }),
      });
      const broken = await prepare({ context_manager: forgetful });
      await expect(Promise.resolve().then(() => broken.round(0))).rejects.toThrow('most important');
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
