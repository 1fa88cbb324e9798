import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nameOf } from '../../src/cli/command.js';
import { commands } from '../../src/cli/commands.js';
import { builtCommand } from '../support/built-command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Every command is a process of its own, and there are many. */
const timeoutMs = 180_000;
const tests = dirname(fileURLToPath(import.meta.url));

describe('every command', () => {
  test(
    'shows its options and examples with --help',
    async () => {
      const directory = temporaryDirectory();
      for (const entry of commands) {
        const end = await builtCommand(directory, nameOf(entry), '--help');
        expect(end).toMatchObject({ exitCode: 0, complaints: '' });
        const { options, examples } = await entry.load();
        expect(examples.length).toBeGreaterThan(0);
        for (const text of [entry.usage, ...options.map(({ flags }) => flags), ...examples]) {
          expect(end.output).toContain(text);
        }
      }
      expect(readdirSync(directory)).toEqual([]);
    },
    timeoutMs,
  );

  test('has examples that are made of its own options', async () => {
    for (const entry of commands) {
      const { options, examples } = await entry.load();
      const known = options.map(({ flags }) => flags.split(' ')[0]);
      for (const example of examples) {
        expect(example.split(' ')[0]).toBe(nameOf(entry));
        for (const [flag] of example.matchAll(/(?<=\s)--[a-z-]+/g)) expect(known).toContain(flag);
      }
    }
  });

  test('has a test of the built program for each of its options', async () => {
    const texts = readdirSync(tests)
      .filter((name) => name.endsWith('.test.ts') && name !== 'commands.test.ts')
      .map((name) => readFileSync(join(tests, name), 'utf8'));
    const untested: string[] = [];
    for (const entry of commands) {
      const name = nameOf(entry);
      const own = texts.filter((text) => text.includes(`'${name}'`));
      const { options } = await entry.load();
      for (const { flags } of options) {
        const [flag = ''] = flags.split(' ');
        if (!own.some((text) => text.includes(`'${flag}'`))) untested.push(`${name} ${flag}`);
      }
      if (own.length === 0) untested.push(name);
    }
    expect(untested).toEqual([]);
  });

  test(
    'is in docs/commands.md as it says itself',
    () => {
      const root = resolve(tests, '../..');
      // It ends with 1, and so throws, when the document is not up to date.
      expect(
        execFileSync(process.execPath, [join(root, 'docs/generate-commands.mjs'), '--check'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      ).toBe('');
    },
    timeoutMs,
  );
});

test('the list of commands names each and what it is for', async () => {
  const list = await builtCommand(temporaryDirectory(), '--help');
  expect(list).toMatchObject({ exitCode: 0, complaints: '' });
  for (const { usage, summary } of commands) {
    expect(list.output).toContain(`${usage} `);
    expect(list.output).toContain(summary);
  }
});

test.each(['--version', '-v'])('%s is that of the package', async (flag) => {
  const { version } = JSON.parse(readFileSync(resolve(tests, '../../package.json'), 'utf8'));
  expect(await builtCommand(temporaryDirectory(), flag)).toEqual({
    exitCode: 0,
    output: `${version}\n`,
    complaints: '',
  });
});
