import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodeLibrary } from '../capabilities/code_library/index.js';
import { readWorkspaceSources } from '../files/workspace-files.js';
import { codeLibraryWorkload } from '../scenarios/workloads/code_library.js';
import { seededRandom, shuffled } from '../seeded-random.js';
import { wilsonInterval } from '../wilson-interval.js';

const threeSources = resolve(import.meta.dirname, '../../node_modules/three/src');
const childScript = fileURLToPath(new URL('fixtures/code-library-child.mjs', import.meta.url));

let stateDirectory: string;
let library: CodeLibrary;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'code-library-'));
  library = new CodeLibrary({ stateDirectory });
});

afterEach(() => {
  library.dispose();
  rmSync(stateDirectory, { recursive: true, force: true });
});

const clamp = {
  name: 'clampNumber',
  code: 'function clampNumber(value, low, high) {\n  return Math.min(Math.max(value, low), high);\n}',
  language: 'javascript',
  source: 'src/numbers.js',
  tags: ['number', 'range'],
};

describe('find', () => {
  it('finds a snippet by words of its name, tags and code, with its source', async () => {
    await library.save(clamp);
    await library.save({
      ...clamp,
      name: 'wrapNumber',
      code: 'const wrapNumber = (x, n) => ((x % n) + n) % n;',
      tags: [],
    });
    const [first] = await library.find('clamping numbers');
    expect(first).toMatchObject({ ...clamp, id: 1 });
    expect((await library.find('number', { tags: ['range'] })).map(({ name }) => name)).toEqual([
      'clampNumber',
    ]);
    expect(await library.find('number', { language: 'css' })).toEqual([]);
    await expect(library.find(' ?! ')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(library.find('number', { limit: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('replaces a snippet of the same name and source, and forgets a removed one', async () => {
    const { id } = await library.save(clamp);
    expect(await library.save({ ...clamp, code: 'const clampNumber = limitToRange;' })).toMatchObject({
      id,
      isNew: false,
    });
    expect(await library.find('minimum min')).toEqual([]);
    expect(await library.find('limit')).toHaveLength(1);
    expect(library.remove(id)).toBe(true);
    expect(library.remove(id)).toBe(false);
    expect(await library.find('limit')).toEqual([]);
    expect(await library.stats()).toEqual({ snippets: 0, byLanguage: {}, notComparable: 0 });
  });

  it('knows what another process saved before it was killed, and what another connection changes', async () => {
    expect(await library.stats()).toMatchObject({ snippets: 0 });
    const child = spawn(process.execPath, [childScript, stateDirectory], { stdio: 'inherit' });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(await library.find('sum of squares')).toMatchObject([{ source: 'a process that is gone' }]);
    const other = new CodeLibrary({ stateDirectory });
    other.remove(1);
    other.dispose();
    expect(await library.find('sum of squares')).toEqual([]);
  });
});

describe('similar', () => {
  it('tells what kind of clone it is', async () => {
    await library.save(clamp);
    const kindOf = async (code: string) => (await library.similar(code, { language: 'typescript' }))[0]?.kind;
    expect(
      await kindOf(
        'function clampNumber(value,low,high){ /* cut */ return Math.min(Math.max(value,low),high) }',
      ),
    ).toBe('exact');
    expect(await kindOf('function cut(a, b, c) { return Math.min(Math.max(a, b), c); }')).toBe('renamed');
    expect(await kindOf('function cut(a, b, c) { check(a); return Math.min(Math.max(a, b), c); }')).toBe(
      'changed',
    );
    expect(
      await kindOf('class Queue { #items = []; push(item) { this.#items.push(item); } }'),
    ).toBeUndefined();
  });

  it('keeps code of a language without a grammar, and says that it cannot be compared', async () => {
    const saved = await library.save({
      ...clamp,
      name: 'fibonacci',
      code: 'fib :: Int -> Int',
      language: 'haskell',
    });
    expect(saved.comparable).toBe(false);
    expect(await library.find('fibonacci')).toHaveLength(1);
    expect(await library.stats()).toMatchObject({ notComparable: 1 });
    await expect(library.similar('main = 1', { language: 'haskell' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'Code in "haskell" cannot be compared: there is no grammar for it here.',
    });
    await expect(library.save({ ...clamp, code: ' ' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

it('finds clones of real functions among 600: reformatted, renamed and changed', {
  timeout: 300_000,
}, async () => {
  const all = shuffled(await realFunctions(), seededRandom(20));
  const saved = all.slice(0, 600);
  const strangers = all.slice(600, 700);
  expect(saved).toHaveLength(600);
  for (const [index, code] of saved.entries()) {
    await library.save({ name: `function ${index}`, code, language: 'javascript', source: `three ${index}` });
  }
  const queries = saved.slice(0, 100);
  for (const [kind, clone, least] of [
    ['reformatted', reformat, 0.98],
    ['renamed', rename, 0.95],
    ['changed', change, 0.85],
  ] as const) {
    let first = 0;
    let found = 0;
    for (const [index, code] of queries.entries()) {
      const clones = await library.similar(clone(code), { language: 'javascript', limit: 5 });
      if (clones[0]?.source === `three ${index}`) first += 1;
      if (clones.some(({ source }) => source === `three ${index}`)) found += 1;
    }
    const [low, high] = wilsonInterval(found, queries.length);
    console.info(
      `code_library: ${kind}, 100 of 600, recall@1 ${first / 100}, recall@5 ${found / 100} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
    );
    expect(found / queries.length).toBeGreaterThanOrEqual(least);
  }
  let alarms = 0;
  for (const code of strangers) {
    if ((await library.similar(code, { language: 'javascript' })).length > 0) alarms += 1;
  }
  console.info(
    `code_library: ${alarms} of ${strangers.length} functions that are not in it have a clone at .7`,
  );
});

/** Functions of three's sources of 12 lines or more, each text once. */
async function realFunctions(): Promise<readonly string[]> {
  const { files } = await readWorkspaceSources(threeSources);
  const texts = new Set<string>();
  for (const { text } of files) {
    const file = ts.createSourceFile('a.js', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
    const visit = (node: ts.Node): void => {
      const isFunction = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node);
      if (isFunction && node.body !== undefined && node.body.statements.length >= 4)
        texts.add(node.getText(file));
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return [...texts];
}

/** Another layout and no comments, by TypeScript's printer. */
function reformat(code: string): string {
  const isMethod = !code.startsWith('function') && !code.startsWith('async function');
  const wrapped = isMethod ? `class A { ${code} }` : code;
  const file = ts.createSourceFile('a.js', wrapped, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const printed = ts.createPrinter({ removeComments: true }).printFile(file);
  return isMethod ? printed.replace(/^class A \{\s*/u, '').replace(/\}\s*$/u, '') : printed;
}

/** Every variable gets another name, and every number another value. */
function rename(code: string): string {
  const names = new Map<string, string>();
  const file = ts.createSourceFile('a.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const found: (readonly [number, number, string])[] = [];
  const visit = (node: ts.Node): void => {
    const isMember =
      ts.isPropertyAccessExpression(node.parent ?? node) &&
      (node.parent as ts.PropertyAccessExpression).name === node;
    if (
      ts.isIdentifier(node) &&
      !isMember &&
      !ts.isPropertyAssignment(node.parent) &&
      !ts.isShorthandPropertyAssignment(node.parent)
    ) {
      const name = names.get(node.text) ?? `v${names.size}`;
      names.set(node.text, name);
      found.push([node.getStart(file), node.end, name]);
    } else if (ts.isNumericLiteral(node)) found.push([node.getStart(file), node.end, '7']);
    ts.forEachChild(node, visit);
  };
  visit(file);
  let renamed = code;
  for (const [start, end, text] of found.toReversed())
    renamed = renamed.slice(0, start) + text + renamed.slice(end);
  return renamed;
}

/** Renamed, one statement gone and another one put in. */
function change(code: string): string {
  const renamed = rename(code);
  const lines = renamed.split('\n');
  const statements = lines.flatMap((line, index) => (/^\s+[^\s{}][^{}]*;$/u.test(line) ? [index] : []));
  const gone = statements[Math.floor(statements.length / 2)];
  if (gone === undefined) return renamed.replace('{', '{ v0.dispatch( 1 );');
  return lines.map((line, index) => (index === gone ? 'log.write( "changed", v1 );' : line)).join('\n');
}

it('does its typical work', async () => {
  const signal = new AbortController().signal;
  const context = {
    hub: { code_library: library } as never,
    root: '',
    scratchDirectory: '',
    seed: 1,
    signal,
  };
  const { round } = await codeLibraryWorkload.prepare(context);
  for (let number = 0; number < 20; number += 1) await round(number);
});
