import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodeAssistant } from '../capabilities/code_assistant/index.js';
import { CodeReviewLearner } from '../capabilities/code_review_learner/index.js';
import { CodeSearch } from '../capabilities/code_search/index.js';
import { MistakeLearner } from '../capabilities/mistake_learner/index.js';
import { PersistentMemory } from '../capabilities/persistent_memory/index.js';
import { SecurityScanner } from '../capabilities/security_scanner/index.js';

let directory: string;
let learner: MistakeLearner;
let memory: PersistentMemory;
let reviews: CodeReviewLearner;
let search: CodeSearch;
const scanner = new SecurityScanner();

const code = `export function loadInvoice(path: string, invoiceNumber: string) {
  var invoice = readInvoice(path, invoiceNumber);
  return eval(invoice.body);
}
`;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'code-assistant-'));
  const sources = join(directory, 'sources');
  mkdirSync(sources);
  writeFileSync(join(sources, 'load.ts'), code);
  writeFileSync(
    join(sources, 'store.ts'),
    'export function storeInvoice(path: string, invoiceNumber: string) {\n  return writeInvoice(path, invoiceNumber);\n}\n',
  );
  writeFileSync(join(sources, 'weather.ts'), 'export function rain() {\n  return clouds() > 3;\n}\n');
  search = new CodeSearch();
  await search.index(sources);
  learner = new MistakeLearner({ stateDirectory: directory });
  learner.learn({ rule: 'no-var', bad: 'var one = 1;', good: 'const one = 1;' });
  learner.learn({ rule: 'no-var', bad: 'var list = [];', good: 'let list = [];' });
  learner.learn({
    rule: 'no-var',
    bad: 'function a() { var b = c(); }',
    good: 'function a() { let b = c(); }',
  });
  memory = new PersistentMemory({ stateDirectory: directory });
  memory.remember({ text: 'Every invoice is numbered by the bookkeeping system' });
  memory.remember({ text: 'Lunch is at noon' });
  reviews = new CodeReviewLearner({ stateDirectory: directory });
});

afterEach(() => {
  reviews.dispose();
  learner.dispose();
  memory.dispose();
  rmSync(directory, { recursive: true, force: true });
});

describe('assist', () => {
  it('answers from all capabilities with each item naming its source', async () => {
    const assistant = new CodeAssistant({
      mistake_learner: learner,
      code_search: search,
      security_scanner: scanner,
      code_review_learner: reviews,
      persistent_memory: memory,
    });

    const { warnings, similar, security, memories, notes, durationMs } = await assistant.assist(code, {
      path: 'load.ts',
    });

    expect(warnings).toMatchObject({
      outcome: 'answered',
      items: [{ source: 'mistake_learner', rule: 'no-var', startLine: 2 }],
    });
    expect(similar).toMatchObject({ outcome: 'answered', source: 'code_search' });
    if (similar.outcome === 'answered') {
      expect(similar.items[0]).toMatchObject({
        source: 'code_search',
        path: 'store.ts',
        name: 'storeInvoice',
      });
      expect(similar.items.some(({ path }) => path === 'load.ts')).toBe(false);
    }
    expect(security).toMatchObject({ outcome: 'answered' });
    if (security.outcome === 'answered') {
      expect(security.items).toContainEqual(
        expect.objectContaining({ source: 'security_scanner', cwe: 'CWE-95', line: 3 }),
      );
    }
    expect(memories).toMatchObject({
      outcome: 'answered',
      items: [{ source: 'persistent_memory', text: expect.stringContaining('invoice') }],
    });
    expect(notes).toEqual([]);
    expect(durationMs).toBeGreaterThan(0);
  });

  it('shows a part that failed and still answers with the others', async () => {
    learner.dispose();
    const assistant = new CodeAssistant({
      mistake_learner: learner,
      code_search: new CodeSearch(),
      security_scanner: scanner,
      code_review_learner: reviews,
      persistent_memory: memory,
    });

    const assistance = await assistant.assist(code);

    expect(assistance.warnings).toMatchObject({ outcome: 'failed', error: { code: 'BAD_INPUT' } });
    expect(assistance.similar).toMatchObject({ outcome: 'failed', error: { code: 'NOT_INDEXED' } });
    expect(assistance.security).toMatchObject({ outcome: 'answered' });
    expect(assistance.memories).toMatchObject({ outcome: 'answered' });
    expect(assistance.notes.map((note) => note.split(':')[0])).toEqual(['warnings', 'similar']);
  });

  it('says which capability was not given and bounds what it shows', async () => {
    const assistant = new CodeAssistant({
      mistake_learner: learner,
      code_search: search,
      security_scanner: scanner,
    });
    const assistance = await assistant.assist(code, { limit: 1 });
    expect(assistance.memories).toEqual({ outcome: 'absent', source: 'persistent_memory' });
    expect(assistance.notes).toEqual([
      'style: code_review_learner was not given to the assistant.',
      'memories: persistent_memory was not given to the assistant.',
    ]);
    expect(assistance.similar).toMatchObject({ items: [{ name: 'loadInvoice' }] });
  });

  it('tells what departs from the style that a review taught, and which review', async () => {
    await reviews.ingest({ before: 'a == b;\n', after: 'a === b;\n', source: 'review 7' });
    const assistant = new CodeAssistant({
      mistake_learner: learner,
      code_search: search,
      security_scanner: scanner,
      code_review_learner: reviews,
    });
    const { style } = await assistant.assist('export const same = (a, b) => a == b;\n', { path: 'same.js' });
    expect(style).toMatchObject({
      outcome: 'answered',
      items: [{ rule: 'strict-equality.kept', source: 'code_review_learner', learntFrom: ['review 7'] }],
    });
  });

  it('takes capabilities that answer with promises', async () => {
    const assistant = new CodeAssistant({
      mistake_learner: { check: async (text, options) => learner.check(text, options) },
      code_search: { search: async (query, limit) => search.search(query, limit) },
      security_scanner: { scanCode: async (source, options) => scanner.scanCode(source, options) },
    });
    const { warnings, similar } = await assistant.assist(code, { path: 'load.ts' });
    expect(warnings).toMatchObject({ items: [{ rule: 'no-var' }] });
    expect(similar).toMatchObject({ outcome: 'answered' });
  });

  it('refuses empty code and a limit that is no count', async () => {
    const assistant = new CodeAssistant({
      mistake_learner: learner,
      code_search: search,
      security_scanner: scanner,
    });
    await expect(assistant.assist(' \n')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(assistant.assist(code, { limit: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('notes that code without names cannot be searched for', async () => {
    const assistant = new CodeAssistant({
      mistake_learner: learner,
      code_search: search,
      security_scanner: scanner,
      code_review_learner: reviews,
      persistent_memory: memory,
    });
    const assistance = await assistant.assist('1 + 1;');
    expect(assistance.similar).toMatchObject({ outcome: 'answered', items: [] });
    expect(assistance.notes).toEqual(['similar: the code holds no name to search by.']);
  });
});
