import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { builtCommand, builtProgram, inBash, inShell, isInstalled } from '../support/built-command.js';
import { SessionsOfRuns } from '../support/sessions-of-runs.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** What the program offers for words, the last of which is at work. */
async function offered(directory: string, ...words: readonly string[]): Promise<readonly string[]> {
  const end = await builtCommand(directory, 'completion', 'words', '--', ...words);
  expect(end).toMatchObject({ exitCode: 0, complaints: '' });
  return end.output === '' ? [] : end.output.trimEnd().split('\n');
}

/** A folder of `$PATH` that holds the built program. */
function folderOfProgram(directory: string): string {
  const folder = join(directory, 'bin');
  mkdirSync(folder);
  const text = `#!/bin/sh\nexec "${process.execPath}" "${builtProgram}" "$@"\n`;
  writeFileSync(join(folder, 'vitest-realworld'), text, { mode: 0o755 });
  return folder;
}

describe('the built completion', () => {
  test.each(['bash', 'zsh', 'fish'])('prints what %s reads', async (shell) => {
    const end = await builtCommand(temporaryDirectory(), 'completion', shell);
    expect(end).toMatchObject({ exitCode: 0, complaints: '' });
    expect(end.output).toContain('completion words --');
    if (shell === 'zsh') expect(end.output).toMatch(/^#compdef vitest-realworld\n/);
  });

  test('ends with 2 for a shell that it does not know', async () => {
    const end = await builtCommand(temporaryDirectory(), 'completion', 'tcsh');
    expect(end).toEqual({
      exitCode: 2,
      output: '',
      complaints: 'vitest-realworld: Unknown shell "tcsh": vitest-realworld completion bash|zsh|fish.\n',
    });
    expect((await builtCommand(temporaryDirectory(), 'completion')).exitCode).toBe(2);
  });

  test('offers commands, options, values and ids of sessions by their beginning', async () => {
    const sessions = new SessionsOfRuns();
    const { directory } = sessions;
    sessions.addAll([10, 11]);
    expect(await offered(directory, 're')).toEqual(['report', 'recover', 'restore']);
    expect(await offered(directory, 'report', '--f')).toEqual(['--format']);
    expect(await offered(directory, 'report', '--format', '')).toEqual(
      expect.arrayContaining(['text', 'json']),
    );
    expect(await offered(directory, 'export', '--table', 'is')).toEqual(['issues']);
    expect(await offered(directory, 'report', '')).toEqual(['latest', 'run-02', 'run-01']);
    expect(await offered(directory, 'compare', 'run-01', 'run-')).toEqual(['run-02', 'run-01']);
    expect(await offered(directory, 'report', '--db', 'elsewhere.db', 'run')).toEqual([]);
    expect(await offered(directory, 'baseline', 's')).toEqual(['set']);
    expect(await offered(directory, 'completion', 'f')).toEqual(['fish']);
    expect(await offered(directory, 'restore', '')).toEqual([]);
    expect(await offered(directory, 'nonsense', '')).toEqual([]);
    expect(existsSync(join(directory, 'elsewhere.db'))).toBe(false);
  });

  test('completes in bash, and hands it nothing that it could carry out', async () => {
    const sessions = new SessionsOfRuns();
    const { directory } = sessions;
    sessions.addAll([10, 11]);
    const database = new Database(sessions.store.path);
    database.exec(`INSERT INTO test_sessions (session_id, project_path, start_time, duration_minutes, status)
      VALUES ('$(touch hacked)', 'p', '2026-02-04T00:00:00.000Z', 1, 'completed')`);
    database.close();
    const folder = folderOfProgram(directory);
    const end = await inBash(
      directory,
      [
        `PATH="${folder}:$PATH"`,
        'source <(vitest-realworld completion bash)',
        'complete -p vitest-realworld',
        `complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vitest_realworld; printf ' [%s]' "$\{COMPREPLY[@]}"; echo; }`,
        'complete_words vitest-realworld rep',
        'complete_words vitest-realworld report ""',
        'complete_words vitest-realworld report --out',
      ].join('\n'),
    );
    expect(end).toEqual({
      exitCode: 0,
      complaints: '',
      output: [
        'complete -o default -F _vitest_realworld vitest-realworld',
        ' [report]',
        ' [latest] [run-02] [run-01]',
        ' [--output]\n',
      ].join('\n'),
    });
    expect(existsSync(join(directory, 'hacked'))).toBe(false);
  });

  test.skipIf(!isInstalled('fish'))('completes in fish', async () => {
    const directory = temporaryDirectory();
    const end = await inShell(
      'fish',
      directory,
      [
        `set -x PATH "${folderOfProgram(directory)}" $PATH`,
        'vitest-realworld completion fish | source',
        'complete -C "vitest-realworld rep"',
        'complete -C "vitest-realworld report --out"',
      ].join('\n'),
    );
    expect(end).toEqual({ exitCode: 0, complaints: '', output: 'report\n--output\n' });
  });

  test.skipIf(!isInstalled('zsh'))(
    'completes in zsh, and leaves files to it where there is nothing',
    async () => {
      const directory = temporaryDirectory();
      const end = await inShell(
        'zsh',
        directory,
        [
          `PATH="${folderOfProgram(directory)}:$PATH"`,
          'autoload -Uz compinit; compinit -u -D',
          'source <(vitest-realworld completion zsh)',
          'print -r -- $_comps[vitest-realworld]',
          // Outside of a line that is edited zsh lets nobody add: what would be added is printed.
          'compadd() { shift; print -r -- "$@" }',
          '_files() { print files }',
          'complete_words() { words=("$@"); CURRENT=$#; _vitest_realworld }',
          'complete_words vitest-realworld rep',
          'complete_words vitest-realworld report --out',
          'complete_words vitest-realworld restore ""',
        ].join('\n'),
      );
      expect(end).toEqual({
        exitCode: 0,
        complaints: '',
        output: '_vitest_realworld\nreport\n--output\nfiles\n',
      });
    },
  );
});
