import { describe, expect, test } from 'vitest';
import { sharesWord, wordsOf } from '../../src/scenario/learning/shared-words.js';
import { LearningEngine } from '../../src/scenario/learning.js';
import { engineRig } from '../support/engine-rig.js';

const queries = [
  { query: 'parse xml', relevant: ['a'], answerText: 'function parseXml() {}' },
  { query: 'read markup', relevant: ['b'], answerText: 'function parseXml() {}' },
  { query: 'send mail', relevant: ['c', 'd'], answerText: 'function sendMail() {}' },
  { query: 'post a letter', relevant: ['e'], answerText: 'function sendMail() {}' },
  { query: 'add numbers', relevant: ['f'] },
];
const found: Record<string, string[]> = {
  'parse xml': ['a', 'x'],
  'read markup': ['x', 'y', 'y', 'b'],
  'send mail': ['x', 'c', 'z', 'd'],
  'post a letter': ['x', 'y'],
  'add numbers': ['f'],
};
const search = (query: string) => found[query] ?? [];

describe('an evaluation of a search', () => {
  test('agrees with ranks that were worked out by hand', async () => {
    const { context, rig } = engineRig();
    const result = await new LearningEngine(context).rank('code_search', queries, search, { k: 3 });
    // Ranks 1, 3 (a repeated result counts once), 2, none, 1.
    expect(result.meanReciprocalRank.value).toBeCloseTo((1 + 1 / 3 + 1 / 2 + 0 + 1) / 5, 12);
    expect(result.recallAtK.value).toBeCloseTo((1 + 1 + 0.5 + 0 + 1) / 5, 12);
    expect(result).toMatchObject({ queries: 5, missed: ['post a letter'], verdict: 'measured' });
    const interval = result.meanReciprocalRank.interval;
    expect(interval?.low).toBeLessThan(result.meanReciprocalRank.value ?? 0);
    expect(interval?.high).toBeGreaterThan(result.meanReciprocalRank.value ?? 1);
    expect(rig.metrics.map(({ metricType }) => metricType)).toEqual([
      'mrr',
      'recall_at_k',
      'mrr_no_shared_word',
      'recall_at_k_no_shared_word',
    ]);
    expect(rig.metrics[0]?.context).toMatchObject({ cases: 5, k: 3, ...interval });
  });

  test('reports the queries that share no word with the answer on their own', async () => {
    const result = await new LearningEngine(engineRig().context).rank('code_search', queries, search);
    expect(result.withoutSharedWord.queries).toBe(2);
    expect(result.withoutSharedWord.meanReciprocalRank.value).toBeCloseTo(1 / 6, 12);
    // Too few for an interval, and said so.
    expect(result.withoutSharedWord.meanReciprocalRank.interval).toBeNull();
    expect(result.withSharedWord.queries).toBe(2);
    expect(result.withSharedWord.meanReciprocalRank.value).toBe(0.75);
  });

  test('of no query is inconclusive', async () => {
    const { context, rig } = engineRig();
    const result = await new LearningEngine(context).rank('code_search', [], search);
    expect(result).toMatchObject({ verdict: 'inconclusive', meanReciprocalRank: { value: null } });
    expect(rig.metrics).toEqual([]);
    expect(rig.issues).toHaveLength(1);
  });

  test('gives the same intervals with the same seed', async () => {
    const rankWith = (seed: number) =>
      new LearningEngine(engineRig({ seed }).context).rank('code_search', queries, search);
    expect(await rankWith(1)).toEqual(await rankWith(1));
  });

  test.each([
    ['a query without an answer', [{ query: 'x', relevant: [] }], {}, '"relevant"'],
    ['a wrong option', queries, { K: 3 }, 'Did you mean "k"?'],
    ['a count of none', queries, { k: 0 }, '"k" to be a whole number of at least 1'],
  ])('refuses %s', async (_what, asked, options, sentence) => {
    const result = new LearningEngine(engineRig().context).rank(
      'code_search',
      asked,
      search,
      options as object,
    );
    await expect(result).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: expect.stringContaining(sentence),
    });
  });
});

describe('words', () => {
  test('are those of identifiers too, without those that say nothing', () => {
    expect(wordsOf('Reads the XMLHttpRequest of snake_case2x')).toEqual([
      'reads',
      'xml',
      'http',
      'request',
      'snake',
      'case2x',
    ]);
  });

  test('that say nothing are not shared', () => {
    expect(sharesWord('the size of it', 'for the length of a text')).toBe(false);
    expect(sharesWord('file size', 'fileLength')).toBe(true);
  });
});
