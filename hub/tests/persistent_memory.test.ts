import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PersistentMemory } from '../capabilities/persistent_memory/index.js';

const childScript = fileURLToPath(new URL('fixtures/persistent-memory-child.mjs', import.meta.url));

let stateDirectory: string;
let memory: PersistentMemory;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'persistent-memory-'));
  memory = new PersistentMemory({ stateDirectory });
});

afterEach(() => {
  memory.dispose();
  rmSync(stateDirectory, { recursive: true, force: true });
});

function texts(query: string, options?: Parameters<PersistentMemory['recall']>[1]): readonly string[] {
  return memory.recall(query, options).map(({ text }) => text);
}

it('recalls what a process remembered that was killed with SIGKILL', async () => {
  const child = spawn(process.execPath, [childScript, stateDirectory, 'The parser loops on empty input'], {
    stdio: 'inherit',
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');

  expect(memory.recall('why does parsing loop?')).toMatchObject([
    {
      text: 'The parser loops on empty input',
      kind: 'note',
      tags: ['child'],
      source: 'a process that is gone',
    },
  ]);
  expect(memory.decisions()).toMatchObject([{ title: 'Store', choice: 'SQLite', alternatives: [] }]);
});

describe('recall', () => {
  it('ranks a text that holds more of the query first and bounds the answer', () => {
    memory.remember({ text: 'cache of parsed modules' });
    memory.remember({ text: 'the cache of the resolver is invalidated by a rename' });
    memory.remember({ text: 'weather' });
    const found = memory.recall('resolver cache rename');
    expect(found.map(({ text }) => text)).toEqual([
      'the cache of the resolver is invalidated by a rename',
      'cache of parsed modules',
    ]);
    expect(found[0]?.score).toBeGreaterThan(found[1]?.score ?? 0);
    expect(memory.recall('cache', { limit: 1 })).toHaveLength(1);
    expect(() => memory.recall('cache', { limit: 0 })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
  });

  it('keeps to the kind and to every tag asked for', () => {
    memory.remember({ text: 'slow query', kind: 'bug', tags: ['sql', 'speed'] });
    memory.remember({ text: 'slow render', kind: 'bug', tags: ['speed'] });
    memory.remember({ text: 'slow cooker', kind: 'recipe' });
    expect(texts('slow', { kind: 'recipe' })).toEqual(['slow cooker']);
    expect(texts('slow', { tags: ['speed', 'sql'] })).toEqual(['slow query']);
    expect(texts('slow', { kind: 'bug', tags: ['x'] })).toEqual([]);
  });

  it('finds parts of identifiers, accented words, and scripts without spaces', () => {
    memory.remember({ text: 'getUserName throws for guests' });
    memory.remember({ text: 'Der Zähler läuft über' });
    memory.remember({ text: '缓存在重启后丢失' });
    expect(texts('user name')).toEqual(['getUserName throws for guests']);
    expect(texts('getUserName')).toEqual(['getUserName throws for guests']);
    expect(texts('zahler')).toEqual(['Der Zähler läuft über']);
    expect(texts('重启')).toEqual(['缓存在重启后丢失']);
  });

  it.each(['', '   ', '"', '""', '*', 'NOT', '(((', ':', '^', '\0', '🦊', '\ud800'])(
    'takes %j as plain text',
    (query) => {
      memory.remember({ text: 'anything' });
      expect(memory.recall(query)).toEqual([]);
    },
  );

  it('finds a text by any query that holds one of its words, whatever stands around it', () => {
    memory.remember({ text: 'kingfisher' });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (before, after) => {
        expect(texts(`${before} kingfisher ${after}`)).toEqual(['kingfisher']);
      }),
    );
  });
});

it('gives back any text as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
      const { id } = memory.remember({ text: `marked ${text}` });
      expect(texts('marked')).toEqual([`marked ${text}`]);
      expect(memory.forget(id)).toBe(true);
    }),
  );
});

it('keeps decisions with reasons and alternatives and finds them by any of these', () => {
  memory.recordDecision({
    title: 'Test runner',
    choice: 'Vitest',
    reasons: ['native modules'],
    alternatives: ['node:test'],
  });
  memory.recordDecision({ title: 'Formatter', choice: 'Biome', reasons: ['one tool'] });
  expect(memory.decisions().map(({ title }) => title)).toEqual(['Formatter', 'Test runner']);
  expect(memory.decisions('native')).toMatchObject([
    { title: 'Test runner', choice: 'Vitest', reasons: ['native modules'], alternatives: ['node:test'] },
  ]);
  expect(memory.recall('biome')).toMatchObject([{ kind: 'decision' }]);
  expect(() => memory.recordDecision({ title: 'x', choice: 'y', reasons: [] })).toThrow(
    expect.objectContaining({ code: 'BAD_INPUT' }),
  );
});

it('forgets a memory and a decision for good and counts what is left', () => {
  expect(memory.stats()).toEqual({ memories: 0, decisions: 0, byKind: {}, textSizeBytes: 0 });
  const { id } = memory.remember({ text: 'über', kind: 'fact' });
  const decision = memory.recordDecision({ title: 'a', choice: 'b', reasons: ['c'] });
  expect(memory.stats()).toMatchObject({
    memories: 2,
    decisions: 1,
    byKind: { decision: 1, fact: 1 },
    textSizeBytes: 10,
  });
  expect(memory.forget(id)).toBe(true);
  expect(memory.forget(decision.id)).toBe(true);
  expect(memory.forget(id)).toBe(false);
  expect(memory.recall('über a b c')).toEqual([]);
  expect(memory.decisions()).toEqual([]);
});

describe('a state that cannot be used', () => {
  it('is reported as corrupt when it is no database', () => {
    memory.dispose();
    writeFileSync(join(stateDirectory, 'hub.db'), 'not a database at all '.repeat(500));
    expect(() => new PersistentMemory({ stateDirectory })).toThrow(
      expect.objectContaining({ code: 'STATE_CORRUPT' }),
    );
  });

  it('is reported as corrupt when its pages are overwritten', () => {
    for (let number = 0; number < 500; number += 1) memory.remember({ text: `memory number ${number}` });
    memory.dispose();
    const path = join(stateDirectory, 'hub.db');
    const file = openSync(path, 'r+');
    // The first page is left: it says that this is a database and what its tables are.
    writeSync(file, Buffer.alloc(statSync(path).size - 8_192, 0xa5), 0, undefined, 8_192);
    closeSync(file);
    const read = () => {
      const damaged = new PersistentMemory({ stateDirectory });
      try {
        damaged.recall('memory', { limit: 1_000 });
      } finally {
        damaged.dispose();
      }
    };
    expect(read).toThrow(expect.objectContaining({ code: 'STATE_CORRUPT' }));
  });

  it('is reported as locked while another connection writes', () => {
    const impatient = new PersistentMemory({ stateDirectory, lockTimeoutMs: 1 });
    const writer = new Database(join(stateDirectory, 'hub.db'));
    try {
      writer.exec('BEGIN IMMEDIATE');
      expect(() => impatient.remember({ text: 'later' })).toThrow(
        expect.objectContaining({ code: 'STATE_LOCKED' }),
      );
      expect(impatient.recall('later')).toEqual([]);
    } finally {
      writer.close();
      impatient.dispose();
    }
  });

  it('says so after it was disposed', () => {
    const gone = new PersistentMemory({ stateDirectory });
    gone.dispose();
    expect(() => gone.recall('x')).toThrow(
      'persistent_memory could not recall: it was disposed. Make a new one.',
    );
  });
});
